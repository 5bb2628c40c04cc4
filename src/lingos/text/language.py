"""Which language a text is in: the script decides where it can, py3langid where the script is Latin.

A short Latin text says little (`open inbox` looks Dutch), so a single text is judged only when it is clear; a column is
judged by the sum over a sample.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["LATIN", "SCRIPTS", "SCRIPT_OF", "UNKNOWN", "addressed", "language", "languages", "main_language", "script"]

UNKNOWN = "und"
# Script -> characters. Kana and Hangul come before Han: Japanese and Korean texts use Han too.
SCRIPTS = {
    "kana": "\u3040-\u30ff\uff66-\uff9f",
    "hangul": "\uac00-\ud7af\u1100-\u11ff",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "cyrillic": "\u0400-\u04ff",
    "arabic": "\u0600-\u06ff\u0750-\u077f",
    "hebrew": "\u0590-\u05ff",
    "greek": "\u0370-\u03ff",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "thai": "\u0e00-\u0e7f",
    "georgian": "\u10a0-\u10ff",
    "armenian": "\u0530-\u058f",
    "latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
}
_ONLY = {"kana": "ja", "hangul": "ko", "han": "zh", "hebrew": "he", "greek": "el", "bengali": "bn", "tamil": "ta",
         "telugu": "te", "thai": "th", "georgian": "ka", "armenian": "hy"}  # fmt: skip
_AMONG = {
    "cyrillic": ("ru", "uk", "bg", "sr", "be", "kk"),
    "arabic": ("ar", "fa", "ur"),
    "devanagari": ("hi", "mr", "ne"),
}
LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "tr", "vi", "id", "ro", "hu")
SCRIPT_OF = {
    **{code: name for name, code in _ONLY.items()},
    **{code: name for name, codes in _AMONG.items() for code in codes},
    **dict.fromkeys(LATIN, "latin"),
}
_PATTERNS = {name: re.compile(f"[{ranges}]") for name, ranges in SCRIPTS.items()}
_CUT = 2000  # characters that are looked at; more does not change the answer
CLEAR = 0.9
SAMPLED = 2_000  # texts that decide the language of many


def addressed(text: str) -> str:
    """The language in which an assistant reads a sentence and answers it: "zh" where a Chinese character stands in it,
    else "en". Choose `language` to tell which of many a text is in.

    >>> addressed("turn on the light"), addressed("打开 kitchen 的灯")
    ('en', 'zh')
    """
    return "zh" if _PATTERNS["han"].search(text) else "en"


def language(text: str) -> str:
    """The ISO 639-1 code of the text's language, or "und" where a single text does not tell.

    >>> [language(text) for text in ("我的包裹在哪里", "荷物はどこですか", "Где моя посылка", "ok", "12:30")]
    ['zh', 'ja', 'ru', 'und', 'und']
    """
    name = script(text)
    if name is None or name in _ONLY:
        return _ONLY[name] if name else UNKNOWN
    if name != "latin":
        return str(_identifier(_AMONG[name]).classify(text[:_CUT])[0])
    if len(text.split()) < 3:
        return UNKNOWN
    code, score = _identifier(LATIN).classify(text[:_CUT])
    return str(code) if score >= CLEAR else UNKNOWN


def languages(texts: Sequence[str]) -> dict[str, float]:
    """Share of each language in a sample, largest first; sums to 1, or is empty where no text has letters.

    Latin texts that do not tell on their own are counted for what the Latin texts together are.

    >>> languages(["where is my parcel", "ok thanks", "我的包裹在哪里", "请帮我查一下"])
    {'zh': 0.5, 'en': 0.5}
    """
    counts: Counter[str] = Counter()
    vague: list[str] = []
    for text in texts:
        code = language(text)
        if code != UNKNOWN:
            counts[code] += 1
        elif script(text) == "latin":
            vague.append(text)
    if vague:
        counts[_together(vague, counts)] += len(vague)
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], -_rank(item[0])))
    return {code: count / total for code, count in ranked}


def main_language(texts: Sequence[str]) -> str:
    """What `language` says of most texts, of a sample where they are many.

    >>> main_language(["我的包裹在哪里", "请帮我查一下", "ok"]), main_language([])
    ('zh', 'und')
    """
    counts = Counter(language(text) for text in texts[:: max(1, len(texts) // SAMPLED)])
    return counts.most_common(1)[0][0] if counts else UNKNOWN


def script(text: str) -> str | None:
    """The script that most letters are in, None without letters. Any kana makes the text Japanese.

    >>> script("iPhone 很好用，我喜欢"), script("1 + 1"), script("東京に行きたい")
    ('han', None, 'kana')
    """
    head = text[:_CUT]
    if head.isascii():
        return "latin" if _PATTERNS["latin"].search(head) else None
    counts = {name: len(pattern.findall(head)) for name, pattern in _PATTERNS.items()}
    if counts["kana"] and counts["kana"] * 10 >= counts["han"]:
        counts["kana"] += counts["han"]
    counts["latin"] //= 3  # a Chinese character says about as much as three or four letters
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ("latin" if _PATTERNS["latin"].search(head) else None)


def _together(vague: Iterable[str], clear: Counter[str]) -> str:
    latin = [code for code, _ in clear.most_common() if code in LATIN]
    if latin:
        return latin[0]
    return str(_identifier(LATIN).classify(" ".join(vague)[:_CUT])[0])


def _rank(code: str) -> int:
    return LATIN.index(code) if code in LATIN else len(LATIN)


@cache
def _identifier(codes: tuple[str, ...]) -> LanguageIdentifier:
    # imported here: the model takes 0.8 s to load, and texts in Chinese never need it
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in codes if code in identifier.labels])
    return identifier

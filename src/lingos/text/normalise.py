"""One spelling for what a reader sees as the same: width, spaces, invisible characters, case of labels.

`clean` repairs a text and keeps its meaning; `match_key` and `label_key` are for comparing only and throw case away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

__all__ = ["INVISIBLE", "clean", "cleaned", "label_key", "match_key", "places", "shorten"]

# Characters of no width. U+200D joins emoji and U+200C letters of Persian and Hindi: they are kept by `clean`.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ufeff\uffa0"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_SPACE = re.compile(r"[^\S\n]+")
_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_ENDS = re.compile(r"[\s\-_/.,:;]+")


def clean(text: str) -> str:
    """The text with single spaces, no invisible or control characters, Latin letters and digits of normal width.

    Chinese punctuation such as `，` and `！` stays: it is the normal form there. NFKC as a whole is not used, because
    it turns 10³ into 103.

    >>> clean("  Hello\\u200b   ＷＯＲＬＤ１２！ ")
    'Hello WORLD12！'
    """
    text = _CONTROL.sub("", _INVISIBLE.sub("", text)).replace("\r\n", "\n")
    # Composed last: an accent may follow a wide letter, or an invisible character that stood between.
    text = unicodedata.normalize("NFC", _WIDE.sub(_narrow, text))
    return "\n".join(_SPACE.sub(" ", line).strip() for line in text.split("\n")).strip()


def places(original: str, kept: str) -> list[int]:
    """For each character of a cleaned text, and for its end, where it stood in the original.

    >>> places(" ＯＫ  ok", "OK ok")
    [1, 2, 3, 5, 6, 7]
    """
    found: list[int] = []
    here = 0
    for letter in kept:
        ahead = (k for k in range(here, len(original)) if _same(original[k], letter))
        here = next(ahead, min(here, max(len(original) - 1, 0)))
        found.append(here)
        here += 1
    return [*found, (found[-1] + 1 if found else 0)]


def cleaned(given: Mapping[str, object], names: Iterable[str]) -> dict[str, str]:
    """The fields of one input as every model reads them: training, evaluation and serving all take them from here.

    >>> cleaned({"text": " ＯＫ\\u00a0then\\u200b ", "line": 3}, ["text"])
    {'text': 'OK then'}
    """
    return {name: clean(str(given[name])) for name in names}


def match_key(text: str) -> str:
    """A key that is equal for texts which differ only in case, width, spaces or invisible characters.

    >>> match_key("Where IS my　parcel\\u200b") == match_key(" where is my parcel")
    True
    """
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().split())


def label_key(label: str) -> str:
    """A key that is equal for labels which a person would take for the same name.

    >>> {label_key(name) for name in ("Card-Arrival", "card_arrival ", "ｃａｒｄ arrival")}
    {'card arrival'}
    """
    key = _ENDS.sub(" ", match_key(label)).strip()
    return key or match_key(label)


def shorten(text: str, length: int = 60) -> str:
    """The text on one line, at most `length` characters, for a message.

    >>> shorten("one two three four", 10)
    'one two...'
    """
    line = " ".join(_CONTROL.sub("\ufffd", text[: 4 * length]).split())
    return line if len(line) <= length else line[: length - 3].rstrip() + "..."


def _same(letter: str, kept: str) -> bool:
    """Whether a letter of a text can have become another one in the cleaned text."""
    if letter == kept or (kept in " \n" and letter.isspace()):
        return True
    return _WIDE.sub(_narrow, letter) == kept or unicodedata.normalize("NFD", kept).startswith(letter)


def _narrow(match: re.Match[str]) -> str:
    char = match.group()
    narrow = " " if char == "\u3000" else chr(ord(char) - 0xFEE0)
    return narrow if narrow.isalnum() or narrow == " " else char

"""The languages of the rows, against each other and against the base."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from lingos.contracts import Finding
from lingos.data.doctor.case import Case, ModelFacts
from lingos.data.doctor.report import Ints
from lingos.text.language import SCRIPT_OF, SCRIPTS, UNKNOWN, language, languages, script
from lingos.words.said import Said, listed, plural

__all__ = ["check"]

SAMPLE = 2_000
RARE = 0.05  # a language with a larger share belongs to the data
SPOKEN = 0.1  # a language with a smaller share is no reason to choose another base
UNREAD = 0.2  # unknown tokens; English on an English base has about 0.1 %, Chinese on one 62 %
MOST_JUDGED = 20_000  # Latin texts given to the language model, 60 microseconds each
COMMON = 150  # frequent words; a text of the main language nearly always holds one
LETTERS, WORDS = 18, 4  # a Latin text with fewer is not judged alone
_WORD = re.compile(r"[^\W\d_]+")


def check(case: Case) -> list[Finding]:
    """Findings languages, base-language, foreign-language."""
    rows = case.living()
    if not len(rows):
        return []
    rng = np.random.default_rng(case.options.seed)
    sample = case.text_of(rows if len(rows) <= SAMPLE else np.sort(rng.choice(rows, SAMPLE, replace=False)))
    shares = languages(sample)
    if not shares:
        return []
    spoken = {code: share for code, share in shares.items() if share >= RARE} or dict(list(shares.items())[:1])
    main = next(iter(spoken))
    shown = listed([f"{code} {share:.0%}" for code, share in spoken.items()])
    findings = case.finding("languages", Said("doctor.languages", {"shown": shown}))
    findings += _base(case.model, shares, sample, case)
    foreign = np.union1d(_other_script(case, set(spoken)), _other_latin(case, set(spoken), main, sample))
    foreign = np.setdiff1d(foreign, case.damaged)
    if 0 < len(foreign) <= max(RARE * len(rows), 1):
        found = Counter(language(text) for text in case.text_of(foreign[:1000]))
        found.pop(UNKNOWN, None)
        what = listed([code for code, _ in found.most_common(3)]) or Said("doctor.script")
        example = {"line": case.lines[foreign[0]], "text": case.excerpt(int(foreign[0]))}
        values = {"texts": plural(len(foreign), "text"), "what": what, "main": main, **example}
        findings += case.finding("foreign-language", Said("doctor.foreign-language", values), foreign)
    return findings


def _base(model: ModelFacts | None, shares: dict[str, float], sample: list[str], case: Case) -> list[Finding]:
    if model is None:
        return []
    known = set(model.languages)
    strange = [code for code, share in shares.items() if share >= SPOKEN and known and not known & {code, "*", "mul"}]
    unread = model.unknown_share(sample[:500]) if model.unknown_share else 0.0
    if not strange and unread < UNREAD:
        return []
    code = strange[0] if strange else next(iter(shares))
    spoken = {"share": shares[code], "language": code}
    reads = (
        Said("doctor.reads", {"languages": listed(model.languages)}) if model.languages else Said("doctor.reads.not")
    )
    values = {
        "reason": Said("doctor.strange" if strange else "doctor.mostly", spoken),
        "base": model.name,
        "reads": reads,
        "unread": Said("doctor.unread", {"share": unread}) if unread >= 0.01 else "",
    }
    bases = listed([name for name in model.better.get(code, ()) if name != model.name], "list.base")
    cure = Said("cure.base-language.named", {"language": code, "bases": bases}) if bases else None
    return case.finding("base-language", Said("doctor.base-language", values), cure=cure)


def _other_script(case: Case, spoken: set[str]) -> Ints:
    """Rows in a script that no spoken language uses. Latin words are normal in any text, so Latin rows are not here."""
    usual = {SCRIPT_OF.get(code, "latin") for code in spoken}
    if "kana" in usual:
        usual.add("han")
    strange = [ranges for name, ranges in SCRIPTS.items() if name not in usual and name != "latin"]
    if not strange:
        return np.empty(0, dtype=np.int64)
    hits = case.matching(f"[{''.join(strange)}].*[{''.join(strange)}]")
    return np.array([row for row, text in case.stream(hits) if script(text) not in usual], dtype=np.int64)


def _other_latin(case: Case, spoken: set[str], main: str, sample: list[str]) -> Ints:
    """Rows in Latin script whose language is clearly none of the spoken ones."""
    if SCRIPT_OF.get(main, "latin") == "latin":
        words = Counter(word for text in sample for word in set(_WORD.findall(text.lower())))
        usual = "|".join(word for word, count in words.most_common(COMMON) if count > 1)
        plain = case.matching(rf"(?i)(?:^|\PL)(?:{usual})(?:\PL|$)") if usual else np.empty(0, dtype=np.int64)
        wordy = case.matching(r"\pL\PL+\pL+\PL+\pL+\PL+\pL")
        rows = np.setdiff1d(wordy, plain, assume_unique=True)
    else:
        rows = case.matching(r"^\P{Han}*$") if main == "zh" else case.matching(r"^[\x00-\x{24f}]*$")
    clear = [row for row, text in case.stream(rows[:MOST_JUDGED]) if _clearly_other(text, spoken)]
    return np.array(clear, dtype=np.int64)


def _clearly_other(text: str, spoken: set[str]) -> bool:
    words = _WORD.findall(text)
    if len(words) < WORDS or sum(map(len, words)) < LETTERS or script(text) != "latin":
        return False
    return language(text) not in spoken | {UNKNOWN}

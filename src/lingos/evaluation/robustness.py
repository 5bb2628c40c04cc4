"""Does a slip of the finger change the answer? Typos, case, white space and full-width forms, seeded per text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lingos.errors import unknown
from lingos.evaluation.intervals import Interval, wilson
from lingos.text.privacy import find

__all__ = ["PERTURBATIONS", "Flip", "Robustness", "perturb", "robustness"]

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]{3,}|[\u3400-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Flip:
    """One text whose answer changed."""

    before: str
    after: str
    label_before: str
    label_after: str


@dataclass(frozen=True, slots=True)
class Robustness:
    """`flips`: share of the changed texts whose label changed. `before`, `after`: accuracy on those texts."""

    name: str
    rows: int  # texts that the perturbation changed
    flips: Interval
    before: float
    after: float
    examples: tuple[Flip, ...]


def robustness(
    predict: Callable[[list[str], list[int]], Sequence[str]],
    texts: Sequence[str],
    labels: Sequence[str],
    names: Sequence[str] = ("typo", "case", "whitespace", "fullwidth"),
    seed: int = 0,
    before: Sequence[str] | None = None,
) -> list[Robustness]:
    """Ask `predict(texts, rows)` for labels before and after each perturbation; `labels` are the true ones.

    `before` are the answers to the texts as they are, where they are known already.

    `rows` are the positions of the asked texts in `texts`, for a session whose examples have other fields besides.

    Texts that a perturbation leaves as they are (upper case in Chinese) are not asked again and do not count.

    >>> shout = lambda texts, rows: ["loud" if text.isupper() else "calm" for text in texts]
    >>> robustness(shout, [f"hi number {i}" for i in range(40)], ["calm"] * 40, ["case"])[0].after < 1
    True
    """
    before = list(predict(list(texts), list(range(len(texts)))) if before is None else before)
    found = []
    for name in names:
        altered = perturb(texts, name, seed)
        rows = [i for i, text in enumerate(altered) if text != texts[i]]
        if rows:
            after = predict([altered[i] for i in rows], rows)
            found.append(_judged(name, [(texts[i], altered[i], before[i], now, labels[i])
                                        for i, now in zip(rows, after, strict=True)]))  # fmt: skip
    return found


def perturb(texts: Sequence[str], name: str, seed: int = 0) -> list[str]:
    """Each text with one slip per about eight words. The slip depends on seed, name and text only, not on the order.

    >>> perturb(["where is my parcel"], "typo") == perturb(["x", "where is my parcel"], "typo")[1:]
    True
    """
    if name not in PERTURBATIONS:
        raise unknown("perturbation", name, PERTURBATIONS)
    dice = (random.Random(f"{seed}:{name}:{text}") for text in texts)  # noqa: S311 - no secret hangs on it
    return [PERTURBATIONS[name](text, die) for text, die in zip(texts, dice, strict=True)]


def _typo(text: str, dice: random.Random) -> str:
    """One slip in one word of eight (at least one): a neighbouring key, two letters swapped, one dropped or doubled."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    count = max(1, len(words) // 8)
    for word in sorted(dice.sample(words, count), key=lambda match: -match.start()):
        text = text[: word.start()] + _slip(word.group(), dice) + text[word.end() :]
    return text


def _slip(word: str, dice: random.Random) -> str:
    # The first letter is seldom mistyped, and people read past an error behind it.
    at = dice.randrange(1, len(word))
    kind = dice.choice(("swap", "drop", "double") if _HAN.search(word) else ("key", "swap", "drop", "double"))
    if kind == "swap" and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "key":
        return word[:at] + _neighbour_key(word[at], dice) + word[at + 1 :]
    return word[:at] + word[at] * (2 if kind == "double" else 0) + word[at + 1 :]


def _neighbour_key(letter: str, dice: random.Random) -> str:
    for number, row in enumerate(_ROWS):
        at = row.find(letter.lower())
        if at >= 0:
            beside = row[max(0, at - 1) : at] + row[at + 1 : at + 2]
            below = _ROWS[number + 1][max(0, at - 1) : at + 1] if number < 2 else ""
            key = dice.choice(beside + below)
            return key.upper() if letter.isupper() else key
    return letter * 2


def _case(text: str, dice: random.Random) -> str:
    return dice.choice((str.upper, str.lower, str.title))(text)


def _whitespace(text: str, dice: random.Random) -> str:
    kind = dice.choice(("ends", "doubled", "tab", "hard"))
    if kind == "ends" or (" " not in text and not _HAN.search(text)):
        return f"  {text} \n"
    if " " not in text:
        at = dice.randrange(1, max(2, len(text)))
        return text[:at] + " " + text[at:]
    return text.replace(" ", {"doubled": "  ", "tab": "\t", "hard": "\u00a0"}[kind])


def _fullwidth(text: str, dice: random.Random) -> str:
    """Full-width twins as an input method writes them: marks and digits; in Chinese text letters too, and back."""
    chinese = _HAN.search(text) is not None
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chinese or not chr(code).isalpha()}
    if chinese:
        wide |= {code + 0xFEE0: code for code in range(0x21, 0x7F)}
    return text.translate(wide)


PERTURBATIONS: Mapping[str, Callable[[str, random.Random], str]] = {
    "typo": _typo,
    "case": _case,
    "whitespace": _whitespace,
    "fullwidth": _fullwidth,
}


def _judged(name: str, rows: list[tuple[str, str, str, str, str]]) -> Robustness:
    flipped = [row for row in rows if row[2] != row[3]]
    # Flips that turn a right answer into a wrong one teach most.
    flipped.sort(key=lambda row: row[2] != row[4])
    return Robustness(
        name,
        len(rows),
        wilson(len(flipped), len(rows)),
        sum(row[2] == row[4] for row in rows) / len(rows),
        sum(row[3] == row[4] for row in rows) / len(rows),
        tuple(Flip(*row[:4]) for row in _shown(flipped)),
    )


def _shown(rows: list[tuple[str, str, str, str, str]], most: int = 3) -> list[tuple[str, str, str, str, str]]:
    """Texts without personal data: in one that was mistyped a number might not be found, so none is masked here."""
    return list(islice((row for row in rows if not find(row[0])), most))

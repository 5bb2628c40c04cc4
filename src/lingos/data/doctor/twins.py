"""Labels that are most likely one: the same name spelled differently, or a typing error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lingos.text.normalise import label_key

__all__ = ["edits", "find_twins"]

MOST_LABELS = 2000  # with more the column is no class column, and the comparison is quadratic
RARER = 5  # a typing error is at least this many times rarer than what was meant
SLIP = 2  # so many times for a doubled letter or two that changed places: two names of classes hardly ever differ so
SELDOM = 5  # and happens this often, or in 5 % of the rows
_DIGITS = re.compile(r"\d+")
_TWICE = re.compile(r"(\D)\1+")
_HAN = re.compile("[\u3400-\u9fff]")
_OPPOSITES = (
    ("on", "off"),
    ("on", "of"),
    ("in", "on"),
    ("in", "out"),
    ("up", "down"),
    ("get", "set"),
    ("yes", "no"),
    ("new", "old"),
)


def find_twins(names: Sequence[str], counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs (rare, frequent) of positions in `names`; each rare label once. Labels without rows are passed over.

    >>> names = ["positive", "postive", "negative", "Negative ", "class 1", "class 2"]
    >>> list(find_twins(names, [50, 2, 60, 9, 50, 2]))
    [(3, 2), (1, 0)]
    """
    present = [number for number, count in enumerate(counts) if count]
    best: dict[str, int] = {}
    for number in present:
        key = label_key(names[number])
        if key not in best or counts[number] > counts[best[key]]:
            best[key] = number
    for number in present:
        frequent = best[label_key(names[number])]
        if frequent != number:
            yield number, frequent
    if len(best) <= MOST_LABELS:
        yield from _misspelled(best, names, counts)


def _misspelled(best: dict[str, int], names: Sequence[str], counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    for key, rare in best.items():
        wanted = [
            (edits(key, other, 2), -counts[frequent], frequent)
            for other, frequent in best.items()
            if _rarer(counts[rare], counts[frequent], SLIP if _slip(key, other) else RARER)
            and _could_be(key, other, counts[rare], counts[frequent])
        ]
        for distance, _, frequent in sorted(wanted)[:1]:
            if distance <= _allowed(key):
                yield rare, frequent


def _rarer(few: int, many: int, times: int) -> bool:
    return many >= times * few and few <= max(SELDOM, many // 20)


def _slip(first: str, second: str) -> bool:
    """`biling` and `billing`, `recieve` and `receive`."""
    if _TWICE.sub(r"\1", first) == _TWICE.sub(r"\1", second):
        return True
    apart = [place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b]
    swapped = len(first) == len(second) and len(apart) == 2 and apart[1] - apart[0] == 1
    return swapped and first[apart[0]] == second[apart[1]] and first[apart[1]] == second[apart[0]]


def _allowed(key: str) -> int:
    """How many typing errors a name of this length may have."""
    if _HAN.search(key):
        return 1 if len(key) >= 4 else 0
    return 2 if len(key) >= 9 else 1 if len(key) >= 4 else 0


def _could_be(rare: str, frequent: str, few: int, many: int) -> bool:
    if abs(len(rare) - len(frequent)) > 2 or _DIGITS.findall(rare) != _DIGITS.findall(frequent):
        return False
    if rare.endswith(frequent) or frequent.endswith(rare):  # unhappy and happy: a prefix makes another word
        return False
    if _HAN.search(rare) and many < 4 * RARER * few:  # one hanzi can be another word: 买入, 卖出
        return False
    return not any(_swapped(rare, frequent, *pair) or _swapped(frequent, rare, *pair) for pair in _OPPOSITES)


def _swapped(first: str, second: str, word: str, opposite: str) -> bool:
    """`lighton` and `lightoff` mean two things, `turn on` and `turn off` as well."""
    ending = first.endswith(word) and second == first[: -len(word)] + opposite
    return ending or [opposite if part == word else part for part in first.split()] == second.split()


def edits(first: str, second: str, most: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two names; `most` + 1 where it is more.

    >>> edits("postive", "positive", 2), edits("psoitive", "positive", 2), edits("negative", "positive", 2)
    (1, 1, 3)
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before, row = [0] * (len(second) + 1), list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(second, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)

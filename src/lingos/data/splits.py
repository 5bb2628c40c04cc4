"""Splits without leaks: near-duplicate clusters and groups never straddle, classes keep their shares, seeds repeat.

`hold_out` when there are rows enough to spend some once; `folds` when every row must be predicted by a model that did
not see it; `shots` when only K labels per class may be used at all. The seed and the contents of the rows choose, not
their order in the file.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lingos.contracts import Example
from lingos.errors import DataError

__all__ = ["Split", "folds", "hold_out", "merge_groups", "shots"]

Positions = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Split:
    """Positions into one sequence of examples. A skill keeps the ids, which outlive a reordered file.

    >>> examples = [Example({"text": t}, "a", t) for t in "xyz"]
    >>> Split((0, 2), (1,)).ids(examples)
    {'train': ['x', 'z'], 'validation': ['y'], 'test': []}
    """

    train: tuple[int, ...]
    validation: tuple[int, ...] = ()
    test: tuple[int, ...] = ()

    def ids(self, examples: Sequence[Example]) -> dict[str, list[str]]:
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: [examples[position].id for position in positions] for name, positions in parts.items()}

    @classmethod
    def from_ids(cls, examples: Sequence[Example], ids: Mapping[str, Iterable[str]]) -> Split:
        """The split again, from its ids and the same examples in any order. Raises DataError for ids that are gone."""
        where = {example.id: position for position, example in enumerate(examples)}
        gone = [name for part in ids.values() for name in part if name not in where]
        if gone:
            raise DataError(
                f"{len(gone)} rows of the kept split are not in the data any more, the first: {gone[0]}",
                expected="the data that the split was made from",
                cure="give the original file, or make a new split",
            )
        parts = {part: tuple(sorted(where[name] for name in names)) for part, names in ids.items()}
        return cls(parts.get("train", ()), parts.get("validation", ()), parts.get("test", ()))


@dataclass(frozen=True)
class _Cluster:
    """Rows that must stay together, and how many of them each class has."""

    rows: tuple[int, ...]
    labels: tuple[tuple[str, int], ...]


def hold_out(
    examples: Sequence[Example], clusters: Sequence[int], *, fraction: float, seed: int
) -> tuple[Positions, Positions]:
    """Two parts, (kept, held): about `fraction` of every class is held, whole clusters only; every class stays in kept.

    Positions int64, sorted. A class of one cluster is never held. Raises DataError when nothing can be held.

    >>> examples = [Example({"text": str(i)}, "ab"[i % 2], str(i)) for i in range(20)]
    >>> kept, held = hold_out(examples, range(20), fraction=0.2, seed=0)
    >>> len(kept), len(held), sorted(examples[i].target for i in held)
    (16, 4, ['a', 'a', 'b', 'b'])
    """
    if not 0 < fraction < 1:
        raise DataError(
            f"a share of {fraction} can not be held out", expected="a share between 0 and 1", cure="try 0.2"
        )
    units = _units(examples, clusters, seed)
    total = _totals(units)
    target = _targets(total, fraction, seed)
    held: Counter[str] = Counter()
    chosen: list[int] = []
    for unit in units:
        if _spares(unit, held, total) and _gain(unit, held, target) > 0:
            _add(held, unit)
            chosen.extend(unit.rows)
    if not chosen and (able := [unit for unit in units if _spares(unit, held, total)]):
        chosen.extend(max(able, key=lambda unit: _gain(unit, held, target)).rows)  # all are larger than the share
    if not chosen:
        raise DataError(
            f"no row can be held out: {len(examples)} rows in {len(units)} groups of near-duplicates, "
            f"{len(total)} classes",
            expected="at least one class with two rows that are no near-duplicates of each other",
            cure="add rows, hold out a larger share, or give a test file of your own",
        )
    mask = np.zeros(len(examples), dtype=bool)
    mask[chosen] = True
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def folds(examples: Sequence[Example], clusters: Sequence[int], *, count: int, seed: int) -> list[Positions]:
    """`count` parts (positions, sorted); every row in exactly one, whole clusters only, classes spread evenly.

    A class of at least two clusters is in the rest of every fold (so that each training part has it), where clusters of
    mixed classes allow it. Raises DataError when there are fewer clusters than folds.

    >>> examples = [Example({"text": str(i)}, "ab"[i % 2], str(i)) for i in range(6)]
    >>> [len(part) for part in folds(examples, range(6), count=3, seed=0)]
    [2, 2, 2]
    """
    units = _units(examples, clusters, seed)
    if count < 2 or len(units) < count:
        raise DataError(
            f"{count} folds of {len(examples)} rows in {len(units)} groups of near-duplicates",
            expected="at least 2 folds, and as many groups as folds",
            cure="add rows that are no near-duplicates of those that are there",
        )
    total = _totals(units)
    rank = {label: place for place, label in enumerate(sorted(total, key=lambda label: (total[label], label)))}
    # The rarest class deals first, its large clusters before its small ones; ties keep the seeded order.
    units.sort(key=lambda unit: (min(rank[label] for label, _ in unit.labels), -len(unit.rows)))
    parts: list[list[int]] = [[] for _ in range(count)]
    held: list[Counter[str]] = [Counter() for _ in range(count)]
    for unit in units:
        best = min(range(count), key=lambda part: _burden(unit, held[part], len(parts[part]), total))
        parts[best].extend(unit.rows)
        _add(held[best], unit)
    return [np.array(sorted(part), dtype=np.int64) for part in parts]


def shots(examples: Sequence[Example], *, per_class: int, seed: int) -> Positions:
    """At most `per_class` rows of every class, positions sorted; a smaller class gives all it has.

    >>> examples = [Example({"text": str(i)}, "ab"[i % 2], str(i)) for i in range(20)]
    >>> [examples[i].target for i in shots(examples, per_class=1, seed=0)].count("a")
    1
    """
    if per_class < 1:
        raise DataError(f"{per_class} rows per class", expected="at least 1", cure="try --shots 10")
    taken: Counter[str] = Counter()
    chosen = []
    # The order depends on texts alone, so that the label of one row does not decide about another of the same class.
    order = sorted(
        range(len(examples)), key=lambda at: (_draw(seed, str(examples[at].fields.get("text"))), examples[at].id)
    )
    for position in order:
        target = examples[position].target
        if target is not None and taken[str(target)] < per_class:
            taken[str(target)] += 1
            chosen.append(position)
    return np.array(sorted(chosen), dtype=np.int64)


def merge_groups(clusters: Sequence[int], groups: Sequence[Hashable | None]) -> list[int]:
    """Clusters joined wherever two rows share a group; None is no group. Ids are renumbered by first appearance.

    >>> merge_groups([0, 1, 2, 2, 3], ["ann", None, "ann", None, None])
    [0, 1, 0, 0, 2]
    """
    parent: dict[Hashable, Hashable] = {}

    def root(node: Hashable) -> Hashable:
        top = node
        while parent.setdefault(top, top) != top:
            top = parent[top]
        while parent[node] != top:
            parent[node], node = top, parent[node]
        return top

    for cluster, group in zip(clusters, groups, strict=True):
        here = root(("cluster", int(cluster)))
        if group is not None:
            parent[root(("group", group))] = here
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(root(("cluster", int(cluster))), len(numbers)) for cluster in clusters]


def _units(examples: Sequence[Example], clusters: Sequence[int], seed: int) -> list[_Cluster]:
    """The clusters in a random order that only the seed and the ids decide."""
    members: dict[int, list[int]] = defaultdict(list)
    for position, cluster in zip(range(len(examples)), clusters, strict=True):
        members[int(cluster)].append(position)
    drawn = [(_draw(seed, min(examples[row].id for row in rows)), rows) for rows in members.values()]
    drawn.sort(key=lambda pair: pair[0])
    return [_Cluster(tuple(rows), _count(examples, rows)) for _, rows in drawn]


def _count(examples: Sequence[Example], rows: list[int]) -> tuple[tuple[str, int], ...]:
    if len(rows) == 1:  # nearly all clusters; a Counter for each would cost more than the rest of the split
        return ((str(examples[rows[0]].target), 1),)
    return tuple(Counter(str(examples[row].target) for row in rows).items())


def _add(counts: Counter[str], unit: _Cluster) -> None:
    for label, count in unit.labels:
        counts[label] += count


def _totals(units: Iterable[_Cluster]) -> Counter[str]:
    total: Counter[str] = Counter()
    for unit in units:
        _add(total, unit)
    return total


def _targets(total: Counter[str], fraction: float, seed: int) -> dict[str, int]:
    """Rows to hold per class: rounded so that the sum is right; the largest rests round up, ties are drawn."""
    exact = {label: fraction * count for label, count in total.items()}
    target = {label: int(value) for label, value in exact.items()}
    missing = round(sum(exact.values())) - sum(target.values())
    order = sorted(total, key=lambda label: (target[label] - exact[label], _draw(seed, label)))
    able = [label for label in order if total[label] > 1]
    for label in able[: max(missing, 0)]:
        target[label] += 1
    return target


def _spares(unit: _Cluster, held: Counter[str], total: Counter[str]) -> bool:
    """Whether every class keeps a row when this cluster is held too."""
    return all(held[label] + count < total[label] for label, count in unit.labels)


def _gain(unit: _Cluster, held: Counter[str], target: Mapping[str, int]) -> int:
    """How much nearer to the wanted counts this cluster brings the held part, in rows."""
    gain = 0
    for label, count in unit.labels:
        gap = target[label] - held[label]
        gain += abs(gap) - abs(gap - count)
    return gain


def _burden(unit: _Cluster, held: Counter[str], rows: int, total: Counter[str]) -> tuple[bool, float, int]:
    """How little a fold wants a cluster: it would hold a whole class; it has much of its classes; it is large."""
    whole, share = False, 0.0
    for label, count in unit.labels:
        mine, every = held[label], total[label]
        whole = whole or (mine > 0 and mine + count == every)
        share += mine / every
    return whole, share, rows


def _draw(seed: int, name: str) -> bytes:
    return hashlib.blake2b(f"{seed}\x1f{name}".encode(errors="surrogatepass"), digest_size=8).digest()

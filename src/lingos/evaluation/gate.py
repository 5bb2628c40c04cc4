"""The one rule that accepts or refuses a new version or a variant, for every stage that asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from lingos.errors import RecipeError, unknown
from lingos.evaluation.comparison import Difference, compare, worse_probability
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.slices import holm
from lingos.words.said import Said

__all__ = ["FIRST", "KINDS", "GateOptions", "Verdict", "gate"]

KINDS = ("promotion", "variant")


@dataclass(frozen=True, slots=True)
class GateOptions:
    """How strict the gate is. `flips` is the largest share of rows where a variant may answer otherwise."""

    alpha: float = 0.05
    flips: float = 0.002
    lost_labels: bool = False  # may a new version drop labels that the old one knew?


@dataclass(frozen=True, slots=True)
class Verdict:
    """Accepted or not, the reason in one sentence, the numbers behind it."""

    accepted: bool
    reason: Said
    numbers: Mapping[str, float]


FIRST = Verdict(True, Said("gate.first"), {})  # where nothing is in use, and perhaps nothing was evaluated


def gate(
    old: Evidence | None,
    new: Evidence,
    kind: Literal["promotion", "variant"] = "promotion",
    options: GateOptions | None = None,
) -> Verdict:
    """Judge `new` against `old` on the same frozen test rows.

    "promotion": not significantly worse than the old version, no class significantly broken, no label lost. A first
    version (old is None) is accepted. "variant" (another precision or engine of the same skill): at most 0.2 % of the
    labels flip and it is not significantly worse. Other rows are a DataError.
    """
    options = options or GateOptions()
    if kind not in KINDS:
        raise unknown("kind of gate", kind, KINDS)
    if old is None:
        if kind == "variant":
            raise RecipeError(
                "a variant needs the skill it is a variant of", expected="old evidence", cure="evaluate the skill first"
            )
        return replace(FIRST, numbers={"new": float(new.correct.mean())})
    return _variant(old, new, options) if kind == "variant" else _promotion(old, new, options)


def _promotion(old: Evidence, new: Evidence, options: GateOptions) -> Verdict:
    difference = compare(old, new)
    p_worse = worse_probability(new.correct, old.correct)
    numbers = _numbers(difference) | {"p_worse": p_worse}
    lost = [label for label in old.labels if label not in new.labels]
    if lost and not options.lost_labels:
        said = Said("gate.lost", {"names": ", ".join(lost[:10])})
        return Verdict(False, said, numbers | {"lost_labels": float(len(lost))})
    if p_worse < options.alpha:
        return Verdict(False, Said("gate.worse", _points(difference, -1)), numbers)
    broken = _broken(old, new, options.alpha)
    numbers["broken_classes"] = float(len(broken))
    if broken:
        return Verdict(False, Said("gate.broken", {"names": ", ".join(broken[:10])}), numbers)
    return Verdict(True, Said("gate.passed", {"gap": _gap(difference), "blind": _blind(difference)}), numbers)


def _variant(old: Evidence, new: Evidence, options: GateOptions) -> Verdict:
    difference = compare(old, new)
    if old.labels != new.labels:
        return Verdict(False, Said("gate.other"), _numbers(difference))
    flips = int((old.predicted != new.predicted).sum())
    largest = float(np.abs(old.probabilities - new.probabilities).max())
    p_worse = worse_probability(new.correct, old.correct)
    share = flips / len(new)
    numbers = _numbers(difference) | {
        "flips": float(flips), "flip_share": share, "largest_change": largest, "p_worse": p_worse
    }  # fmt: skip
    counted = {"flips": flips, "rows": f"{len(new):,}", "share": f"{share:.2%}", "allowed": f"{options.flips:.2%}"}
    said = Said("gate.flips", {**counted, "gap": _gap(difference)})
    if share > options.flips:
        return Verdict(False, Said("gate.many", {"flips": said}), numbers)
    if p_worse < options.alpha:
        return Verdict(False, Said("gate.weaker", {"flips": said}), numbers)
    return Verdict(True, Said("gate.same", {"flips": said, "blind": _blind(difference)}), numbers)


def _broken(old: Evidence, new: Evidence, alpha: float) -> list[str]:
    """Classes whose rows the new version answers significantly worse: one-sided paired test, Holm over the classes."""
    present = [k for k in range(len(old.labels)) if (old.targets == k).any()]
    right = old.correct, new.correct
    inside = [old.targets == k for k in present]
    rejected = holm([worse_probability(right[1][rows], right[0][rows]) for rows in inside], alpha)
    return [old.labels[k] for k, flag in zip(present, rejected, strict=True) if flag]


def _numbers(difference: Difference) -> dict[str, float]:
    return {
        "rows": float(difference.rows),
        "old": difference.first,
        "new": difference.second,
        "difference": difference.value,
        "low": difference.low,
        "high": difference.high,
        "visible_gap": difference.visible_gap,
    }


def _points(difference: Difference, sign: int, shape: str = ".1f") -> dict[str, str]:
    low, high = sorted((sign * difference.low, sign * difference.high))
    numbers = {"points": sign * difference.value, "low": low, "high": high}
    return {name: format(100 * number + 0.0, shape) for name, number in numbers.items()}


def _gap(difference: Difference) -> Said:
    return Said("gate.gap", _points(difference, 1, "+.1f"))


def _blind(difference: Difference) -> Said | str:
    gap = 100 * difference.visible_gap
    return Said("gate.blind", {"rows": f"{difference.rows:,}", "gap": f"{gap:.1f}"}) if gap >= 1 else ""

"""The one rule that accepts or refuses a new version or a variant, for every stage that asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lingos.errors import RecipeError, unknown
from lingos.evaluation.comparison import Difference, compare, worse_probability
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.slices import holm

__all__ = ["KINDS", "GateOptions", "Verdict", "gate"]

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
    reason: str
    numbers: Mapping[str, float]


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
        return Verdict(True, "first version: nothing to compare with", {"new": float(new.correct.mean())})
    return _variant(old, new, options) if kind == "variant" else _promotion(old, new, options)


def _promotion(old: Evidence, new: Evidence, options: GateOptions) -> Verdict:
    difference = compare(old, new)
    p_worse = worse_probability(new.correct, old.correct)
    numbers = _numbers(difference) | {"p_worse": p_worse}
    lost = [label for label in old.labels if label not in new.labels]
    if lost and not options.lost_labels:
        return Verdict(False, f"labels lost: {', '.join(lost[:10])}", numbers | {"lost_labels": float(len(lost))})
    if p_worse < options.alpha:
        return Verdict(False, f"worse than the version in use by {_span(difference)}", numbers)
    broken = _broken(old, new, options.alpha)
    numbers["broken_classes"] = float(len(broken))
    if broken:
        return Verdict(False, f"not worse in all, but broken for: {', '.join(broken[:10])}", numbers)
    return Verdict(True, f"not worse than the version in use ({_signed(difference)}){_blind(difference)}", numbers)


def _variant(old: Evidence, new: Evidence, options: GateOptions) -> Verdict:
    difference = compare(old, new)
    if old.labels != new.labels:
        return Verdict(False, "the variant has another list of labels", _numbers(difference))
    flips = int((old.predicted != new.predicted).sum())
    largest = float(np.abs(old.probabilities - new.probabilities).max())
    p_worse = worse_probability(new.correct, old.correct)
    share = flips / len(new)
    numbers = _numbers(difference) | {
        "flips": float(flips), "flip_share": share, "largest_change": largest, "p_worse": p_worse
    }  # fmt: skip
    said = f"{flips} of {len(new):,} labels flip ({share:.2%}, allowed {options.flips:.2%}); {_signed(difference)}"
    if share > options.flips:
        return Verdict(False, f"too many flips: {said}", numbers)
    if p_worse < options.alpha:
        return Verdict(False, f"worse than the skill: {said}", numbers)
    return Verdict(True, f"{said}{_blind(difference)}", numbers)


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


def _span(difference: Difference) -> str:
    return f"{-100 * difference.value:.1f} points [{-100 * difference.high:.1f}, {-100 * difference.low:.1f}]"


def _signed(difference: Difference) -> str:
    value, low, high = (100 * number for number in (difference.value, difference.low, difference.high))
    return f"difference {value:+.1f} points [{low:+.1f}, {high:+.1f}]"


def _blind(difference: Difference) -> str:
    gap = 100 * difference.visible_gap
    return f"; with {difference.rows:,} rows a gap below {gap:.1f} points can not be seen" if gap >= 1 else ""

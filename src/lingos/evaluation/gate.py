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

__all__ = ["FIRST", "KINDS", "GateOptions", "Verdict", "gate", "variant_reason"]

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
        return Verdict(False, Said("gate.worse", _points(numbers, -1)), numbers)
    broken = _broken(old, new, options.alpha)
    numbers["broken_classes"] = float(len(broken))
    if broken:
        return Verdict(False, Said("gate.broken", {"names": ", ".join(broken[:10])}), numbers)
    return Verdict(True, Said("gate.passed", {"gap": _gap(numbers), "blind": _blind(numbers)}), numbers)


def _variant(old: Evidence, new: Evidence, options: GateOptions) -> Verdict:
    difference = compare(old, new)
    if old.labels != new.labels:
        return Verdict(False, Said("gate.other"), _numbers(difference))
    flips = int((old.predicted != new.predicted).sum())
    largest = float(np.abs(old.probabilities - new.probabilities).max())
    p_worse = worse_probability(new.correct, old.correct)
    share = flips / len(new)
    numbers = _numbers(difference) | {
        "flips": float(flips), "flip_share": share, "allowed": options.flips, "largest_change": largest,
        "p_worse": p_worse,
    }  # fmt: skip
    code = "gate.many" if share > options.flips else "gate.weaker" if p_worse < options.alpha else "gate.same"
    return Verdict(code == "gate.same", variant_reason(code, numbers), numbers)


def variant_reason(code: str, numbers: Mapping[str, float]) -> Said:
    """The reason of a variant's verdict from its numbers, so that a manifest need not keep every language of it."""
    if code == "gate.other":
        return Said(code)
    share, allowed = f"{numbers['flip_share']:.2%}", f"{numbers.get('allowed', GateOptions().flips):.2%}"
    counted = {"flips": f"{numbers['flips']:.0f}", "rows": f"{numbers['rows']:,.0f}", "share": share}
    said = Said("gate.flips", {**counted, "allowed": allowed, "gap": _gap(numbers)})
    return Said(code, {"flips": said, "blind": _blind(numbers)} if code == "gate.same" else {"flips": said})


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


def _points(numbers: Mapping[str, float], sign: int, shape: str = ".1f") -> dict[str, str]:
    low, high = sorted((sign * numbers["low"], sign * numbers["high"]))
    found = {"points": sign * numbers["difference"], "low": low, "high": high}
    return {name: format(100 * number + 0.0, shape) for name, number in found.items()}


def _gap(numbers: Mapping[str, float]) -> Said:
    return Said("gate.gap", _points(numbers, 1, "+.1f"))


def _blind(numbers: Mapping[str, float]) -> Said | str:
    rows, gap = f"{numbers['rows']:,.0f}", 100 * numbers["visible_gap"]
    return Said("gate.blind", {"rows": rows, "gap": f"{gap:.1f}"}) if gap >= 1 else ""

"""What an evaluation says: plain records that travel as JSON inside the skill. `test.primary.{name,value,low,high}`."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lingos.errors import SkillError
from lingos.evaluation.calibration import Point
from lingos.evaluation.mistakes import Confusion, Doubt, Quote
from lingos.evaluation.refusal import Curve
from lingos.evaluation.robustness import Robustness
from lingos.evaluation.slices import Slice
from lingos.evaluation.slots import Slots

__all__ = ["Calibrated", "ClassScore", "Evaluation", "HeatMap", "Refused", "Score", "Tested", "UnknownLabel"]

FORMAT = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """A named score with its 95 % interval."""

    name: str
    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True)
class ClassScore:
    """One class; `low` and `high` are the bounds of F1."""

    label: str
    precision: float
    recall: float
    f1: float
    low: float
    high: float
    rows: int
    guessed: int


@dataclasses.dataclass(frozen=True, slots=True)
class Tested:
    """The scores on the test rows. A gap in accuracy below `visible_gap` can not be seen with so many rows."""

    primary: Score
    rows: int
    unknown_rows: int
    visible_gap: float
    scores: tuple[Score, ...]
    classes: tuple[ClassScore, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Calibrated:
    """Calibration on the test rows: expected calibration error, log loss and Brier over rows with a known label."""

    error: float
    log_loss: Score
    brier: Score
    points: tuple[Point, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Refused:
    """Refusal on the test rows. `threshold` None = none is set; `wrong_refused`: share of all mistakes refused."""

    score: str
    threshold: float | None
    rate: float
    refused: float
    answered: Score
    wrong_refused: float
    auroc: float
    curve: Curve


@dataclasses.dataclass(frozen=True, slots=True)
class HeatMap:
    """Counts [true][guessed] of the classes that are confused most."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class UnknownLabel:
    """A test row whose label the skill does not know."""

    label: str
    quote: Quote


@dataclasses.dataclass(frozen=True, slots=True)
class Evaluation:
    """All findings of one session on one data set."""

    test: Tested
    calibration: Calibrated
    refusal: Refused
    confusions: tuple[Confusion, ...]
    heat: HeatMap
    doubtful: int
    doubts: tuple[Doubt, ...]
    unknown: tuple[UnknownLabel, ...]
    slices: tuple[Slice, ...]
    robustness: tuple[Robustness, ...]
    language: str = "en"
    slots: Slots | None = None  # of a task that fills slots
    format: int = FORMAT

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: no NaN, no infinity."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(found: object) -> Evaluation:
        """The evaluation from `to_json`'s values (also after a trip through a file). Anything else is a SkillError."""
        version = found.get("format") if isinstance(found, dict) else None
        if version != FORMAT:
            raise SkillError(
                f"an evaluation of format {version!r}", expected=f"format {FORMAT}", cure="evaluate the skill again"
            )
        try:
            return _adapter().validate_python(found, extra="forbid")
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise SkillError(
                f"the evaluation is damaged at {place}: {first['msg']}",
                expected="what Evaluation.to_json wrote",
                cure="evaluate the skill again",
            ) from error


@cache
def _adapter() -> TypeAdapter[Evaluation]:
    return TypeAdapter(Evaluation)

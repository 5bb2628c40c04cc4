"""What `tune` gives back, and the JSON document that `lingos tune --json` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lingos.contracts import SkillRef
from lingos.evaluation.result import Evaluation
from lingos.words.said import coded

__all__ = ["Tuned"]


@dataclass(frozen=True)
class Tuned:
    """A new skill: where it is, how good it is, and what the other methods showed."""

    skill: SkillRef
    method: str
    seconds: float
    evaluation: Evaluation
    ladder: Sequence[Mapping[str, Any]]
    reason: str
    folder: Path
    serve: str
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The contract for scripts: skill, version, method, seconds, test.primary, ladder, and more."""
        return {
            "skill": self.skill.name,
            "version": self.skill.version,
            "method": self.method,
            **coded({"reason": self.reason}),
            "seconds": round(self.seconds, 1),
            "serve": self.serve,
            **self.evaluation.to_json(),
            "ladder": [coded(rung) for rung in self.ladder],
            "report": str(self.folder / "report.html"),
            "notes": list(self.notes),
        }

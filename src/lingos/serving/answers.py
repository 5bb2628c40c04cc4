"""The open skills of a server and what goes over the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from lingos.contracts import Prediction
from lingos.engines.base import EngineOptions
from lingos.errors import DataError, StoreError, unknown
from lingos.inference import Session, open_session
from lingos.serving.guard import Limits
from lingos.store.store import Store

__all__ = ["Answer", "Ask", "Filled", "Label", "Line", "Skills", "plain"]


class Ask(BaseModel):
    """Body of a prediction."""

    model_config = ConfigDict(extra="forbid", strict=True)

    inputs: list[str | dict[str, str]] = Field(description="texts, or objects with the skill's fields")
    top: int = Field(3, ge=1, description="labels in each answer")


class Label(BaseModel):
    """A label and its calibrated score."""

    label: str
    score: float


class Filled(BaseModel):
    """Characters of the text, from `start` to before `end`, that fill a slot."""

    slot: str
    start: int
    end: int


class Line(BaseModel):
    """The answer to one input; `refused` says that it should not be acted on.

    Skills that understand commands also say which parts of the text fill slots, and which values it only implies;
    others leave both out.
    """

    label: str
    score: float
    refused: bool
    top: list[Label]
    marks: list[Filled] | None = None
    implied: dict[str, str] | None = None


class Answer(BaseModel):
    """One prediction per input, in their order, and the version that gave them."""

    skill: str
    predictions: list[Line]


class Skills:
    """The sessions that a server holds open. A request meets exactly the skill that it names, or an error."""

    def __init__(self, store: Store, names: Iterable[str], limits: Limits, threads: int = 1) -> None:
        self.limits = limits
        self._sessions: dict[str, Session] = {}
        self._locks: dict[str, threading.Lock] = {}
        for name in names:
            skill = store.get(name)
            held = self._sessions.get(skill.manifest.name)
            if held is not None and held.skill.ref != skill.ref:
                raise StoreError(
                    f"{held.skill.ref} and {skill.ref} at once",
                    expected="one version of a name",
                    cure="start a second server for the other version",
                )
            options = EngineOptions(threads=threads)
            self._sessions[skill.manifest.name] = open_session(skill, store, top=limits.top, options=options)
            self._locks[skill.manifest.name] = threading.Lock()

    def names(self) -> list[str]:
        """The skills, sorted."""
        return sorted(self._sessions)

    def session(self, name: str) -> Session:
        """The session of `name` or of exactly that `name@version`; a StoreError for everything else."""
        plain_name, _, version = name.partition("@")
        session = self._sessions.get(plain_name)
        if session is None or version not in {"", str(session.skill.ref.version)}:
            raise unknown(
                "skill", name, [str(one.skill.ref) for one in self._sessions.values()] + self.names(), StoreError
            )
        return session

    def answer(self, name: str, ask: Ask) -> dict[str, Any]:
        """Predict; runs in a thread, one request a skill at a time."""
        session = self.session(name)
        self._check(ask)
        with self._locks[session.skill.manifest.name]:
            found = session(ask.inputs)
        return {"skill": str(session.skill.ref), "predictions": [plain(one, ask.top) for one in found]}

    def _check(self, ask: Ask) -> None:
        if len(ask.inputs) > self.limits.inputs:
            raise DataError(
                f"{len(ask.inputs)} inputs in one request",
                expected=f"at most {self.limits.inputs}",
                cure="send several requests",
            )
        if ask.top > self.limits.top:
            raise DataError(f"top is {ask.top}", expected=f"at most {self.limits.top}", cure="ask for fewer labels")
        sizes = [len(one) if isinstance(one, str) else sum(map(len, one.values())) for one in ask.inputs]
        long = [place for place, size in enumerate(sizes) if size > self.limits.text]
        if long:
            raise DataError(
                f"input {long[0]} has {sizes[long[0]]:,} characters"
                + (f", and {len(long) - 1} more are too long" * (len(long) > 1)),
                expected=f"at most {self.limits.text:,} characters in one input",
                cure="cut it; a model reads a few hundred words anyway",
            )


def plain(prediction: Prediction, top: int) -> Mapping[str, Any]:
    """A prediction as JSON, the `top` best labels with it.

    >>> from lingos.contracts import Mark
    >>> found = Prediction("light", 0.9, False, (("light", 0.9),), marks=(Mark(12, 19, "room"),))
    >>> plain(found, 3)["marks"], plain(found, 3)["implied"]
    ([{'slot': 'room', 'start': 12, 'end': 19}], {})
    """
    found = {
        "label": prediction.value,
        "score": prediction.score,
        "refused": prediction.refused,
        "top": [{"label": label, "score": score} for label, score in prediction.top[:top]],
    }
    if prediction.marks or prediction.implied:
        found["marks"] = [{"slot": one.slot, "start": one.start, "end": one.end} for one in prediction.marks]
        found["implied"] = dict(prediction.implied)
    return found

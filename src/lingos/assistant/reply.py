"""What the assistant answers: one part for each thing that was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lingos.contracts import Change, Preview, Value

__all__ = ["Kind", "Part", "Reply"]

# ask: a yes or no is wanted before it runs. question: a word is missing. sorry: not understood, or no command.
Kind = Literal["done", "already", "failed", "unknown", "ask", "refused", "declined", "question", "sorry"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was asked and what became of it. `call` is what a yes or no names."""

    kind: Kind
    said: str
    text: str = ""  # the words that it answers
    intent: str = ""  # "app.action"
    score: float = 0.0
    args: Mapping[str, Value] = field(default_factory=dict)
    call: str = ""
    changes: tuple[Change, ...] = ()
    value: Value = None
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """All parts, in the order in which they were said.

    >>> Reply("c1", "stop", "en", (Part("done", "it stands"), Part("sorry", "not that"))).said
    'it stands; not that'
    """

    command: str
    text: str
    language: str
    parts: tuple[Part, ...] = ()
    person: str = ""  # who is answered

    @property
    def said(self) -> str:
        """The whole answer in the person's language."""
        return ("；" if self.language == "zh" else "; ").join(part.said for part in self.parts if part.said)

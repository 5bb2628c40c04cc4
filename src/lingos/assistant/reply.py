"""What the assistant answers: one part for each thing that was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lingos.assistant.runner import Outcome
from lingos.contracts import Change, Preview, Value
from lingos.words.said import Said

__all__ = ["Kind", "Part", "Reply", "part_of"]

# ask: a yes or no is wanted before it runs. question: a word is missing, or whether it was meant (`call` is told).
# told: an answer, and nothing was to be done.
# sorry: not understood, or no command.
Kind = Literal["done", "already", "told", "failed", "unknown", "ask", "refused", "declined", "question", "sorry"]


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


def part_of(outcome: Outcome, language: str, text: str = "") -> Part:
    """What became of a call, as a part of an answer to some words."""
    call, effect, preview = outcome.call, outcome.effect, outcome.preview
    said = outcome.said
    if outcome.kind == "ask" and preview is not None:
        said = Said("talk.ask", {"said": preview.said, "why": said}).told(language)
    elif outcome.kind == "question" and preview is not None:
        said = Said("talk.meant", {"said": preview.said}).told(language)
    elif outcome.kind == "already":
        said = Said("talk.already", {"said": said}).told(language)
    changes = effect.changes if effect else preview.changes if preview else ()
    value = effect.value if effect else None
    intent = f"{call.app}.{call.action}"
    return Part(outcome.kind, said, text, intent, 1.0, call.args, call.id, changes, value, preview)


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

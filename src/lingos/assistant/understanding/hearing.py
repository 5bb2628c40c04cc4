"""One sentence -> the commands in it, each with its intent, its arguments and why it must change nothing, if so.

A skill reads every stretch between the joints of the sentence in one pass. The sentence is taken apart only where each
part is a command of its own, or says less than the one before and means the same ("the kitchen light and the hall").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations

from lingos.assistant.understanding.arguments import Arguments, arguments
from lingos.assistant.understanding.guard import stopped
from lingos.assistant.understanding.sentences import NOTHING, Wish
from lingos.contracts import Inputs, Prediction

__all__ = ["Ask", "Heard", "heard"]

Ask = Callable[[Sequence[Inputs | str]], list[Prediction]]
JOINTS = re.compile(
    r"\s*(?:[;；。]|[.!?]\s|，?\s*(?:然后|并且|接着|还有|同时|再)|，|[,]?\s+(?:and\s+then|and\s+also|and|then|plus)\s|,\s)\s*",
    re.IGNORECASE,
)
MOST = 3  # joints that are looked at
LIKELY = 0.5  # of a command that is not sure: worth the question whether it was meant


@dataclass(frozen=True, slots=True)
class Heard:
    """One command; `sure` that it was understood. `stopped`: why it may change nothing, see guard.py."""

    text: str
    intent: str
    score: float
    sure: bool
    arguments: Arguments = field(default_factory=Arguments)
    stopped: str = ""

    @property
    def likely(self) -> bool:
        """Worth asking whether it was meant."""
        return self.intent != NOTHING and self.score >= LIKELY

    @property
    def complete(self) -> bool:
        """Nothing is missing."""
        return not self.arguments.missing


def heard(text: str, ask: Ask, wishes: Mapping[str, Wish], now: datetime) -> tuple[Heard, ...]:
    """The commands in a sentence, in their order; one at least, sure or not."""
    ways = list(_ways(text))
    stretches = list(dict.fromkeys(part for way in ways for part in way))
    known = dict(zip(stretches, ask(stretches), strict=True))
    why = stopped(text)
    whole = replace(_understood(text, known[ways[0][0]], wishes, now), stopped=why)
    if why:
        return (whole,)
    for way in reversed(ways[1:]):
        parts = _together([_understood(part, known[part], wishes, now) for part in way], wishes, now)
        if parts is not None and not any(one.stopped for one in parts):
            return parts
    return (whole,)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _ways(text: str) -> Iterator[tuple[str, ...]]:
    """The whole sentence, then it in two parts, then in three, and so on."""
    yield (text.strip(),)
    joints = [(one.start(), one.end()) for one in JOINTS.finditer(text) if text[: one.start()].strip()]
    joints = [one for one in joints if text[one[1] :].strip(" .!?。！？，,")][:MOST]
    for count in range(1, len(joints) + 1):
        for chosen in combinations(joints, count):
            starts, ends = [0, *(end for _, end in chosen)], [*(start for start, _ in chosen), len(text)]
            yield tuple(text[start:end].strip() for start, end in zip(starts, ends, strict=True))


def _understood(text: str, found: Prediction, wishes: Mapping[str, Wish], now: datetime) -> Heard:
    intent = str(found.value)
    wish = wishes.get(intent)
    if wish is None:
        return Heard(text, NOTHING, found.score, not found.refused and intent == NOTHING)
    told = arguments(found, text, wish.slots, wish.names, now)
    return Heard(text, intent, found.score, not found.refused, told, stopped(text))


def _together(parts: list[Heard], wishes: Mapping[str, Wish], now: datetime) -> tuple[Heard, ...] | None:
    """The parts as commands; None where one of them is none, or belongs to the free text of the one before."""
    made: list[Heard] = []
    for part in parts:
        if made and _open_ended(made[-1], wishes):
            return None
        if part.intent == NOTHING or not part.sure or not part.complete:
            lent = _as_before(part, made[-1], wishes, now) if made else None
            if lent is None:
                return None
            part = lent
        made.append(part)
    return tuple(made)


def _open_ended(one: Heard, wishes: Mapping[str, Wish]) -> bool:
    """Whether it ends in words of the person's own, which may well go on."""
    slots = wishes[one.intent].slots
    texts = [str(one.arguments.values[name]) for name, slot in slots.items() if slot.kind == "text"
             and name in one.arguments.values]  # fmt: skip
    return any(one.text.rstrip(" .!?。！？").endswith(told) for told in texts)


def _as_before(part: Heard, before: Heard, wishes: Mapping[str, Wish], now: datetime) -> Heard | None:
    """A part that only names other things, with the rest from the command before it; None where it names nothing."""
    wish = wishes[before.intent]
    own = arguments(Prediction(before.intent, 0.0, False, ()), part.text, wish.slots, wish.names, now)
    if not own.values:
        return None
    values = {**before.arguments.values, **own.values}
    return Heard(part.text, before.intent, before.score, True, Arguments(values))

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
from lingos.assistant.understanding.placed import named, placed
from lingos.assistant.understanding.sentences import NOTHING, Wish
from lingos.assistant.understanding.values import durations, moments, numbers
from lingos.contracts import Inputs, Prediction

__all__ = ["SHORT", "Ask", "Heard", "heard", "left_over"]

Ask = Callable[[Sequence[Inputs | str]], list[Prediction]]
JOINTS = re.compile(
    r"\s*(?:[;；。]|[.!?]\s|，?\s*(?:然后|并且|接着|还有|同时|再)|，|[,]?\s+(?:and\s+then|and\s+also|and|then|plus)\s|,\s)\s*",
    re.IGNORECASE,
)
LIGHT = re.compile(
    r"\b(the|a|in|of|at|to|too|also|as well|one|ones|both|light|lights|please|degrees?|percent)\b"
    r"|也|和|的|里|灯|都|吧|还有|度|百分之",
    re.I,
)
TOO = re.compile(r"也(?=[关开调锁拉设打])|\s+(too|as well|also)\W*$", re.IGNORECASE)
THINGS = re.compile(
    r"\b(lights?|lamps?|blinds?|curtains?|shutters?|shades?|heating|radiators?|doors?|alarms?|maybe|um+|well)\b"
    r"|灯光?|窗帘|百叶窗|暖气|空调|门|报警器|警报|嗯|呃",
    re.IGNORECASE,
)
SHORT = 2  # letters that may be left beside the values of a part that leans on the one before
SHORTEST = 5  # letters of a free text: "note that" has none
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
    ways = list(_ways(text, now))
    stretches = list(dict.fromkeys(part for way in ways for part in way))
    known = dict(zip(stretches, ask(stretches), strict=True))
    whole = _understood(ways[0][0], known[ways[0][0]], wishes, now)
    if whole.stopped and stopped(whole.text):  # else what the whole takes for free text may hold a command of its own
        return (whole,)
    for way in reversed(ways[1:]):
        parts = _together([_understood(part, known[part], wishes, now) for part in way], wishes, now)
        if parts is not None and not _one_thing(whole, parts):
            return parts
    return (_doubted(whole, wishes),)


def _one_thing(whole: Heard, parts: Sequence[Heard]) -> bool:
    """Whether parts say one thing twice ("too bright here, dim it"), or one of them is but the start of the whole."""
    told = [(one.intent, tuple(sorted(one.arguments.values.items(), key=str))) for one in parts]
    bare = any(not one.arguments.values for one in parts)
    same = bare and whole.sure and whole.complete and whole.intent in {one.intent for one in parts}
    return any(one.stopped for one in parts) or len(set(map(str, told))) < len(told) or same


def _doubted(whole: Heard, wishes: Mapping[str, Wish]) -> Heard:
    """One command that names two values for one slot was not understood wholly: it is asked back."""
    wish = wishes.get(whole.intent)
    if wish is None or any(slot.kind == "text" for slot in wish.slots.values()):
        return whole
    tables = [wish.names.get(name, {}) if slot.kind == "name" else slot.values for name, slot in wish.slots.items()]
    return replace(whole, sure=False) if any(len(named(whole.text, table)) > 1 for table in tables) else whole


# -- helpers ---------------------------------------------------------------------------------------------------------
def _ways(text: str, now: datetime) -> Iterator[tuple[str, ...]]:
    """The whole sentence, then it in two parts, then in three, and so on."""
    yield (text.strip(),)
    joints = [(one.start(), one.end()) for one in JOINTS.finditer(text) if text[: one.start()].strip()]
    joints = [one for one in joints if text[one[1] :].strip(" .!?。！？，,")][:MOST]
    if joints:  # "one and a half hours" is one thing
        inside = [(one.start, one.end) for one in [*moments(text, now), *durations(text), *numbers(text)]]
        joints = [(a, b) for a, b in joints if not any(start <= a and b <= end for start, end in inside)]
    for count in range(1, len(joints) + 1):
        for chosen in combinations(joints, count):
            starts, ends = [0, *(end for _, end in chosen)], [*(start for start, _ in chosen), len(text)]
            first, *more = (text[start:end].strip() for start, end in zip(starts, ends, strict=True))
            yield (first, *(TOO.sub("", one) for one in more))


def _understood(text: str, found: Prediction, wishes: Mapping[str, Wish], now: datetime) -> Heard:
    intent = str(found.value)
    wish = wishes.get(intent)
    if wish is None:
        return Heard(text, NOTHING, found.score, not found.refused and intent == NOTHING)
    told = arguments(found, text, wish.slots, wish.names, now)
    why = stopped(_without_free_text(text, found, wish)) or _bare(text, told, wish, now)
    if why == "half" and found.skill is None:  # a phrase of an app, word for word, is whole, however short
        why = ""
    return Heard(text, intent, found.score, not found.refused, told, why)


def _bare(text: str, told: Arguments, wish: Wish, now: datetime) -> str:
    """ "half" where a sentence names things and values, and not what to do: "bedroom blinds", "an hour"."""
    if any(slot.kind == "text" for name, slot in wish.slots.items() if name in told.values):
        return ""
    open_ones = [name for name, slot in wish.slots.items() if slot.kind == "choice" and named(text, slot.values)]
    return "half" if not open_ones and not left_over(THINGS.sub("", text), wish, now) else ""


def _without_free_text(text: str, found: Prediction, wish: Wish) -> str:
    """What a reminder or a note says is nobody's command: only the words around it are looked at."""
    free = [mark for mark in found.marks if mark.slot in wish.slots and wish.slots[mark.slot].kind == "text"]
    if found.refused or not free or free[-1].end - free[0].start < SHORTEST:
        return text
    return f"{text[: free[0].start]}X{text[max(mark.end for mark in free) :]}"


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
    if not own.values or left_over(part.text, wish, now) > SHORT:
        return None
    values = {**before.arguments.values, **own.values}
    return Heard(part.text, before.intent, before.score, True, Arguments(values))


def left_over(text: str, wish: Wish, now: datetime) -> int:
    """How many letters are left without the values that stand in a text and words of no weight."""
    spans = [
        (one.start, one.end)
        for name, slot in wish.slots.items()
        for one in placed(slot, text, wish.names.get(name, {}), now)
    ]
    rest = "".join(letter for k, letter in enumerate(text) if not any(a <= k < b for a, b in spans))
    return len(re.sub(r"\W", "", LIGHT.sub("", rest)))

"""Sentences that are said just as an app's phrases have them: understood at once, before anything was learned.

What matches wholly is certain; all else is for the skill. A new app can be talked to from its first minute on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from lingos.assistant.slots import Slot
from lingos.assistant.understanding.fillers import AROUND
from lingos.assistant.understanding.phrases import TOKEN, implied
from lingos.assistant.understanding.placed import placed
from lingos.assistant.understanding.sentences import NOTHING, Wish
from lingos.assistant.understanding.values import numbers
from lingos.contracts import Inputs, Mark, Prediction
from lingos.text.language import addressed

__all__ = ["Grammar"]

ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)
BESIDE = "at "  # what may stand beside a value
SUM = re.compile(
    r"(?=.*[+\-*/×÷%^加减乘除a-z])"  # not a number alone
    r"(?:[\d\s.+\-*/×÷()%^加减乘除以上去零一二三四五六七八九十百千万点]+|(\w+ )*(plus|minus|times|divided by)( \w+)*)"
)
EDGE = r"[\s,.!?;，。！？；~]*"


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


PLAIN = re.compile(f"{EDGE}(?P<core>.*?){EDGE}", re.DOTALL)
POLITE = {
    language: re.compile(
        f"{EDGE}(?:(?:{_any(before)}){EDGE})*(?P<core>.*?)(?:{EDGE}(?:{_any(behind)}))*{EDGE}",
        re.DOTALL | re.IGNORECASE,
    )
    for language, (before, behind) in AROUND.items()
}


@dataclass(frozen=True)
class _Pattern:
    """One phrase; its expression is made when a sentence has all the words that stand in no bracket of it."""

    wish: Wish
    told: str
    language: str

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Words without which it can not fit."""
        outer = list(_outer(self.tokens))
        return () if "|" in outer else tuple(one.strip().lower() for one in outer if one[0] != "{" and one.strip())

    @cached_property
    def tokens(self) -> list[str]:
        """The parts of the phrase."""
        return TOKEN.findall(self.told.partition("->")[0].strip())

    @cached_property
    def expression(self) -> tuple[re.Pattern[str], Mapping[str, str]]:
        """The expression, and the slot of each of its groups."""
        slots: dict[str, str] = {}
        body = "".join(_expression(token, self.wish, slots, self.language) for token in self.tokens)
        return re.compile(body, re.IGNORECASE), slots

    @cached_property
    def implied(self) -> Mapping[str, str]:
        """What it says without a word for it."""
        return implied(self.told)

    @cached_property
    def literal(self) -> int:
        """How many letters of it are fixed."""
        return sum(len(one.strip()) for one in self.tokens if one[0] not in "()[]|{")


class Grammar:
    """The phrases of wishes, with the names that they have. Called like a session.

    >>> from lingos.assistant.slots import name
    >>> room = {"room": name("Which room?", "哪个房间？")}
    >>> wish = Wish("home.off", room, {"en": ["turn off [the] {room} light"]}, {"room": {"kitchen": ("kitchen",)}})
    >>> found = Grammar({"home.off": wish})(["please turn off the kitchen light!", "turn off the oven"])
    >>> [(one.value, one.refused, [mark.slot for mark in one.marks]) for one in found]
    [('home.off', False, ['room']), ('none', True, [])]
    """

    def __init__(self, wishes: Mapping[str, Wish]) -> None:
        self.patterns = {
            language: [
                _Pattern(wish, told, language) for wish in wishes.values() for told in wish.phrases.get(language, ())
            ]
            for language in ("en", "zh")
        }

    def __call__(self, inputs: Sequence[Inputs | str]) -> list[Prediction]:
        """One prediction for each text; refused where no phrase fits, or phrases of two intents do."""
        return [self._read(one if isinstance(one, str) else str(one["text"])) for one in inputs]

    def _read(self, text: str) -> Prediction:
        fits = sorted(self._fits(text), key=lambda one: -one[0])
        if not fits or any(one[1].value != fits[0][1].value for one in fits if one[0] == fits[0][0]):
            return Prediction(NOTHING, 0.0, True, ())
        return fits[0][1]

    def _fits(self, text: str) -> Iterator[tuple[int, Prediction]]:
        language = addressed(text)
        lower, parts = text.lower(), list(_bare(text, language))
        for pattern in self.patterns[language]:
            if all(word in lower for word in pattern.needed):
                for start, part in parts:
                    yield from self._fit(pattern, start, part)

    def _fit(self, pattern: _Pattern, start: int, part: str) -> Iterator[tuple[int, Prediction]]:
        expression, groups = pattern.expression
        found = expression.fullmatch(part)
        if found is None:
            return
        spans = {group: found.span(group) for group in groups if found[group] is not None}
        if all(_meant(pattern.wish.slots[groups[group]], part[slice(*span)]) for group, span in spans.items()):
            marks = [Mark(a + start, b + start, groups[group]) for group, (a, b) in spans.items()]
            marks.sort(key=lambda one: one.start)
            intent = pattern.wish.intent
            yield (
                pattern.literal,
                Prediction(intent, 1.0, False, ((intent, 1.0),), marks=tuple(marks), implied=pattern.implied),
            )


# -- helpers ---------------------------------------------------------------------------------------------------------
def _outer(tokens: Sequence[str]) -> Iterator[str]:
    """The parts of a phrase that stand in no bracket."""
    deep = 0
    for one in tokens:
        deep -= one in ")]"
        if not deep and one not in "()[]":
            yield one
        deep += one in "(["


def _bare(text: str, language: str) -> Iterator[tuple[int, str]]:
    """A sentence without what stands around it, and also without polite words; each with its place in the text."""
    for pattern in (PLAIN, POLITE[language]):
        found = pattern.fullmatch(text)
        if found is not None and found["core"]:
            yield found.start("core"), found["core"]


def _expression(token: str, wish: Wish, slots: dict[str, str], language: str) -> str:
    """One token of a phrase as part of an expression; a slot becomes a group that is entered into `slots`."""
    fixed = {"(": r"\s*(?:", ")": ")", "[": r"\s*(?:", "]": ")?", "|": "|"}
    if token in fixed:
        return fixed[token]
    if token[0] != "{":
        return r"\s*" + r"\s+".join(map(re.escape, token.split())) + r"\s*" if token.strip() else r"\s*"
    name = token[1:-1]
    group = f"{name}_{len(slots)}"
    slots[group] = name
    edge = "a-zA-Z" if language == "en" else ""
    own = f"(?P<{group}>{_words(wish, name)})"
    return rf"\s*(?<![{edge}]){own}(?![{edge}])\s*" if edge else rf"\s*{own}\s*"


def _words(wish: Wish, name: str) -> str:
    slot = wish.slots[name]
    table = slot.values if slot.kind == "choice" else wish.names.get(name, {}) if slot.kind == "name" else {}
    words = [word for value, told in table.items() for word in (*told, value)]
    return _any(words) if words else ".+?"


def _meant(slot: Slot, word: str) -> bool:
    """Whether words are what their slot wants, and nothing beside it."""
    if slot.kind == "text" and slot.like == "sum":
        return bool(SUM.fullmatch(word.strip())) and bool(numbers(word))
    if slot.kind in ("choice", "name") or (slot.kind == "text" and slot.like != "unit"):
        return bool(word.strip())  # names and values stand in the expression itself
    found = placed(slot, word, {}, ANY_DAY)
    beside = 0 if slot.kind == "text" else len(BESIDE)
    return len(found) == 1 and len(word.strip()) - (found[0].end - found[0].start) <= beside

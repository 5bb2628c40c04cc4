"""Who reads the sentences: the phrases of the apps first, a trained skill for what they do not have word for word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lingos.assistant.understanding.grammar import Grammar
from lingos.assistant.understanding.hearing import Ask
from lingos.assistant.understanding.sentences import NOTHING, Wish
from lingos.contracts import Inputs, Prediction

__all__ = ["Reader"]


class Reader:
    """Called like a session. `skill` may come later, or never: then only what the phrases have is understood."""

    def __init__(self, skill: Ask | None = None) -> None:
        self.skill = skill
        self._known: Mapping[str, Wish] = {}
        self._grammar = Grammar({})

    def knowing(self, wishes: Mapping[str, Wish]) -> Reader:
        """The same reader for what can be wished now."""
        if wishes != self._known:
            self._known, self._grammar = dict(wishes), Grammar(wishes)
        return self

    def has(self, text: str) -> bool:
        """Whether an app has this text as a phrase, word for word."""
        return not self._grammar([text])[0].refused

    def __call__(self, inputs: Sequence[Inputs | str]) -> list[Prediction]:
        """One prediction for each text."""
        found = self._grammar(inputs)
        open_ones = [k for k, one in enumerate(found) if one.refused]
        if self.skill is not None and open_ones:
            for k, told in zip(open_ones, self.skill([inputs[k] for k in open_ones]), strict=True):
                found[k] = told if told.value in self._known or told.value == NOTHING else found[k]
        return found

"""A second lock beside the model: sentences that speak of an action and do not ask for it. Rules, no learning.

A sentence that is negated, past, quoted, asked about, another person's or unfinished changes nothing, however sure a
skill is. It may be read ("is the door locked?") and it may be asked back. The rules are wide on purpose: a wrong stop
costs one question, a wrong start an open door.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from lingos.text.language import addressed

__all__ = ["Rule", "stopped"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of sentence, and how it shows; what `but` finds first makes it a wish all the same."""

    kind: str
    pattern: re.Pattern[str]
    but: re.Pattern[str] | None = None


def _rule(kind: str, pattern: str, but: str = "") -> Rule:
    return Rule(kind, re.compile(pattern, re.IGNORECASE), re.compile(but, re.IGNORECASE) if but else None)


RULES: Mapping[str, tuple[Rule, ...]] = {
    language: tuple(_rule(**told) for told in rules)
    for language, rules in json.loads(
        resources.files("lingos.assistant.understanding").joinpath("guard.json").read_text("utf-8")
    ).items()
}


def stopped(text: str) -> str:
    """Why a sentence must change nothing: negated, past, quoted, question, others or half; "" where no rule fits.

    >>> [stopped(text) for text in ("turn off the light", "don't turn off the light", "could you lock the door?")]
    ['', 'negated', '']
    >>> [stopped(text) for text in ("把灯关了", "别关灯", "他说把灯关了", "能不能把灯打开")]
    ['', 'negated', 'quoted', '']
    """
    for rule in RULES[addressed(text)]:
        if rule.pattern.search(text) and not (rule.but is not None and rule.but.search(text)):
            return rule.kind
    return ""

"""Sentences with what they should lead to, played through an assistant: what was right, wrong, refused, false.

Rows are JSON objects {"text", "lang", "expect"}: {"intent", "slots"}, a list of them, "no-act", or "ask".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lingos.assistant.assistant import Assistant
from lingos.assistant.reply import Part
from lingos.assistant.understanding.values import durations, moments
from lingos.contracts import Value

__all__ = ["Played", "Result", "counted", "play"]

# right: understood as expected. wrong: taken for something else. asked: asked back. refused: nothing was understood.
# quiet: nothing happened, as expected. guarded: a yes would have been needed. false: something changed.
Result = Literal["right", "wrong", "asked", "refused", "quiet", "guarded", "false"]
CHANGING = ("done", "failed", "unknown")


@dataclass(frozen=True, slots=True)
class Played:
    """One sentence and what came of it."""

    text: str
    language: str
    kind: str  # "command", "no-act" or a kind of it, "ask"
    result: Result
    said: str
    intents: tuple[str, ...] = ()


def play(assistant: Assistant, rows: Iterable[Mapping[str, Any]], person: str) -> list[Played]:
    """Say each sentence to the assistant; each for itself, none leans on the one before."""
    return [_played(assistant, row, person) for row in rows]


def counted(played: Sequence[Played]) -> dict[str, dict[str, Counter[str]]]:
    """How often each result came, by language and kind."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for one in played:
        found.setdefault(one.language, {}).setdefault(one.kind, Counter())[one.result] += 1
    return found


# -- helpers ---------------------------------------------------------------------------------------------------------
def _played(assistant: Assistant, row: Mapping[str, Any], person: str) -> Played:
    assistant.staff.talk.forget(person)
    reply = assistant.do(row["text"], person)
    wanted = row["expect"]
    language = row.get("lang") or reply.language
    kind = row.get("kind") or (wanted if isinstance(wanted, str) else "command")
    result = _idle(reply.parts) if isinstance(wanted, str) else _command(reply.parts, wanted, assistant)
    if wanted == "ask" and any(part.kind == "question" for part in reply.parts):
        result = "right"
    return Played(row["text"], language, kind, result, reply.said, tuple(part.intent for part in reply.parts))


def _idle(parts: Sequence[Part]) -> Result:
    if any(part.kind in CHANGING and part.changes for part in parts):
        return "false"
    return "guarded" if any(part.kind == "ask" for part in parts) else "quiet"


def _command(parts: Sequence[Part], wanted: Any, assistant: Assistant) -> Result:
    expected = wanted if isinstance(wanted, list) else [wanted]
    if any(part.kind == "question" for part in parts):
        return "asked"
    if all(part.kind == "sorry" for part in parts):
        return "refused"
    now = assistant.staff.world.now()
    same = len(parts) == len(expected) and all(
        part.kind != "sorry" and part.intent == one["intent"] and _same(part.args, one.get("slots", {}), now)
        for part, one in zip(parts, expected, strict=True)
    )
    return "right" if same else "wrong"


def _same(args: Mapping[str, Value], wanted: Mapping[str, Value], now: datetime) -> bool:
    return all(name in args and _alike(args[name], value, now) for name, value in wanted.items())


def _alike(found: Value, wanted: Value, now: datetime) -> bool:
    """Whether a value is what was expected, which may be told in the words of the sentence."""
    if isinstance(wanted, (int, float)) or isinstance(found, (int, float)):
        return found == wanted or (isinstance(wanted, str) and any(one.value == found for one in durations(wanted)))
    if _plain(str(found)) == _plain(str(wanted)):
        return True
    return any(one.value == found for one in moments(str(wanted), now))


def _plain(text: str) -> str:
    return text.casefold().strip(" .,!?。，！？\"'“”「」")

"""Replies as JSON, the same for every channel."""

from __future__ import annotations

from typing import Any

from lingos.assistant.reply import Part, Reply

__all__ = ["part_json", "reply_json"]


def reply_json(reply: Reply) -> dict[str, Any]:
    """A reply for programs.

    >>> reply_json(Reply("c1", "stop", "en", (Part("done", "it stands"),)))["parts"][0]["kind"]
    'done'
    """
    return {
        "command": reply.command,
        "text": reply.text,
        "language": reply.language,
        "said": reply.said,
        "parts": [part_json(part) for part in reply.parts],
    }


def part_json(part: Part) -> dict[str, Any]:
    """One part for programs; what it has not is left out."""
    found = {
        "kind": part.kind,
        "said": part.said,
        "text": part.text,
        "intent": part.intent,
        "score": round(part.score, 4),
        "args": dict(part.args),
        "call": part.call,
        "changes": [{"thing": one.thing, "before": one.before, "after": one.after} for one in part.changes],
        "value": part.value,
    }
    return {name: value for name, value in found.items() if value not in ("", None, [], {})}

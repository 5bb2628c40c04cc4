"""The one rule that decides whether a call may run. No model has a say in it, nor has any text.

Paper: Debenedetti et al., "Defeating Prompt Injections by Design" (2025): what may be done follows from where words
come from, not from what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lingos.assistant.policy.grants import Grants
from lingos.contracts import Call, Risk
from lingos.words.said import Said, listed

__all__ = ["PERSON", "Decision", "decide"]

PERSON = "person"  # the source of a command or an approval that a person typed, spoke or clicked
CONFIRMED: tuple[Risk, ...] = ("recoverable", "irreversible")
Verdict = Literal["act", "ask", "refuse"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Act, ask the person first, or refuse; and the sentence that says why."""

    verdict: Verdict
    why: Said


def decide(
    call: Call, risk: Risk, source: str, grants: Grants, *, sure: bool = True, approved: bool = False
) -> Decision:
    """What becomes of a call.

    Args:
        call: with the origin of every argument.
        risk: of its action.
        source: where the command came from: "person", or the name of a text, such as "a mail".
        grants: the rights that hold now.
        sure: the command was understood beyond doubt.
        approved: the person has said yes to this very call; see approvals.py.

    >>> call = Call("1", "home", "unlock", {"door": "front door"}, "ana")
    >>> decide(call, "irreversible", "person", Grants({("ana", "home"): "irreversible"})).verdict
    'ask'
    """
    if source != PERSON:
        return Decision("refuse", Said("policy.foreign-command", {"source": source}))
    if not grants.allow(call.person, call.app, risk):
        return Decision("refuse", Said("policy.no-right", {"person": call.person, "app": call.app}))
    if approved:
        return Decision("act", Said("policy.approved", {"person": call.person}))
    foreign = sorted(name for name in call.args if call.origins.get(name, "said") == "foreign")
    if foreign:
        return Decision("ask", Said("policy.foreign-argument", {"names": listed(foreign)}))
    if risk in CONFIRMED:
        return Decision("ask", Said(f"policy.{risk}"))
    return Decision("act", Said("policy.allowed")) if sure else Decision("ask", Said("policy.unsure"))

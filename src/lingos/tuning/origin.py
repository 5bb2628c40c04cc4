"""The skill that a run starts from (`--from`): its tensors, and the rows that it has learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lingos.errors import RecipeError
from lingos.store.store import Store
from lingos.tuning.learned import learned, lineage
from lingos.tuning.options import TuneOptions

__all__ = ["Origin", "origin_of"]


@dataclass(frozen=True)
class Origin:
    """What is taken from a skill. `rows`: ids of all rows that it and the skills before it have learned."""

    ref: str
    tensors: Mapping[str, Any]
    rows: list[str]
    learned: frozenset[str]


def origin_of(options: TuneOptions, store: Store) -> Origin | None:
    """The skill that was named, or None.

    Raises:
        RecipeError: it has no branch.
    """
    if options.from_ is None:
        return None
    skill = store.get(options.from_)
    if skill.manifest.branch is None:
        raise RecipeError(
            f"{skill.ref} has no branch to start from: its method is {skill.manifest.method}",
            expected="a skill of a trained method (head, top, full, lora)",
            cure="leave --from out, or name another skill",
        )
    return Origin(str(skill.ref), skill.tensors("branch.safetensors"), lineage(skill), learned(skill))

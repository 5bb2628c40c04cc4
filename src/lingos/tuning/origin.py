"""The skill that a run starts from (`--from`): its tensors, and the rows that it has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lingos.backbones.text import TextBackbone
from lingos.errors import RecipeError
from lingos.methods.base import Method, method, names, trains_layers
from lingos.skill import Skill
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


def origin_of(
    options: TuneOptions, store: Store, backbone: TextBackbone | None, methods: Sequence[Method]
) -> Origin | None:
    """The skill that was named, if one was, and if its layers fit these methods on this base.

    Raises:
        RecipeError: the skill or the methods have no layers, or the skill grew on another base.
    """
    if options.from_ is None:
        return None
    skill = store.get(options.from_)
    branch, base = skill.manifest.branch, skill.manifest.base
    if branch is None or base is None or not branch.layers:
        raise RecipeError(
            f"{skill.ref} has no layers to start from: its method is {skill.manifest.method}",
            expected=f"a skill of a method that trains layers ({_layered()})",
            cure="leave --from out, or name another skill",
        )
    if backbone is None or not any(trains_layers(one, backbone.info) for one in methods):
        raise RecipeError(
            f"no layer of {skill.ref} can be taken: {' and '.join(one.name for one in methods)} train none",
            expected=f"a method that trains layers ({_layered()})",
            cure="name one with --method, choose a larger --effort, or leave --from out",
        )
    if base.sha256 != backbone.info.sha256:
        raise RecipeError(
            f"{skill.ref} grew on {base.name}, this run is on {backbone.info.name}",
            expected=f"the same base: SHA-256 of its weights {base.sha256[:16]}..., not {backbone.info.sha256[:16]}...",
            cure=f"give --base {base.name}, or leave --from out",
        )
    tensors = skill.tensors("branch.safetensors")
    _check_shapes(skill, tensors, backbone)
    return Origin(str(skill.ref), tensors, lineage(skill), learned(skill))


def _check_shapes(skill: Skill, tensors: Mapping[str, Any], backbone: TextBackbone) -> None:
    """Every branch with layers has the top one: some of the skill's tensors must fit it."""
    depth = backbone.info.depth
    top = backbone.span(depth - 1, depth).state_dict()
    if not any(name in tensors and tensors[name].shape == tuple(value.shape) for name, value in top.items()):
        raise RecipeError(
            f"no tensor of {skill.ref} fits the top layer of {backbone.info.name}",
            expected="layers of the size that the base has",
            cure="start from the version before it was made smaller, or leave --from out",
        )


def _layered() -> str:
    """The methods that train layers, cheapest first."""
    return ", ".join(name for name in names() if "learning_rate" in method(name).Settings.model_fields)

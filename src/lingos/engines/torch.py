"""The engine that proves: the skill's own modules in torch, fp32. Choose it to check a served variant, or to explain;
it is slow to load.

It needs no base folder and no network: weights come from the skill and its trunk, the module from the family's own
class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lingos.contracts import Batch, Engine, Inputs
from lingos.engines.base import EngineOptions, TrunkFile, in_order, padded, placed, planned, texts
from lingos.errors import SkillError
from lingos.skill import Skill, Variant
from lingos.text.tokens import Tokens

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lingos.backbones.spans import Layers
    from lingos.contracts import Array
    from lingos.modules.branch import Branch

__all__ = ["Torch", "TorchEngine", "modules_of"]

WEIGHTS = "branch.safetensors"
TRUNK_WEIGHTS = "trunk.safetensors"
HEAD = "head."


class Torch:
    """Rebuilds trunk and branch from safetensors."""

    name = "torch"

    def open(self, skill: Skill, variant: Variant, trunk: TrunkFile, options: EngineOptions) -> Engine:
        tokens = Tokens(skill.path("tokenizer.json").read_text("utf-8"))
        lower, upper = modules_of(skill, trunk)
        return TorchEngine(tokens, lower, upper, skill.manifest.max_length, options)


class TorchEngine:
    """Texts -> logits [n, c] and vector [n, d], float32, in the order of the texts."""

    def __init__(
        self, tokens: Tokens, lower: nn.Module | None, upper: Branch, max_length: int, options: EngineOptions
    ) -> None:
        self.name = "torch"
        self.tokens, self.lower, self.upper = tokens, lower, upper
        self.max_length, self.options = max_length, options

    def outputs(self, inputs: Sequence[Inputs]) -> Mapping[str, Array]:
        rows = self.tokens.rows(texts(inputs), self.max_length, offsets=self.upper.joint)
        lengths = [len(row.tensors["input_ids"]) for row in rows]
        parts = []
        for batch in planned(lengths, self.options.tokens):
            chosen = [rows[position] for position in batch]
            found = self._run(*padded(chosen, self.tokens.pad_id))
            parts.append((batch, {**found, "offsets": placed(chosen)} if "tags" in found else found))
        return in_order(parts, len(rows))

    def _run(self, ids: Array, mask: Array) -> dict[str, Array]:
        import torch  # seconds, which the list of engines does without

        batch = Batch({"input_ids": torch.from_numpy(ids)}, torch.from_numpy(mask))
        with torch.inference_mode():
            outputs = self.upper(self.lower(batch) if self.lower is not None else batch)
        return {name: values.float().numpy() for name, values in outputs.items()}


def modules_of(skill: Skill, trunk: TrunkFile) -> tuple[nn.Module | None, Branch]:
    """The trunk (Batch -> Hidden; None where the branch owns the embedding) and the branch of a skill, in eval mode."""
    from safetensors.torch import load_file
    from torch import nn

    from lingos.backbones.spans import rebuild
    from lingos.modules.branch import Branch

    facts = skill.manifest.branch
    if facts is None:
        raise SkillError(
            f"{skill.ref} has no backbone", expected="a skill of a method with a backbone", cure="use its own engine"
        )
    own = load_file(skill.path(WEIGHTS))
    below = load_file(trunk(TRUNK_WEIGHTS)) if facts.trunk is not None else {}
    layers = rebuild(skill.path("config.json").read_text("utf-8"), {**below, **own})
    span = layers.span(facts.depth, layers.depth) if facts.depth < layers.depth else None
    embedding = layers.embedding() if facts.trunk is None else None
    branch = Branch(embedding, span, _head(skill, own, layers), facts.pooling)
    branch.fill(own)
    lower = None if embedding is not None else nn.Sequential(layers.embedding(), layers.span(0, facts.depth))
    return lower, branch.eval()


def _head(skill: Skill, own: Mapping[str, Tensor], layers: Layers) -> nn.Module:
    from lingos.modules.heads import joint_head, make_head

    facts = skill.manifest.branch
    assert facts is not None
    if "slots" in skill.manifest.schema and facts.head != "linear":
        return joint_head(skill.manifest.schema, own[HEAD + "weight"].shape[1])
    if facts.head == "family":
        return layers.classifier(len(skill.manifest.schema["labels"]))
    classes, width = own[HEAD + "weight"].shape
    return make_head(facts.head, width, classes)

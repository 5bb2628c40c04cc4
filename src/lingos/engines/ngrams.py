"""The engine of methods without a backbone: numpy alone, a few megabytes, answers in a millisecond."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lingos.contracts import Engine, Inputs
from lingos.engines.base import EngineOptions, TrunkFile, texts
from lingos.errors import SkillError
from lingos.skill import Skill, Variant
from lingos.text.ngrams import HAN, RULE, Ngrams

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Linear", "Opener"]


class Opener:
    """Reads `linear.safetensors` and `ngrams.json`."""

    name = "ngrams"

    def open(self, skill: Skill, variant: Variant, trunk: TrunkFile, options: EngineOptions) -> Engine:
        tensors = skill.tensors("linear.safetensors")
        found = json.loads(skill.path("ngrams.json").read_text("utf-8"))
        vocabulary = found["vocabulary"]
        if found.get("rule", 1) != RULE and any(map(HAN.search, vocabulary)):  # the first rule cut Chinese otherwise
            raise SkillError(
                f"{skill.ref} counts Chinese words by an older rule than this LingOS",
                expected=f"rule {RULE} in ngrams.json",
                cure="tune it again",
            )
        grams = Ngrams({gram: k for k, gram in enumerate(vocabulary)}, tensors["idf"])
        return Linear(grams, tensors["weight"], tensors["bias"])


class Linear:
    """Texts -> logits [n, c], and "known" [n]: the share of a text that the vocabulary knows. No vectors."""

    def __init__(self, grams: Ngrams, weight: Array, bias: Array) -> None:
        self.name = "ngrams"
        self.grams, self.weight, self.bias = grams, weight, bias

    def outputs(self, inputs: Sequence[Inputs]) -> Mapping[str, Array]:
        given = texts(inputs)
        return {"logits": self.grams.project(given, self.weight, self.bias), "known": self.grams.known(given)}

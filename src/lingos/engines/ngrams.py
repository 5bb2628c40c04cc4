"""The engine of methods without a backbone: numpy alone, a few megabytes, answers in a millisecond."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from lingos.contracts import Engine, Inputs
from lingos.engines.base import EngineOptions, TrunkFile, texts
from lingos.skill import Skill, Variant
from lingos.text.ngrams import Ngrams

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Linear", "Opener"]


class Opener:
    """Reads `linear.safetensors` and `ngrams.json`."""

    name = "ngrams"

    def open(self, skill: Skill, variant: Variant, trunk: TrunkFile, options: EngineOptions) -> Engine:
        tensors = skill.tensors("linear.safetensors")
        vocabulary = json.loads(skill.path("ngrams.json").read_text("utf-8"))["vocabulary"]
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

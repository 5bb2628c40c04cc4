"""Where each family of text encoders keeps its parts: the only table to extend for a new family. Imports nothing heavy.

Names are those of the family's own model class in transformers (`AutoModel`), without the prefix of task models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lingos.errors import BackboneError, unknown

__all__ = ["FAMILIES", "Layout", "layout"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Parts of one family. `shared` freezes with the trunk and is present in every span that has a layer.

    >>> FAMILIES["bert"].layer_of("encoder.layer.3.output.dense.weight")
    3
    """

    prefix: str  # before every name in a checkpoint of a task model ("bert.encoder...")
    model: str  # how the names of transformers' classes begin
    last: str = "classifier"  # the last layer of the class for text classification
    layers: str = "encoder.layer"
    embeddings: str = "embeddings"
    shared: tuple[str, ...] = ()  # e.g. tables of relative positions, used by every layer
    first: tuple[str, ...] = ()  # belongs to layer 0
    final: tuple[str, ...] = ()  # after the last layer
    attention: Literal["eager", "sdpa"] = "sdpa"
    depth_key: str = "num_hidden_layers"
    width_key: str = "hidden_size"
    pooler: bool = False  # the class builds a pooler unless told not to
    offset: bool = False  # positions start behind the padding id, so fewer tokens fit

    def layer_of(self, name: str) -> int | None:
        """The absolute layer number in a parameter's name; None outside the layers."""
        head, _, rest = name.partition(f"{self.layers}.")
        number = rest.partition(".")[0]
        return int(number) if not head and number.isdigit() else None

    def group(self, name: str, depth: int) -> int | None:
        """The first depth whose trunk holds this parameter: 0 = embeddings and shared tables; None = not in a trunk."""
        layer = self.layer_of(name)
        if layer is not None:
            return layer + 1
        if _under(name, (self.embeddings, *self.shared)):
            return 0
        if _under(name, self.first):
            return 1
        return depth if _under(name, self.final) else None


def _under(name: str, parents: tuple[str, ...]) -> bool:
    return any(name.startswith(f"{parent}.") for parent in parents)


_OUT = "classifier.out_proj"
_DEBERTA = ("encoder.rel_embeddings", "encoder.LayerNorm")

FAMILIES: Mapping[str, Layout] = {
    "bert": Layout("bert", "Bert", pooler=True),
    "roberta": Layout("roberta", "Roberta", _OUT, pooler=True, offset=True),
    "xlm-roberta": Layout("roberta", "XLMRoberta", _OUT, pooler=True, offset=True),
    "distilbert": Layout("distilbert", "DistilBert", layers="transformer.layer", depth_key="n_layers", width_key="dim"),
    "mpnet": Layout(
        "mpnet", "MPNet", _OUT, shared=("encoder.relative_attention_bias",), attention="eager", pooler=True, offset=True
    ),
    "modernbert": Layout("model", "ModernBert", layers="layers", final=("final_norm",)),
    "deberta": Layout("deberta", "Deberta", shared=_DEBERTA, attention="eager"),
    "deberta-v2": Layout("deberta", "DebertaV2", shared=_DEBERTA, first=("encoder.conv",), attention="eager"),
}


def layout(config: Mapping[str, Any]) -> Layout:
    """The layout of a model configuration; an unknown family is refused with the list of known ones."""
    family = config.get("model_type")
    if not family:
        raise BackboneError(
            "config.json has no model_type",
            expected=f"one of {', '.join(sorted(FAMILIES))}",
            cure="use a folder that transformers' save_pretrained wrote",
        )
    if family not in FAMILIES:
        raise unknown("family of text encoders", str(family), FAMILIES, BackboneError)
    return FAMILIES[str(family)]

"""The family's own classification head, as transformers' class for text classification computes it.

The class is kept whole but for its encoder, which hands on the states that it is given: where they are pooled, which
layers and activations follow and where dropout falls stay the family's own business. So the weights fit into that class
under their own names, and `AutoModelForSequenceClassification` loads what is saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling

from lingos.backbones.layout import Layout

__all__ = ["Classifier"]


class Classifier(nn.Module):
    """(states [b, l, d], mask [b, l]) -> (logits [b, c], features [b, d]: what the last layer reads).

    Parameters carry the class's own names ("bert.pooler.dense.weight", "classifier.weight"). `tensors` are those of the
    base by the encoder's names: a pretrained pooler is taken from there. What is not pretrained starts as the identity
    and so changes little, but for the last layer, which is drawn.
    """

    pools = True  # it reads hidden states, not pooled vectors

    def __init__(self, config: PreTrainedConfig, parts: Layout, classes: int, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        model = _headed(config, parts, classes)
        for name, child in model.named_children():
            self.add_module(name, child)
        self.classes, self.last = classes, parts.last
        self._whole = (model,)  # in a tuple: a registered model would put its name before every parameter
        for name, parameter in self.named_parameters():
            pretrained = name.removeprefix(f"{parts.prefix}.")
            if pretrained != name and pretrained in tensors:
                parameter.data.copy_(tensors[pretrained])
            elif parameter.ndim == 2 and not name.startswith(f"{parts.last}."):
                nn.init.eye_(parameter)

    def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        both: Tensor = self._whole[0](inputs_embeds=states, attention_mask=mask.long(), return_dict=True).logits
        return both[:, : self.classes], both[:, self.classes :]

    def last_layer(self, weight: Tensor, logits: Tensor, vectors: Tensor) -> dict[str, Tensor]:
        """Tensors of a last layer whose logits are about weight · vector, the features scaled to unit length.

        `logits` [n, c] of the layer as it is and unit `vectors` [n, d] of some rows tell how long their features are.
        """
        last: Any = self.get_submodule(self.last)
        along = functional.linear(vectors, last.weight.detach().cpu())
        lengths = ((logits - last.bias.detach().cpu()) * along).sum(1) / along.square().sum(1).clamp(min=1e-12)
        scaled = weight / lengths.mean().clamp(min=1e-6)
        return {f"{self.last}.weight": scaled, f"{self.last}.bias": torch.zeros(self.classes)}


class Encoded(nn.Module):
    """Stands where the encoder was, with its pooler if it has one."""

    def __init__(self, pooler: nn.Module | None) -> None:
        super().__init__()
        self.pooler = pooler

    def forward(self, *_: Any, inputs_embeds: Tensor, **__: Any) -> BaseModelOutputWithPooling:
        pooled = self.pooler(inputs_embeds) if self.pooler is not None else None
        return BaseModelOutputWithPooling(last_hidden_state=inputs_embeds, pooler_output=pooled)


class Last(nn.Linear):
    """A linear layer that hands on what it reads behind what it computes."""

    def forward(self, input: Tensor) -> Tensor:
        return torch.cat([functional.linear(input, self.weight, self.bias), input], dim=-1)


def _headed(config: PreTrainedConfig, parts: Layout, classes: int) -> PreTrainedModel:
    facts = {key: value for key, value in config.to_dict().items() if key not in ("id2label", "label2id")}
    model_class: Any = MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING[type(config)]
    with torch.device("meta"):
        model: PreTrainedModel = model_class(type(config).from_dict(facts | {"num_labels": classes}))
        setattr(model, parts.prefix, Encoded(getattr(model.base_model, "pooler", None)))
        last = model.get_submodule(parts.last)
        assert isinstance(last, nn.Linear)
        model.set_submodule(parts.last, Last(last.in_features, last.out_features))
    model.to_empty(device="cpu")
    fill: Any = model._init_weights
    for part in model.modules():
        fill(part)
    return model

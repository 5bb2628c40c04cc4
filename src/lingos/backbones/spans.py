"""Embedding and layer spans of a text encoder as torch modules, cut from the family's own model class.

No layer loop is written here: entries of the layer list that a span does not hold are removed without renumbering, the
embeddings become a pass-through, and masks, rotary angles and position bias stay the model's own business. So parameter
names are those of the whole model, and a branch can be merged back into a full model folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import CONFIG_MAPPING, MODEL_MAPPING, PreTrainedConfig, PreTrainedModel

from lingos.backbones.classifier import Classifier
from lingos.backbones.layout import Layout, layout
from lingos.contracts import Batch, Hidden
from lingos.errors import BackboneError

__all__ = ["Embedding", "Layers", "Span", "merge", "rebuild"]

# Keys of config.json that say nothing about what a trunk computes: they must not change its digest.
SILENT = frozenset({
    "_attn_implementation", "_name_or_path", "architectures", "attn_implementation", "dtype", "finetuning_task",
    "gradient_checkpointing", "id2label", "label2id", "num_labels", "problem_type", "torch_dtype",
    "transformers_version", "use_cache",
})  # fmt: skip


class Embedding(nn.Module):
    """Batch -> Hidden(0), float32. Token types are zero; padding is taken from the mask, whatever id fills it."""

    def __init__(self, model: PreTrainedModel, name: str) -> None:
        super().__init__()
        self.add_module(name, model.get_submodule(name))
        self._name = name
        self._padding = int(getattr(model.get_input_embeddings(), "padding_idx", None) or 0)
        # DeBERTa alone zeroes padded positions of its embedding output
        self._masks = model.config.model_type in ("deberta", "deberta-v2")

    def forward(self, batch: Batch) -> Hidden:
        mask = batch.mask.long()
        ids = batch.tensors["input_ids"].long().masked_fill(mask == 0, self._padding)
        embeddings = self.get_submodule(self._name)
        states = embeddings(input_ids=ids, mask=mask) if self._masks else embeddings(input_ids=ids)
        return Hidden(states, batch.mask, 0)


class Span(nn.Module):
    """Hidden(start) -> Hidden(stop). `shared` names the parameters that freeze with the trunk when start > 0.

    The parts are registered under the whole model's names; `model` is the cut transformers model around the same parts.
    """

    def __init__(self, model: PreTrainedModel, start: int, stop: int, shared: frozenset[str]) -> None:
        super().__init__()
        for name, child in model.named_children():
            self.add_module(name, child)
        self.start, self.stop, self.shared = start, stop, shared
        self._whole = (model,)  # in a tuple: a registered model would put its name before every parameter

    @property
    def model(self) -> PreTrainedModel:
        return self._whole[0]

    def forward(self, hidden: Hidden) -> Hidden:
        if hidden.depth != self.start:
            raise BackboneError(
                f"a span from depth {self.start} got hidden states of depth {hidden.depth}",
                expected=f"the output of the trunk of depth {self.start}",
                cure="build trunk and branch with the same depth",
            )
        out = self.model(inputs_embeds=hidden.states, attention_mask=hidden.mask.long(), return_dict=True)
        return Hidden(out.last_hidden_state, hidden.mask, self.stop)


class Empty(nn.Module):
    """The span without a layer: passes hidden states on."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.start = self.stop = depth
        self.shared: frozenset[str] = frozenset()

    def forward(self, hidden: Hidden) -> Hidden:
        return hidden


class PassThrough(nn.Module):
    """Stands where the embeddings were and takes what any family gives them; DistilBERT gives the first three by
    position.
    """

    def forward(
        self,
        input_ids: Tensor | None,
        inputs_embeds: Tensor,
        position_ids: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        mask: Tensor | None = None,
        past_key_values_length: int = 0,
    ) -> Tensor:
        return inputs_embeds


class Layers:
    """Makes modules from a configuration and weights alone; no model folder is needed.

    `tensors` maps the whole model's names to weights; only those that a module needs are read, converted to float32 and
    copied, so a span costs the memory of its own weights. Modules come in eval mode.
    """

    def __init__(self, config_json: str, tensors: Mapping[str, Tensor], tokenizer_json: str = "") -> None:
        self.config_json, self.tokenizer_json = config_json, tokenizer_json
        self._raw: dict[str, Any] = json.loads(config_json)
        self._layout = layout(self._raw)
        self._config = _config(self._raw, self._layout)
        self._tensors = tensors
        self._digests: list[str] = []
        self._names: tuple[str, ...] = ()
        self.depth: int = self._config.num_hidden_layers

    def embedding(self) -> Embedding:
        """Batch -> Hidden(0), a deep copy."""
        model = _empty(self._config, self._layout)
        module = Embedding(model, self._layout.embeddings)
        self._fill(module, model)
        return module.eval()

    def span(self, start: int, stop: int) -> nn.Module:
        """Hidden(start) -> Hidden(stop) with 0 <= start <= stop <= depth, a deep copy."""
        if not 0 <= start <= stop <= self.depth:
            raise BackboneError(
                f"no span from layer {start} to {stop}",
                expected=f"0 <= start <= stop <= {self.depth}",
                cure="choose a depth that the backbone has",
            )
        if start == stop:
            return Empty(start)
        model = _empty(self._config, self._layout)
        _cut(model, self._layout, start, stop)
        names = [name for name, _ in model.named_parameters()]
        shared = frozenset(name for name in names if self._layout.group(name, self.depth) == 0)
        module = Span(model, start, stop, shared)
        self._fill(module, model)
        return module.eval()

    def classifier(self, classes: int) -> Classifier:
        """(states, mask) -> (logits, features): the family's own classification head, a deep copy in eval mode."""
        return Classifier(self._config, self._layout, classes, self._tensors).eval()

    def digest(self, depth: int) -> str:
        """SHA-256 of the trunk of this depth, made from that of depth - 1 and the tensors of one more layer."""
        if not 0 <= depth <= self.depth:
            raise BackboneError(
                f"no trunk of depth {depth}", expected=f"0..{self.depth}", cure="choose a depth that the backbone has"
            )
        while len(self._digests) <= depth:
            self._digests.append(self._next_digest())
        return self._digests[depth]

    def _next_digest(self) -> str:
        depth = len(self._digests)
        self._names = self._names or tuple(sorted(_empty(self._config, self._layout).state_dict()))
        names = [name for name in self._names if self._layout.group(name, self.depth) == depth]
        if depth:
            return _hashed(self._digests[-1], self._read(names))
        facts = {key: value for key, value in self._raw.items() if key not in SILENT}
        head = json.dumps(facts, sort_keys=True) + "\n" + self.tokenizer_json
        return _hashed(hashlib.sha256(head.encode()).hexdigest(), self._read(names))

    def _fill(self, module: nn.Module, model: PreTrainedModel) -> None:
        with torch.no_grad():  # before the weights: a model's own filling may touch its parameters too
            for part in module.modules():
                _fill_buffers(part, model)
        wanted = list(module.state_dict())
        module.load_state_dict({name: tensor.clone() for name, tensor in self._read(wanted)}, assign=True)

    def _read(self, names: Iterable[str]) -> Iterable[tuple[str, Tensor]]:
        names = list(names)
        missing = [name for name in names if name not in self._tensors]
        if missing:
            raise BackboneError(
                f"{len(missing)} weights are missing, first {missing[0]}",
                expected=f"all weights of a {self._raw['model_type']} encoder",
                cure="download or copy the model again; a branch needs its trunk beside it",
            )
        for name in names:
            yield name, self._tensors[name].detach().to("cpu", torch.float32).contiguous()


def rebuild(config_json: str, tensors: Mapping[str, Tensor], tokenizer_json: str = "") -> Layers:
    """Embedding and spans from what a skill carries: no base folder, no network. `tensors` may lack unused layers."""
    return Layers(config_json, tensors, tokenizer_json)


def merge(base: Mapping[str, Tensor], branch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The whole model's weights with those of a branch put in. Names are absolute: none may be new or of new shape."""
    new = sorted(set(branch) - set(base))
    other = sorted(name for name in set(branch) & set(base) if branch[name].shape != base[name].shape)
    if new or other:
        what = f"{new[0]} is not in the base" if new else f"{other[0]} has another shape in the base"
        raise BackboneError(
            f"the branch does not fit the base: {what}",
            expected="a branch that was trained on this base",
            cure="merge it into the base that its skill.json names",
        )
    return {**base, **branch}


# -- helpers ---------------------------------------------------------------------------------------------------------
def _config(raw: Mapping[str, Any], parts: Layout) -> PreTrainedConfig:
    facts = {key: value for key, value in raw.items() if key not in ("auto_map", "dtype", "torch_dtype")}
    try:
        config = CONFIG_MAPPING[raw["model_type"]].from_dict(facts)
    except Exception as error:  # the library's own checks raise many kinds
        raise BackboneError(
            f"transformers refuses the model configuration: {str(error).splitlines()[-1].strip()}",
            expected=f"the config.json of a {raw['model_type']} encoder",
            cure="use the config.json that belongs to the weights",
        ) from error
    config._attn_implementation = parts.attention
    config.output_hidden_states = config.output_attentions = False
    return config


def _empty(config: PreTrainedConfig, parts: Layout) -> PreTrainedModel:
    """The whole model without memory: on torch's meta device."""
    model_class: Any = MODEL_MAPPING[type(config)]
    with torch.device("meta"):
        model: PreTrainedModel = model_class(config, add_pooling_layer=False) if parts.pooler else model_class(config)
    return model


def _cut(model: PreTrainedModel, parts: Layout, start: int, stop: int) -> None:
    layers: Any = model.get_submodule(parts.layers)
    depth = len(layers)
    for index in range(depth):
        if not start <= index < stop:
            del layers._modules[str(index)]  # not `del layers[index]`: that would renumber the others
    model.set_submodule(parts.embeddings, PassThrough())
    if start > 0:
        for name in parts.first:  # DeBERTa runs its convolution after whatever layer comes first
            parent, _, child = name.rpartition(".")
            setattr(model.get_submodule(parent), child, None)
    if stop < depth:
        for name in parts.final:
            model.set_submodule(name, nn.Identity())


def _fill_buffers(part: nn.Module, model: PreTrainedModel) -> None:
    """Buffers that no file carries: positions, rotary angles."""
    fill: Any = model._init_weights
    own = [name for name, buffer in part._buffers.items() if buffer is not None and buffer.is_meta]
    for name in own:
        buffer = part._buffers[name]
        assert buffer is not None
        part._buffers[name] = torch.empty_like(buffer, device="cpu")
    if own:
        fill(part)


def _hashed(before: str, tensors: Iterable[tuple[str, Tensor]]) -> str:
    state = hashlib.sha256(before.encode())
    for name, tensor in tensors:
        state.update(f"\n{name} {tuple(tensor.shape)}\n".encode())
        raw: Any = tensor.numpy()
        state.update(raw)
    return state.hexdigest()

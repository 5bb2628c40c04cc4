"""The families' own heads against transformers' whole class for text classification."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests import cls, tiny
from torch import Tensor
from transformers import AutoModelForSequenceClassification
from transformers.utils import logging

from lingos.backbones.text import TextBackbone, load
from lingos.training.hidden import padded

CLASSES = 5
MEAN = "modernbert, mean"  # its own class takes the mean of the tokens where its configuration says so


@pytest.fixture(scope="module", params=[*tiny.FAMILIES, MEAN])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TextBackbone:
    logging.disable_progress_bar()
    home, family = tmp_path_factory.mktemp("bases"), request.param.partition(",")[0]
    facts = {"classifier_pooling": "mean" if request.param == MEAN else "cls"} if family == "modernbert" else {}
    return load(str(cls.folder(home, family, **facts)))


def whole(base: TextBackbone) -> torch.nn.Module:
    """transformers' class with weights that all show in the logits."""
    torch.manual_seed(3)
    model = AutoModelForSequenceClassification.from_pretrained(
        base.folder.path, num_labels=CLASSES, attn_implementation=base.info.attention
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape))
    return model.eval()


def states_of(base: TextBackbone, model: torch.nn.Module) -> tuple[Tensor, Tensor, Tensor]:
    """What the whole class computes: (the encoder's states, mask, logits)."""
    batch = padded(base.rows([{"text": text} for text in tiny.TEXTS], 24))
    seen = []
    encoder = model.get_submodule(base.folder.layout.prefix)
    hook = encoder.register_forward_hook(lambda *given: seen.append(given[2][0]))
    logits = model(input_ids=batch.tensors["input_ids"], attention_mask=batch.mask).logits
    hook.remove()
    return seen[0], batch.mask, logits


@torch.no_grad()
def test_it_computes_what_transformers_own_class_computes(base: TextBackbone) -> None:
    model, head = whole(base), base.classifier(CLASSES)
    states, mask, wanted = states_of(base, model)
    head.load_state_dict({name: model.get_parameter(name) for name in head.state_dict()})
    logits, features = head(states, mask)
    assert (logits - wanted).abs().max() <= 1e-5 < wanted.std()
    last = model.get_submodule(base.folder.layout.last)
    assert torch.allclose(last(features), logits, atol=1e-5)
    for name, parameter in head.named_parameters():
        kept = parameter.clone()
        parameter.add_(1.0)
        assert (head(states, mask)[0] - wanted).abs().max() > 1e-3, name
        parameter.copy_(kept)


def test_names_are_those_of_the_class_and_nothing_of_the_encoder(base: TextBackbone) -> None:
    head, parts = base.classifier(CLASSES), base.folder.layout
    full = set(AutoModelForSequenceClassification.from_pretrained(base.folder.path, num_labels=CLASSES).state_dict())
    encoder = {f"{parts.prefix}.{name}" for part in (base.embedding(), base.span(0, 3)) for name in part.state_dict()}
    assert set(head.state_dict()) == full - encoder and encoder <= full
    assert {f"{parts.last}.weight", f"{parts.last}.bias"} < set(head.state_dict())
    assert type(whole(base)).__name__ == f"{parts.model}ForSequenceClassification"


def test_a_pretrained_pooler_is_used_and_the_rest_is_the_identity(base: TextBackbone) -> None:
    weights = load_file(base.folder.path / "model.safetensors")
    own = {name: tensor for name, tensor in base.classifier(CLASSES).state_dict().items() if tensor.ndim == 2}
    inner = [name for name in own if not name.startswith(f"{base.folder.layout.last}.")]
    wanted = weights["pooler.dense.weight"] if base.info.family == "bert" else torch.eye(32)
    assert len(inner) == 1 and torch.equal(own[inner[0]], wanted)


def test_a_base_without_a_pooler_starts_from_the_identity_as_well(tmp_path: Path) -> None:
    folder = cls.folder(tmp_path, "bert")
    weights = load_file(folder / "model.safetensors")
    save_file({name: value for name, value in weights.items() if "pooler" not in name}, folder / "model.safetensors")
    assert torch.equal(load(str(folder)).classifier(2).get_parameter("bert.pooler.dense.weight"), torch.eye(32))


@torch.no_grad()
def test_the_last_layer_starts_from_directions(base: TextBackbone) -> None:
    head = base.classifier(CLASSES).eval()
    states, mask, _ = states_of(base, whole(base))
    logits, features = head(states, mask)
    vectors = torch.nn.functional.normalize(features, dim=-1)
    directions = torch.randn(CLASSES, vectors.shape[1])
    head.load_state_dict(head.last_layer(directions, logits, vectors), strict=False)
    lengths = features.norm(dim=-1, keepdim=True)
    wanted = vectors @ directions.T * lengths / lengths.mean()
    assert torch.allclose(head(states, mask)[0], wanted, atol=1e-3)


def test_dropout_is_the_familys_own_and_only_in_training(base: TextBackbone) -> None:
    head, (states, mask, _) = base.classifier(CLASSES), states_of(base, whole(base))
    rate = {name: part.p for name, part in head.named_modules() if isinstance(part, torch.nn.Dropout)}
    assert not any(part.training for part in head.modules()) and torch.equal(
        head(states, mask)[0], head(states, mask)[0]
    )
    head.train()
    drops = any(rate.values())
    assert drops != torch.equal(head(states, mask)[0], head(states, mask)[0])
    assert drops == (base.info.family != "modernbert")  # its classifier_dropout is 0 unless told

"""Embedding and spans against the whole model of transformers, for every family and every cut."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests import tiny
from torch import Tensor, nn
from transformers import AutoModel, AutoModelForSequenceClassification
from transformers.utils import logging

from lingos.backbones.spans import merge, rebuild
from lingos.backbones.text import TextBackbone, load
from lingos.contracts import Batch, Hidden
from lingos.errors import BackboneError

DEPTH = 3
SHARED = {
    "mpnet": {"encoder.relative_attention_bias.weight"},
    "deberta": {"encoder.rel_embeddings.weight"},
    "deberta-v2": {"encoder.rel_embeddings.weight", "encoder.LayerNorm.weight", "encoder.LayerNorm.bias"},
}


@pytest.fixture(scope="module", autouse=True)
def quiet() -> None:
    logging.disable_progress_bar()


@pytest.fixture(scope="module", params=tiny.FAMILIES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TextBackbone:
    return load(str(tiny.folder(tmp_path_factory.mktemp("bases"), request.param, layers=DEPTH)))


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def batch_of(base: TextBackbone, texts: tuple[str, ...] = tiny.TEXTS, pad: int | None = None) -> Batch:
    rows = base.rows([{"text": text} for text in texts], base.info.max_length)
    ids = [torch.as_tensor(row.tensors["input_ids"]) for row in rows]
    fill = base.tokens.pad_id if pad is None else pad
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(one), dtype=torch.bool) for one in ids], batch_first=True)
    return Batch({"input_ids": nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=fill)}, mask)


def whole(base: TextBackbone, batch: Batch) -> Tensor:
    model = AutoModel.from_pretrained(base.folder.path, attn_implementation=base.info.attention).eval()
    states: Tensor = model(input_ids=batch.tensors["input_ids"].long(), attention_mask=batch.mask.long())[0]
    return states


def difference(left: Tensor, right: Tensor, mask: Tensor) -> float:
    return float((left - right)[mask].abs().max())


def test_every_cut_gives_the_whole_model(base: TextBackbone) -> None:
    batch = batch_of(base)
    expected = whole(base, batch)
    for cut in range(DEPTH + 1):
        hidden = base.embedding()(batch)
        hidden = base.span(cut, DEPTH)(base.span(0, cut)(hidden))
        assert hidden.depth == DEPTH
        assert difference(hidden.states, expected, batch.mask) <= 1e-6


def test_one_layer_at_a_time_gives_the_whole_model(base: TextBackbone) -> None:
    batch = batch_of(base)
    hidden = base.embedding()(batch)
    for layer in range(DEPTH):
        hidden = base.span(layer, layer + 1)(hidden)
    assert difference(hidden.states, whole(base, batch), batch.mask) <= 1e-6


def test_a_wrong_trunk_would_be_seen(base: TextBackbone) -> None:
    """The comparison above can fail: one layer left out, or one weight of any part changed, shows in the states."""
    batch = batch_of(base)
    expected = whole(base, batch)
    hidden = base.embedding()(batch)
    short = base.span(1, DEPTH)(Hidden(hidden.states, hidden.mask, 1))
    assert difference(short.states, expected, batch.mask) > 1e-2
    span = base.span(0, DEPTH)
    for name, part in span.named_parameters():
        if name.endswith(("key.bias", "k_lin.bias", "attn.k.bias")):
            continue  # the softmax takes the bias of the keys out again
        kept = part.clone()
        part.add_(torch.randn(part.shape, generator=torch.Generator().manual_seed(1)))
        assert difference(span(hidden).states, expected, batch.mask) > 1e-5, name
        part.copy_(kept)


def test_padding_changes_nothing(base: TextBackbone) -> None:
    embedding, span = base.embedding(), base.span(0, DEPTH)
    together = batch_of(base)
    states = span(embedding(together)).states
    for number, text in enumerate(tiny.TEXTS):
        alone = batch_of(base, (text,))
        length = alone.mask.shape[1]
        assert difference(states[number : number + 1, :length], span(embedding(alone)).states, alone.mask) <= 1e-5


def test_the_mask_says_what_is_padding_whatever_id_fills_it(base: TextBackbone) -> None:
    right, wrong = batch_of(base), batch_of(base, pad=7)
    run = nn.Sequential(base.embedding(), base.span(0, DEPTH))
    assert torch.equal(run(right).states[right.mask], run(wrong).states[wrong.mask])


def test_names_are_absolute_and_complete(base: TextBackbone) -> None:
    full = AutoModel.from_pretrained(base.folder.path).state_dict()
    encoder = {name for name in full if not name.startswith("pooler.")}
    for cut in range(1, DEPTH):
        lower, upper = base.span(0, cut), base.span(cut, DEPTH)
        held = [set(part.state_dict()) for part in (base.embedding(), lower, upper)]
        assert set().union(*held) == encoder
        assert held[1] & held[2] == upper.shared == SHARED.get(base.info.family, set())
        assert not held[0] & (held[1] | held[2])
        assert dict(upper.named_parameters()).keys() == held[2]


def test_a_branch_merges_into_the_full_model(base: TextBackbone, tmp_path: Path) -> None:
    branch = base.span(1, DEPTH)
    for name, parameter in branch.named_parameters():
        if name not in branch.shared:
            parameter.mul_(1.1)
    batch = batch_of(base)
    expected = branch(base.span(0, 1)(base.embedding()(batch))).states
    merged = merge(load_file(base.folder.path / "model.safetensors"), branch.state_dict())
    save_file(merged, tmp_path / "model.safetensors", metadata={"format": "pt"})
    for file in base.folder.path.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert difference(whole(load(str(tmp_path)), batch), expected, batch.mask) <= 1e-6


def test_rebuilt_from_config_and_tensors_alone(base: TextBackbone) -> None:
    trunk = {**base.embedding().state_dict(), **base.span(0, 2).state_dict()}
    again = rebuild(base.config_json, trunk, base.tokenizer_json)
    batch = batch_of(base)
    expected = base.span(0, 2)(base.embedding()(batch)).states
    assert torch.equal(again.span(0, 2)(again.embedding()(batch)).states, expected)
    assert again.digest(2) == base.digest(2)
    with pytest.raises(BackboneError, match="weights are missing"):
        again.span(2, 3)


def test_copies_are_deep_in_eval_mode_and_float32(base: TextBackbone) -> None:
    first, second = base.span(1, 3), base.span(1, 3)
    for parameter in first.parameters():
        parameter.zero_()
    assert all(part.dtype == torch.float32 and not part.is_meta for part in [*second.parameters(), *second.buffers()])
    assert not any(module.training for module in second.modules())
    states = torch.randn(1, 4, base.info.width)
    hidden = Hidden(states, torch.ones(1, 4, dtype=torch.bool), 1)
    assert torch.equal(copy.deepcopy(second)(hidden).states, second(hidden).states)


def test_gradients_reach_every_parameter_of_a_branch(base: TextBackbone) -> None:
    span = base.span(1, DEPTH)
    hidden = Hidden(torch.randn(2, 6, base.info.width), torch.ones(2, 6, dtype=torch.bool), 1)
    with torch.enable_grad():
        span(hidden).states.square().sum().backward()
    assert all(parameter.grad is not None for parameter in span.parameters())


def test_digests_are_chained(base: TextBackbone, tmp_path: Path) -> None:
    digests = [base.digest(depth) for depth in range(DEPTH + 1)]
    assert len(set(digests)) == DEPTH + 1
    tensors = {name: base.folder.weights[name].clone() for name in base.folder.weights}
    layer_two = next(name for name in tensors if base.folder.layout.layer_of(name) == 2)
    tensors[layer_two] += 1e-3
    changed = [rebuild(base.config_json, tensors, base.tokenizer_json).digest(depth) for depth in range(DEPTH + 1)]
    assert changed[:3] == digests[:3]
    assert changed[3] != digests[3]
    other_words = rebuild(base.config_json, tensors, base.tokenizer_json + " ")
    assert other_words.digest(0) != digests[0]


def test_a_digest_does_not_change_with_what_trunks_do_not_compute(base: TextBackbone) -> None:
    facts = {**json.loads(base.config_json), "transformers_version": "9", "id2label": {"0": "a"}, "_name_or_path": "x"}
    same = rebuild(json.dumps(facts), base.folder.weights, base.tokenizer_json)
    assert same.digest(1) == base.digest(1)
    facts["num_attention_heads" if "num_attention_heads" in facts else "n_heads"] = 8
    assert rebuild(json.dumps(facts), base.folder.weights, base.tokenizer_json).digest(1) != base.digest(1)


def test_checkpoints_of_task_models_and_of_old_exports(base: TextBackbone, tmp_path: Path) -> None:
    """Names with the family's prefix, a head beside, LayerNorm.gamma: the same trunk."""
    model = AutoModelForSequenceClassification.from_pretrained(base.folder.path, num_labels=2)
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
        for name, tensor in model.state_dict().items()
    }
    model.config.save_pretrained(tmp_path)
    save_file(old, tmp_path / "model.safetensors")
    for file in base.folder.path.glob("tokenizer*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    again = load(str(tmp_path))
    assert again.info.parameters == base.info.parameters
    batch = batch_of(base)
    states = again.span(0, DEPTH)(again.embedding()(batch)).states
    assert difference(states, whole(base, batch), batch.mask) <= 1e-6


def test_half_precision_files_give_float32_modules_and_one_digest(base: TextBackbone, tmp_path: Path) -> None:
    half = {name: base.folder.weights[name].half() for name in base.folder.weights}
    low, high = rebuild(base.config_json, half), rebuild(base.config_json, {n: t.float() for n, t in half.items()})
    assert low.digest(DEPTH) == high.digest(DEPTH)
    assert {parameter.dtype for parameter in low.span(0, 1).parameters()} == {torch.float32}


def test_mistakes_are_told(base: TextBackbone) -> None:
    with pytest.raises(BackboneError, match="no span"):
        base.span(2, 1)
    with pytest.raises(BackboneError, match="no span"):
        base.span(0, DEPTH + 1)
    with pytest.raises(BackboneError, match="no trunk"):
        base.digest(DEPTH + 1)
    batch = batch_of(base)
    with pytest.raises(BackboneError, match="depth 0"):
        base.span(1, 2)(base.embedding()(batch))
    with pytest.raises(BackboneError, match="not in the base"):
        merge({"a": torch.zeros(1)}, {"b": torch.zeros(1)})
    with pytest.raises(BackboneError, match="another shape"):
        merge({"a": torch.zeros(1)}, {"a": torch.zeros(2)})

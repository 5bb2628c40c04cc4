"""Heads, pooling, rates and the branch: small numbers by hand, and every family through save and fill."""

from __future__ import annotations

import pytest
import torch
from tests import tiny
from tests.training import made
from torch.nn import functional
from transformers import AutoModel

from lingos.contracts import Hidden
from lingos.modules.branch import START, Branch, make_branch
from lingos.modules.heads import CosineHead, LinearHead, make_head
from lingos.modules.pooling import pool
from lingos.modules.rates import decays, rate_of, shared
from lingos.training.hidden import padded


def states_of(length: int = 5, depth: int = 3) -> Hidden:
    torch.manual_seed(0)
    return Hidden(torch.randn(4, length, 8), torch.tensor([[1] * k + [0] * (length - k) for k in (5, 1, 3, 2)]), depth)


# -- pooling and heads -----------------------------------------------------------------------------------------------
def test_mean_pooling_is_the_mean_over_tokens_only() -> None:
    hidden = states_of()
    for row, length in enumerate((5, 1, 3, 2)):
        assert torch.allclose(pool(hidden.states, hidden.mask, "mean")[row], hidden.states[row, :length].mean(0))


def test_cls_pooling_is_the_first_token() -> None:
    hidden = states_of()
    assert torch.equal(pool(hidden.states, hidden.mask, "cls"), hidden.states[:, 0])


def test_a_cosine_head_does_not_mind_the_length_of_its_weights() -> None:
    head, vector = CosineHead(8, 3, scale=5.0), functional.normalize(torch.randn(4, 8), dim=-1)
    before = head(vector)
    with torch.no_grad():
        head.weight.mul_(7)
    assert torch.allclose(head(vector), before, atol=1e-5)
    assert before.abs().max() <= 5.0 + 1e-4


def test_a_linear_head_is_affine() -> None:
    head = LinearHead(8, 3)
    with torch.no_grad():
        head.weight.normal_()
        head.bias.normal_()
    vector = torch.randn(2, 8)
    assert torch.allclose(head(vector), vector @ head.weight.T + head.bias, atol=1e-6)


def test_make_head_gives_the_kind_asked_for() -> None:
    assert isinstance(make_head("linear", 4, 2), LinearHead) and isinstance(make_head("cosine", 4, 2), CosineHead)


# -- rates -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_rates_fall_from_the_top_layer_to_the_embedding(family: str) -> None:
    names = list(AutoModel.from_pretrained(made.base(family).folder.path).state_dict())
    rates = {name: rate_of(name, 3, 0.5) for name in names if "pooler" not in name}
    assert {round(rate, 6) for rate in rates.values()} == {1.0, 0.5, 0.25, 0.125}
    assert all(rate == 0.125 for name, rate in rates.items() if name.startswith("embeddings."))


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_decay_is_for_matrices_only(family: str) -> None:
    for name, tensor in AutoModel.from_pretrained(made.base(family).folder.path).named_parameters():
        if "relative_attention_bias" not in name:
            assert decays(name) == (tensor.ndim > 1), name
    assert not decays("head.weight")


def test_names_are_grouped_by_rate_and_decay() -> None:
    assert shared([("a", 1.0, 0.0), ("b", 0.5, 0.0), ("c", 1.0, 0.0)]) == {(1.0, 0.0): ["a", "c"], (0.5, 0.0): ["b"]}


# -- the branch ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("family", tiny.FAMILIES)
@pytest.mark.parametrize("start", [None, 0, 2, 3])
def test_a_branch_travels_by_absolute_names(family: str, start: int | None) -> None:
    base = made.base(family)
    batch = padded(base.rows([{"text": text} for text in tiny.TEXTS], 24))
    whole = set(AutoModel.from_pretrained(base.folder.path).state_dict())
    branch = make_branch(base, start, make_head("cosine", base.info.width, 3)).eval()
    tensors = {name: tensor.clone() for name, tensor in branch.tensors().items()}
    layers = {name for name in tensors if not name.startswith("head.")}
    assert layers <= whole and {"head.weight", "head.scale"} <= set(tensors)
    assert (layers == set()) == (start == 3)

    trunk = None
    if start is not None:
        trunk = base.span(0, start)(base.embedding()(batch))
    other = make_branch(base, start, make_head("cosine", base.info.width, 3)).eval()
    with torch.no_grad():
        for tensor in other.tensors().values():
            tensor.normal_()
        other.fill(tensors)
        first, second = branch(trunk or batch), other(trunk or batch)
    assert torch.equal(first["logits"], second["logits"]) and first["logits"].shape == (len(tiny.TEXTS), 3)
    assert torch.allclose(first["vector"].norm(dim=-1), torch.ones(len(tiny.TEXTS)), atol=1e-5)


def test_a_familys_head_begins_at_the_class_means_as_a_cosine_head_does() -> None:
    base, means = made.base("roberta"), functional.normalize(torch.randn(3, 32), dim=-1)
    batch = padded(base.rows([{"text": text} for text in tiny.TEXTS], 24))
    states = base.span(0, 2)(base.embedding()(batch))
    for head, scale in ((make_head("cosine", 32, 3), 20.0), (base.classifier(3), START)):
        branch = make_branch(base, 2, head, "cls").eval()
        with torch.no_grad():
            branch.begin({"head.weight": means}, branch(states))
            found = branch(states)
        wanted = found["vector"] @ means.T
        assert (found["logits"].argmax(1) == wanted.argmax(1)).all()
        assert float((found["logits"] * wanted).sum() / (wanted * wanted).sum()) == pytest.approx(scale, rel=0.1)


def test_fill_refuses_names_that_the_branch_does_not_have() -> None:
    branch = make_branch(made.base("bert"), 2, LinearHead(32, 2))
    with pytest.raises(KeyError, match="encoder.layer.0"):
        branch.fill({"encoder.layer.0.output.dense.bias": torch.zeros(32)})


def test_the_head_stays_in_float32_under_autocast() -> None:
    branch = Branch(None, None, CosineHead(8, 3), "mean").eval()
    plain = branch(states_of())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = branch(states_of())
    assert mixed["logits"].dtype == torch.float32 and torch.equal(mixed["logits"], plain["logits"])


def test_a_branch_keeps_the_backbone_as_it_was() -> None:
    base = made.base("bert")
    branch = make_branch(base, 1, LinearHead(32, 2))
    with torch.no_grad():
        for tensor in branch.tensors().values():
            tensor.zero_()
    assert any(bool(tensor.any()) for tensor in make_branch(base, 1, LinearHead(32, 2)).span.state_dict().values())

"""The methods that train layers: what moves, what stays, and LoRA's files in plain peft."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests import tiny
from tests.training import made

from lingos.backbones.text import load
from lingos.methods.base import head_kind, method
from lingos.modules.branch import make_branch
from lingos.modules.heads import CosineHead
from lingos.training.fit import Fitted, Watch, fit, outputs
from lingos.training.hidden import padded


def fitted(name: str, family: str = "bert", watch: Watch | None = None, **given: Any) -> Fitted:
    found = made.corpus(family, 24)
    told = made.settings(name, **{"epochs": 2, "batch_rows": 8, **given})
    return fit(found, method(name), told, made.every(found), 0, watch)


def moved(one: Fitted, family: str) -> set[str]:
    """Names of layers whose numbers differ from the base's."""
    base = load_file(made.base(family).folder.path / "model.safetensors")
    tensors = {name: tensor for name, tensor in one.branch.tensors().items() if not name.startswith("head.")}
    return {name for name, tensor in tensors.items() if not torch.equal(tensor, base[name].float())}


@pytest.mark.parametrize("family", ["bert", "mpnet", "deberta", "deberta-v2"])
def test_top_moves_its_layers_and_nothing_below(family: str) -> None:
    before = made.base(family).digest(3)
    found = fitted("top", family, layers=1)
    names = moved(found, family)
    assert names and all(".2." in name for name in names), names
    shared = {
        name for name in found.branch.tensors() if "rel" in name.split(".")[1] or name == "encoder.LayerNorm.weight"
    }
    assert (shared != set()) == (family != "bert") and not shared & names
    assert load(str(made.base(family).folder.path)).digest(3) == before


def test_full_moves_every_layer_and_the_embedding_when_asked() -> None:
    layers = moved(fitted("full"), "bert")
    assert {name.split(".")[2] for name in layers} == {"0", "1", "2"}
    names = moved(fitted("full", train_embeddings=True), "bert")
    assert layers < names and "embeddings.word_embeddings.weight" in names


@pytest.mark.parametrize("family", ["mpnet", "deberta-v2"])
def test_full_moves_the_shared_tables(family: str) -> None:
    assert any("rel" in name.split(".")[1] for name in moved(fitted("full", family), family))


def test_head_moves_the_head_alone() -> None:
    found = fitted("head")
    assert set(found.branch.tensors()) == {"head.weight", "head.scale"} and found.branch.span is None


@pytest.mark.parametrize(
    ("name", "given", "start"), [("top", {}, 1), ("top", {"layers": 9}, 0), ("lora", {"layers": 1}, 2)]
)
def test_the_trunk_ends_where_the_branch_begins(name: str, given: dict[str, Any], start: int) -> None:
    assert method(name).start(made.base("bert").info, made.settings(name, **given)) == start


def test_rates_fall_with_depth_and_every_moving_parameter_has_one() -> None:
    one = method("full")
    branch = make_branch(made.base("bert"), 0, CosineHead(32, 3))
    told = made.settings("full", learning_rate=1e-3, layer_decay=0.5, head_rate=0.1)
    one.prepare(branch, told)
    groups = one.groups(branch, told)
    names = [name for group in groups for name in group.names]
    assert sorted(names) == sorted(name for name, _ in branch.named_parameters())
    assert {round(group.rate, 8) for group in groups} == {0.1, 1e-3, 5e-4, 2.5e-4}
    assert all(group.decay == 0 for group in groups if any("bias" in name or "head" in name for name in group.names))


@pytest.mark.parametrize(
    ("name", "wanted"), [("top", "family"), ("full", "family"), ("lora", "family"), ("head", "cosine")]
)
def test_the_head_is_the_familys_own_where_the_base_takes_its_first_token(name: str, wanted: str) -> None:
    info = made.base("bert").info
    assert head_kind(method(name), replace(info, pooling="cls")) == wanted
    assert head_kind(method(name), info) == "cosine"


def test_the_inner_layers_of_a_familys_head_move_slower_than_its_last_one() -> None:
    for family, inner, last in (
        ("bert", "bert.pooler.dense", "classifier"),
        ("roberta", "classifier.dense", "classifier.out_proj"),
    ):
        one, base = method("top"), made.base(family)
        branch = make_branch(base, 2, base.classifier(3), "cls")
        told = made.settings("top", head_rate=0.1, learning_rate=0.5)
        one.prepare(branch, told)
        rates = {name: (group.rate, group.decay) for group in one.groups(branch, told) for name in group.names}
        for part in ("weight", "bias"):
            assert rates[f"head.{last}.{part}"] == (0.1, 0.0)
            assert list(rates[f"head.{inner}.{part}"]) == pytest.approx([0.01, 0.0])


def test_a_class_missing_in_the_fold_does_not_stop_the_others() -> None:
    found = made.corpus("bert", 36)
    rows = np.flatnonzero(found.targets != 2)
    # All rows in every step: the losses of two steps are then of the same rows. 0.35 here, at most 0.58 on 8 bases.
    one = fit(found, method("head"), made.settings("head", epochs=40, batch_rows=64, head_rate=0.03), rows, 0)
    assert one.trained.losses[-1] < 0.8 * one.trained.losses[0]
    assert not (outputs(one, found, rows)["logits"].argmax(1) == 2).any()


def test_a_warm_start_takes_the_layers_and_not_the_head() -> None:
    first = fitted("top", layers=1)
    tensors = {name: tensor.numpy() for name, tensor in first.branch.tensors().items()}
    second = fitted("top", layers=1, watch=Watch(warm=tensors, steps=1), learning_rate=1e-12, head_rate=1e-12)
    assert all(
        torch.allclose(second.branch.tensors()[name], tensor, atol=1e-6)
        for name, tensor in first.branch.tensors().items()
        if name[0] == "e"
    )
    assert not torch.allclose(second.branch.tensors()["head.weight"], first.branch.tensors()["head.weight"])
    assert any("16 of 16 tensors" in note for note in second.notes), second.notes


# -- lora ------------------------------------------------------------------------------------------------------------
PLAIN_PEFT = """
import json, pathlib, sys, warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated")  # peft 0.21 asks transformers 5.23 so
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModel
for folder in sys.argv[1:]:
    facts = json.loads(pathlib.Path(folder, "facts.json").read_text())
    model = AutoModel.from_pretrained(facts["base"], attn_implementation=facts["attention"])
    tensors = load_file(folder + "/batch.safetensors")
    plain = model.eval()(input_ids=tensors["ids"], attention_mask=tensors["mask"])[0].detach().clone()
    adapted = PeftModel.from_pretrained(model, folder + "/adapter").eval()
    states = adapted(input_ids=tensors["ids"], attention_mask=tensors["mask"])[0]
    mask = tensors["mask"].bool()
    apart = [(states - tensors["states"])[mask].abs().max(), (plain - states)[mask].abs().max()]
    print(json.dumps([float(one) for one in apart]))
"""


def lora_folder(family: str, folder: Path) -> None:
    """The adapter of a short run and what LingOS's merged branch computes."""
    base = made.base(family)
    found = fitted("lora", family, rank=4, layers=2)
    (folder / "adapter").mkdir(parents=True)
    for name, content in found.files.items():
        (folder / name).write_bytes(content)
    batch = padded(base.rows([{"text": text} for text in tiny.TEXTS], 24))
    with torch.no_grad():
        states = found.branch.hidden(base.span(0, 1)(base.embedding()(batch))).states
    tensors = {"ids": batch.tensors["input_ids"], "mask": batch.mask, "states": states.contiguous()}
    save_file(tensors, folder / "batch.safetensors")
    facts = {"base": str(base.folder.path), "attention": base.info.attention}
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")


def test_adapters_load_with_plain_peft_on_the_full_base_of_every_family(tmp_path: Path) -> None:
    folders = [tmp_path / family for family in tiny.FAMILIES]
    for family, folder in zip(tiny.FAMILIES, folders, strict=True):
        lora_folder(family, folder)
    command = [sys.executable, "-c", PLAIN_PEFT, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr.lower() and "missing" not in done.stderr.lower(), done.stderr
    for family, line in zip(tiny.FAMILIES, done.stdout.splitlines(), strict=True):
        apart, changed = json.loads(line)
        assert apart <= 2e-5 < changed, (family, apart, changed)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_merged_is_unmerged(family: str) -> None:
    one, base = method("lora"), made.base(family)
    told = made.settings("lora", rank=4)
    branch = make_branch(base, 0, CosineHead(32, 3)).eval()
    one.prepare(branch, told)
    moving = [name for name, parameter in branch.named_parameters() if parameter.requires_grad]
    assert all("lora_" in name or name.startswith("head.") for name in moving)
    batch = base.embedding()(padded(base.rows([{"text": text} for text in tiny.TEXTS], 24)))
    with torch.no_grad():
        for name, parameter in branch.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.02)
        plain = branch(batch)
        one.finish(branch, told)
        merged = branch(batch)
    assert (plain["vector"] - merged["vector"]).abs().max() <= 1e-5
    assert (plain["logits"].softmax(1) - merged["logits"].softmax(1)).abs().max() <= 1e-5
    assert not any("lora" in name or "base_layer" in name for name in branch.tensors())
    assert set(branch.tensors()) == set(make_branch(base, 0, CosineHead(32, 3)).tensors())

"""Loading by name: the embedded default, folders, hub ids; what is refused and what the message says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests import tiny
from transformers import AutoModel
from transformers.utils import logging

from lingos.backbones import lock, text
from lingos.backbones.folder import Folder, sha256
from lingos.backbones.text import EMBEDDED_SHA256, embedded_folder, load
from lingos.contracts import Backbone, Batch
from lingos.errors import BackboneError, DataError


@pytest.fixture(scope="module", autouse=True)
def quiet() -> None:
    logging.disable_progress_bar()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.folder(tmp_path_factory.mktemp("made"), "bert")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(made, tmp_path / "base"))


def test_the_embedded_default() -> None:
    backbone: Backbone = load("default")
    info = backbone.info
    assert (info.name, info.family, info.depth, info.width) == ("all-MiniLM-L6-v2", "bert", 6, 384)
    assert (info.max_length, info.vocabulary, info.languages) == (512, 30522, ("en",))
    assert (info.attention, info.pooling, info.licence, info.sha256) == ("sdpa", "mean", "apache-2.0", EMBEDDED_SHA256)
    assert load("all-MiniLM-L6-v2").info == info


def test_the_embedded_default_is_the_model_that_transformers_loads() -> None:
    backbone = load("default")
    model = AutoModel.from_pretrained(embedded_folder()).eval()
    pooler = sum(parameter.numel() for parameter in model.pooler.parameters())
    assert backbone.info.parameters == model.num_parameters() - pooler
    ids = [torch.as_tensor(row.tensors["input_ids"]) for row in backbone.rows([{"text": t} for t in tiny.TEXTS], 64)]
    padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)
    mask = padded != 0
    with torch.inference_mode():
        expected = model(input_ids=padded.long(), attention_mask=mask.long()).last_hidden_state
        hidden = backbone.embedding()(Batch({"input_ids": padded}, mask))
        states = backbone.span(4, 6)(backbone.span(0, 4)(hidden)).states
    assert float((states - expected)[mask].abs().max()) <= 1e-6


def test_a_wrong_hash_of_the_embedded_model_is_refused(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "embedded_folder", lambda: made)
    with pytest.raises(BackboneError, match="SHA-256") as caught:
        load("default")
    assert caught.value.expected == EMBEDDED_SHA256
    assert "reinstall" in caught.value.cure


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "EMBEDDED_PACKAGE", "no_such_package_at_all")
    with pytest.raises(BackboneError, match="not installed"):
        load("default")


def test_a_local_folder(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = load(str(made)).info
    assert (info.family, info.depth, info.width, info.max_length) == ("bert", 3, 32, 128)
    assert info.sha256 == sha256(made / "model.safetensors")
    assert info.languages == ()
    assert info.licence is None
    monkeypatch.chdir(made.parent.parent)
    assert load(f"{made.parent.name}/{made.name}").info.depth == 3  # looks like a hub id, but is here


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_facts_of_every_family(family: str, tmp_path: Path) -> None:
    path = tiny.folder(tmp_path, family, layers=2)
    info = load(str(path)).info
    model = AutoModel.from_pretrained(path)
    assert info.family == family
    assert (info.depth, info.width) == (model.config.num_hidden_layers, model.config.hidden_size)
    held = [parameter.numel() for name, parameter in model.named_parameters() if not name.startswith("pooler.")]
    assert info.parameters == sum(held)
    assert info.vocabulary == model.config.vocab_size


def test_the_longest_text_fits_its_position_table(tmp_path: Path) -> None:
    for family in tiny.FAMILIES:
        path = tiny.folder(tmp_path, family, layers=1)
        facts = path / "tokenizer_config.json"
        facts.write_text(json.dumps({**json.loads(facts.read_text()), "model_max_length": 10**30}), encoding="utf-8")
        backbone = load(str(path))
        longest = backbone.info.max_length
        ids = torch.as_tensor(backbone.rows([{"text": "order " * 500}], longest)[0].tensors["input_ids"])
        assert len(ids) == longest
        batch = Batch({"input_ids": ids[None]}, torch.ones(1, longest, dtype=torch.bool))
        assert backbone.span(0, 1)(backbone.embedding()(batch)).states.isfinite().all()


def test_rows_take_the_field_text(made: Path) -> None:
    backbone = load(str(made))
    rows = backbone.rows([{"text": "hello", "channel": "mail"}, {"text": ""}], 16)
    assert [row.example for row in rows] == [0, 1]
    assert rows[0].tensors["input_ids"].dtype == np.int32
    with pytest.raises(DataError, match="input 1 has no text") as caught:
        backbone.rows([{"text": "a"}, {"body": "b"}], 16)
    assert "body" in caught.value.cure
    with pytest.raises(BackboneError, match="more than"):
        backbone.rows([{"text": "a"}], 4096)


@pytest.mark.parametrize(
    ("saved", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": "mean"}, "mean"),
        (None, "mean"),
    ],
)
def test_pooling_as_sentence_transformers_saved_it(folder: Path, saved: dict[str, object] | None, pooling: str) -> None:
    if saved is not None:
        (folder / "1_Pooling").mkdir()
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(saved), encoding="utf-8")
    assert load(str(folder)).info.pooling == pooling


def test_language_and_licence_come_from_the_card(folder: Path) -> None:
    (folder / "README.md").write_text("---\nlanguage: [en, zh]\nlicense: mit\n---\n# x\n", encoding="utf-8")
    info = load(str(folder)).info
    assert (info.languages, info.licence) == (("en", "zh"), "mit")
    (folder / "README.md").write_text("---\nlanguage: [en\n---\n", encoding="utf-8")  # broken YAML
    assert load(str(folder)).info.languages == ()


def test_pickled_weights_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(BackboneError, match=r"only pytorch_model\.bin") as caught:
        load(str(folder))
    assert "save_pretrained" in caught.value.cure


def test_sharded_and_missing_weights_are_told_apart(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(BackboneError, match=r"no model\.safetensors"):
        load(str(folder))
    (folder / "model.safetensors.index.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BackboneError, match="several files"):
        load(str(folder))


def test_a_truncated_file_is_refused(folder: Path) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    for size in (0, 4, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(BackboneError, match="damaged"):
            load(str(folder))


def test_layers_that_do_not_fit_the_config_are_refused(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    fewer = {name: tensor for name, tensor in tensors.items() if ".layer.1." not in name}
    save_file(fewer, folder / "model.safetensors")
    with pytest.raises(BackboneError, match=r"holds 2 layers, its config\.json says 3"):
        load(str(folder))


def test_a_missing_weight_is_named(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["encoder.layer.1.output.dense.bias"]
    save_file(tensors, folder / "model.safetensors")
    backbone = load(str(folder))
    backbone.span(0, 1)
    with pytest.raises(BackboneError, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        backbone.span(1, 2)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"model_type": "t5"}, "unknown family"),
        ({"model_type": None}, "no model_type"),
        ({"num_hidden_layers": "three"}, "num_hidden_layers = 'three'"),
        ({"max_position_embeddings": 0}, "max_position_embeddings = 0"),
    ],
)
def test_a_strange_config_is_refused(folder: Path, change: dict[str, object], match: str) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    with pytest.raises(BackboneError, match=match):
        load(str(folder))


def test_a_config_that_is_not_json_or_not_there(folder: Path) -> None:
    (folder / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(BackboneError, match="can not be read"):
        load(str(folder))
    (folder / "config.json").unlink()
    with pytest.raises(BackboneError, match=r"no config\.json"):
        load(str(folder))


def test_code_in_a_folder_is_never_run(folder: Path, tmp_path: Path) -> None:
    seen = tmp_path / "ran"
    (folder / "modeling_evil.py").write_text(f"open({str(seen)!r}, 'w')\nclass Evil: pass\n", encoding="utf-8")
    for name in ("config.json", "tokenizer_config.json"):
        facts = json.loads((folder / name).read_text())
        facts["auto_map"] = {"AutoModel": "modeling_evil.Evil", "AutoTokenizer": ["modeling_evil.Evil", None]}
        (folder / name).write_text(json.dumps(facts), encoding="utf-8")
    backbone = load(str(folder))
    backbone.span(0, 1)
    assert backbone.rows([{"text": "hello"}], 16)
    assert not seen.exists()


def test_a_folder_without_a_tokenizer_is_told(folder: Path) -> None:
    for path in folder.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(BackboneError, match="no tokenizer"):
        load(str(folder)).rows([{"text": "hello"}], 16)


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "vocab_size": 50}), encoding="utf-8")
    with pytest.raises(BackboneError, match="tokens, the model 50"):
        load(str(folder)).rows([{"text": "hello"}], 16)


def test_names_lead_to_the_hub_only_when_they_must(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None, bool | None]] = []

    def fetch(hub: str, *, revision: str | None = None, offline: bool | None = None) -> tuple[Path, str]:
        asked.append((hub, revision, offline))
        return made, "c0ffee"

    monkeypatch.setattr(lock, "fetch", fetch)
    assert load("bge-small-zh-v1.5").info.revision == "c0ffee"
    assert load("hf:owner/name", revision="v1", offline=True).info.name == "hf:owner/name"
    assert load("owner/name").info.depth == 3
    assert load(str(made)).info.revision is None
    assert asked == [("BAAI/bge-small-zh-v1.5", None, None), ("owner/name", "v1", True), ("owner/name", None, None)]


@pytest.mark.parametrize("name", ["bge-small-zh", "nonsense", "./not/here", "a/b/c", "/", "", "~/nowhere/at/all"])
def test_unknown_names_are_told_with_a_guess(name: str) -> None:
    with pytest.raises(BackboneError) as caught:
        load(name)
    assert caught.value.cure
    if name == "bge-small-zh":
        assert "bge-small-zh-v1.5" in caught.value.cure


def test_weights_are_a_mapping(made: Path) -> None:
    weights = Folder(made).weights
    assert len(weights) == len(list(weights)) == len(load_file(made / "model.safetensors"))
    assert "embeddings.word_embeddings.weight" in weights
    assert "nothing" not in weights
    assert (
        tuple(weights["embeddings.word_embeddings.weight"].shape) == weights.shapes["embeddings.word_embeddings.weight"]
    )

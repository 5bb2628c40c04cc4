"""The list of bases: complete, honest about what was verified, and fit to be recommended."""

from __future__ import annotations

import re

import pytest

from lingos.backbones.catalog import CATALOG, better_for, closest, find, names
from lingos.backbones.layout import FAMILIES, layout
from lingos.backbones.text import BILINGUAL, EMBEDDED, load
from lingos.errors import BackboneError


def test_the_entries_are_complete() -> None:
    assert 10 <= len(CATALOG) <= 16
    assert len(set(names())) == len(CATALOG)
    for entry in CATALOG:
        assert entry.hub == BILINGUAL or re.fullmatch(r"[\w.-]+/[\w.-]+", entry.hub)
        assert f"/{entry.hub}".endswith("/" + entry.id)
        assert entry.family in FAMILIES
        assert entry.languages
        assert entry.choose.endswith(".")
        assert entry.source
    assert {"en", "zh", "*"} <= {language for entry in CATALOG for language in entry.languages}


@pytest.mark.parametrize("name", [EMBEDDED, BILINGUAL])
def test_only_the_embedded_models_were_verified_and_their_facts_are_true(name: str) -> None:
    assert [entry.id for entry in CATALOG if entry.verified] == [EMBEDDED, BILINGUAL]
    entry, info = find(name), load(name).info
    assert entry is not None
    assert (entry.languages, entry.licence, entry.family) == (info.languages, info.licence, info.family)
    assert entry.millions == pytest.approx(info.parameters / 1e6, abs=0.05)


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en", "de", "und"])
def test_two_better_bases_that_can_be_loaded(language: str) -> None:
    first, second = (find(name) for name in better_for(language))
    assert first is not None
    assert second is not None
    assert first != second
    for entry in (first, second):
        assert entry.safetensors is not False  # never recommend what would be refused
        assert {language.split("-")[0], "*"} & set(entry.languages)
        assert entry.id != EMBEDDED


def test_every_id_with_a_typing_error_leads_back() -> None:
    for entry in CATALOG:
        for name in (entry.id, entry.hub):
            assert closest(name) == name
            assert closest(name.lower()[:-1]) in (entry.id, entry.hub)
            assert closest(name[:6] + name[7:]) in (entry.id, entry.hub)
    assert closest("defualt") == "default"
    assert closest("") is None


@pytest.mark.parametrize(
    ("name", "meant"), [("bge-smal-zh", "bge-small-zh-v1.5"), ("MINILM", "all-MiniLM-L6-v2"), ("./nowhere", None)]
)
def test_an_unknown_base_tells_the_nearest(name: str, meant: str | None) -> None:
    with pytest.raises(BackboneError, match="unknown base") as told:
        load(name)
    assert told.value.cure == (f"did you mean '{meant}'?" if meant else "check the path, or see `lingos bases`")


def test_a_misspelled_hub_id_tells_the_nearest() -> None:
    with pytest.raises(BackboneError) as told:
        load("BAAI/bge-smal-zh-v1.5", offline=True)
    assert told.value.cure.startswith("did you mean 'BAAI/bge-small-zh-v1.5'? ")
    with pytest.raises(BackboneError) as told:
        load("BAAI/bge-small-zh-v1.5", offline=True)
    assert "did you mean" not in told.value.cure


def test_unknown_ids() -> None:
    assert find("no-such-base") is None


def test_layouts() -> None:
    parts = FAMILIES["deberta-v2"]
    assert parts.layer_of("encoder.layer.11.output.dense.bias") == 11
    assert parts.layer_of("encoder.layer.x.bias") is None
    assert parts.layer_of("decoder.encoder.layer.1.bias") is None
    groups = [parts.group(name, 12) for name in ("embeddings.a.b", "encoder.rel_embeddings.weight", "encoder.conv.w")]
    assert groups == [0, 0, 1]
    assert parts.group("pooler.dense.weight", 12) is None
    assert FAMILIES["modernbert"].group("final_norm.weight", 22) == 22
    with pytest.raises(BackboneError, match="unknown family"):
        layout({"model_type": "berta"})

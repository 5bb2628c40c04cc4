"""The card: metadata that Hugging Face's own parser reads, both languages, nothing invented, nothing that breaks
out."""

from __future__ import annotations

import dataclasses

import pytest
import yaml
from tests.made_skills import BASE, FULL, PLAIN

from lingos.store.card import card


def metadata(text: str) -> dict[str, object]:
    found = yaml.safe_load(text.split("---")[1])
    assert isinstance(found, dict)
    return found


def test_metadata() -> None:
    found = metadata(card(FULL))
    assert found["language"] == "en"
    assert found["license"] == "apache-2.0"
    assert found["base_model"] == "all-MiniLM-L6-v2"
    assert found["tags"] == ["lingos", "classify", "top"]
    metric = found["model-index"][0]["results"][0]["metrics"][0]
    assert metric == {"type": "accuracy", "value": 0.912, "name": "95 % interval 0.8810 to 0.9340"}


def test_hugging_face_reads_it(recwarn: pytest.WarningsRecorder) -> None:
    from huggingface_hub import ModelCardData
    from huggingface_hub.repocard import ModelCard

    data = ModelCard(card(FULL)).data
    assert isinstance(data, ModelCardData)
    assert data.eval_results[0].metric_value == 0.912
    assert not recwarn.list


def test_what_a_reader_wants_to_know() -> None:
    text = card(FULL)
    for part in (
        "91.2 %",
        "88.1 % to 93.4 %",
        "300 test rows",
        "9 of 10 rows",
        "ef" * 32,
        "apache-2.0",
        "owns 3 layers",
    ):
        assert part in text, part
    assert "refuses when `neighbour` is below 0.25: about 5 %" in text
    assert "secret" not in text and "tickets.csv" in text


def test_chinese() -> None:
    text = card(dataclasses.replace(FULL, name="工单", schema={"labels": ["退款", "其他"], "language": "zh"}))
    assert "## 局限" in text and "# 工单" in text and "- 退款" in text
    assert metadata(text)["language"] == "zh"


def test_the_unknown_is_said_to_be_unknown() -> None:
    text = card(dataclasses.replace(PLAIN, schema={"labels": ["a"]}))
    assert "how good it is, is not known" in text
    assert "needs no pretrained model" in text
    assert "never refuses" in text
    assert not {"license", "base_model", "language", "model-index"} & set(metadata(text))
    unlicensed = dataclasses.replace(FULL, base=dataclasses.replace(BASE, licence=None))
    assert "licence: unknown" in card(unlicensed)
    assert "license" not in metadata(card(unlicensed))


def test_no_text_breaks_out_of_the_metadata() -> None:
    evil = dataclasses.replace(
        FULL,
        base=dataclasses.replace(BASE, name='x"\nlicense: mit\n--- #'),
        schema={"labels": ["a\n## b", "c"], "language": "en"},
    )
    text = card(evil)
    head = text[4 : text.index("\n---\n")]
    assert yaml.safe_load(head)["license"] == "apache-2.0"
    assert "\n## b" not in text


def test_many_labels_are_cut() -> None:
    text = card(dataclasses.replace(FULL, schema={"labels": [f"l{k}" for k in range(150)], "language": "en"}))
    assert "Labels (150)" in text and "- l99" in text and "- l100" not in text and "... (50)" in text

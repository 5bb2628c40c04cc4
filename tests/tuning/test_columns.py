"""Columns beside text and label: they slice the evaluation, and no answer depends on them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.made import WORDS, csv

from lingos.data.readers import read
from lingos.store.store import Store
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune
from lingos.tuning.verbs import evaluate

HEAD = "text,label,channel,customer,length\n"
LABELS = list(WORDS)


def rows(count: int = 40, turned: bool = False) -> str:
    """Three classes; `turned`: the mails carry the next class's label, so that they are the weak channel."""
    lines = []
    for k in range(count):
        for place, (label, text) in enumerate(WORDS.items()):
            channel = ("phone", "mail", "web", "")[k % 4]
            wrong = turned and channel == "mail"
            told = LABELS[(place + 1) % 3] if wrong else label
            lines.append(f"{text} number {k} {'red green blue old'.split()[k % 4]},{told},{channel},c{k}{place},long\n")
    return HEAD + "".join(lines)


def test_a_column_of_the_file_is_a_slice_of_every_report(tmp_path: Path) -> None:
    train, test, store = tmp_path / "train.csv", tmp_path / "test.csv", Store(tmp_path / "home")
    train.write_text(rows(), "utf-8")
    test.write_text(rows(60, turned=True), "utf-8")
    options = TuneOptions(name="t", method="tfidf", test=str(test), text="text", label="label")
    folder = tune(train, options, store=store).folder
    found = json.loads((folder / "report.json").read_text("utf-8"))["slices"]
    assert "customer" not in {one["column"] for one in found}, "too many values"
    assert {one["value"] for one in found if one["column"] == "channel"} == {"phone", "mail", "web", ""}
    assert [one["value"] for one in found if one["weak"] and one["column"] == "channel"] == ["mail"]
    page, plain = ((folder / name).read_text("utf-8") for name in ("report.html", "report.md"))
    assert "<th>channel</th>" in page and ">mail<" in page and "(empty)" in page
    assert "| channel | mail (weak) |" in plain and "| channel | (empty) |" in plain
    assert "channel mail" in page, "the summary names it"


def test_evaluate_slices_too_and_the_answers_do_not_change(tmp_path: Path) -> None:
    store, bare = Store(tmp_path / "home"), tmp_path / "bare.csv"
    tune(csv(tmp_path / "train.csv"), TuneOptions(name="t", method="tfidf"), store=store)
    whole = tmp_path / "whole.csv"
    whole.write_text(rows(), "utf-8")
    bare.write_text("".join(",".join(line.split(",")[:2]) + "\n" for line in rows().splitlines()), "utf-8")
    first, second = (evaluate("t", str(file), store=store) for file in (whole, bare))
    assert first["test"] == second["test"] and first["refusal"] == second["refusal"]
    assert {one["column"] for one in first["slices"]} - {one["column"] for one in second["slices"]} == {"channel"}


def test_rows_that_are_learned_carry_the_text_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(rows(2), "utf-8")
    source = read(file, text="text", label="label")
    assert {tuple(one.fields) for one in source.examples()} == {("text",)}
    [first] = source.examples([0], whole=True)
    assert first.fields == {
        "channel": "phone", "customer": "c00", "length": "long", "text": "please cancel order number 0 red",
    }  # fmt: skip
    assert [one.id for one in source.examples()] == [one.id for one in source.examples(whole=True)]


def test_the_held_out_rows_carry_their_columns(tmp_path: Path) -> None:
    file, store = tmp_path / "a.csv", Store(tmp_path / "home")
    file.write_text(rows(200), "utf-8")
    tuned = tune(file, TuneOptions(name="t", method="tfidf", text="text", label="label"), store=store)
    assert {"phone", "web"} <= {one.value for one in tuned.evaluation.slices if one.column == "channel"}


def test_a_channel_changes_no_fingerprint(tmp_path: Path) -> None:
    prints = []
    for place, text in enumerate((rows(), rows().replace("phone", "shop"))):
        file, store = tmp_path / f"{place}.csv", Store(tmp_path / f"home{place}")
        file.write_text(text, "utf-8")
        folder = tune(file, TuneOptions(name="t", method="tfidf", text="text", label="label"), store=store).folder
        manifest = json.loads((folder / "skill.json").read_text("utf-8"))
        split = (folder / "split.json").read_text("utf-8")
        prints.append((manifest["data"]["fingerprint"], split))
    assert prints[0] == prints[1]

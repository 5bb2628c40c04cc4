"""What was learned from is what is asked: training rows and a session's inputs are cleaned alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import tiny

from lingos.backbones.text import load
from lingos.contracts import Calibration, Example, Refusal
from lingos.inference import open_session
from lingos.manifest import Data
from lingos.methods.base import method
from lingos.settings import parse
from lingos.skill import write
from lingos.store.store import Store
from lingos.tasks.base import task
from lingos.text.normalise import clean
from lingos.training.corpus import Corpus
from lingos.training.device import Place
from lingos.training.fit import fit, outputs
from lingos.tuning.bundle import Parts, bundle, put_trunk

MESSY = {
    "nbsp": "my\u00a0new card\u00a0has\u3000not arrived",
    "zero width": "where is my par\u200bcel?\ufeff",
    "full width": "Ｔｈｅ exchange ｒａｔｅ is wrong １２",
    "control": "is it sunny\x07 out\x00side",
    "accent": "a cafe\u200b\u0301 in the app",
    "spaces": "   please \t send   it  \r\n now ",
}
EXAMPLES = [Example({"text": text}, "ab"[k % 2], f"r{k}") for k, text in enumerate([*MESSY.values()] * 2)]


@pytest.mark.parametrize("name", ["tfidf", "prototype", "top"])
def test_a_row_has_the_same_logits_in_training_and_in_a_session(name: str, tmp_path: Path) -> None:
    base = None if name == "tfidf" else load(str(tiny.folder(tmp_path, "roberta")))
    kind, chosen = task("classify"), method(name)
    corpus = Corpus(EXAMPLES, kind, kind.schema(EXAMPLES), base, max_length=24, place=Place("cpu", "fp32", 1, "any"))
    rows = np.arange(len(EXAMPLES))
    settings = parse(chosen.Settings, {"epochs": 1} if name == "top" else {}, "the test")
    fitted = fit(corpus, chosen, settings, rows, 0)
    store = Store(tmp_path / "home")
    facts: Any = (Calibration(), Refusal(), None, Data("none", len(rows), len(rows), "0"), {"train": [], "test": []})
    manifest, files = bundle(Parts(name, fitted, corpus, {}, "quick", 0, *facts), tmp_path)
    if fitted.branch is not None:
        put_trunk(store.trunks, corpus.base, fitted.start)
    session = open_session(write(tmp_path / "skill", manifest, files), store)
    asked = session.outputs([dict(example.fields) for example in EXAMPLES])["logits"]
    assert np.abs(asked - outputs(fitted, corpus, rows)["logits"]).max() < 1e-5
    if base is not None:
        raw = base.rows([example.fields for example in EXAMPLES], 24)
        ids = [[row.tensors["input_ids"].tolist() for row in found] for found in (raw, corpus.rows[: len(corpus)])]
        assert sum(a != b for a, b in zip(*ids, strict=True)) >= len(rows) / 2, "the raw texts read otherwise"


def test_the_rows_keep_their_text_as_it_stands_in_the_file() -> None:
    kind = task("classify")
    corpus = Corpus(EXAMPLES, kind, kind.schema(EXAMPLES))
    assert corpus.texts[: len(corpus)] == [clean(str(example.fields["text"])) for example in EXAMPLES]
    assert [example.fields["text"] for example in corpus.examples] == [*MESSY.values()] * 2


def test_descriptions_are_cleaned_too(tmp_path: Path) -> None:
    kind = task("classify")
    corpus = Corpus(EXAMPLES, kind, kind.schema(EXAMPLES), load(str(tiny.folder(tmp_path, "roberta"))), max_length=24)
    messy, plain = corpus.encode(["ｃａｒｄ\u200b  rate"]), corpus.encode(["card rate"])
    assert np.array_equal(messy, plain)

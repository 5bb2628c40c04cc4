"""Small real skills, made without the ladder: a tiny random encoder, 48 training and 15 test rows, three labels."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lingos.backbones.text import load
from lingos.compression.variants import export
from lingos.contracts import Calibration, Refusal, Setting
from lingos.data.readers import read
from lingos.inference import open_session
from lingos.manifest import Data
from lingos.methods.base import method
from lingos.skill import Skill, write
from lingos.store.store import Store
from lingos.tasks.base import task
from lingos.training.corpus import Corpus
from lingos.training.device import Place
from lingos.training.fit import fit
from lingos.tuning.bundle import Parts, bundle, put_trunk

PHRASES = {
    "card": ("I was charged twice for one card payment", "my new card has not arrived", "卡被扣了两次钱"),
    "order": ("where is my parcel?", "Can I change the address of an order?", "我的包裹在哪里?"),
    "rate": ("the exchange rate is wrong", "hello, is the rate right", "what is the rate"),
}
ENDS = ("", " please", "; nobody answers", " in the app", " hello", " ten days ago", "!")


def files(folder: Path) -> tuple[Path, Path]:
    """A training and a test file. Some rows have spaces and letters that `clean` changes."""
    rows = [(f"{text}{end}", label) for label, texts in PHRASES.items() for text in texts for end in ENDS]
    order = np.random.default_rng(0).permutation(len(rows))
    paths = folder / "train.jsonl", folder / "test.jsonl"
    for path, part in zip(paths, (order[:48], order[48:]), strict=True):
        lines = [{"text": rows[k][0] if k % 4 else f" {rows[k][0]}\u200b  ＯＫ ", "label": rows[k][1]} for k in part]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return paths


def skill(folder: Path, store: Store, name: str, base: Path | None, settings: dict[str, Any] | None = None) -> Skill:
    """A skill of the method `name` in the store, with ONNX variants, as `tune` would leave it."""
    train, test = files(folder)
    parts = [list(read(path).examples()) for path in (train, test)]
    examples, kind, chosen = [*parts[0], *parts[1]], task("classify"), method(name)
    schema = {**kind.schema(parts[0]), "descriptions": {"rate": "the exchange rate\u00a0of money"}}
    corpus = Corpus(examples, kind, schema, load(str(base)) if base else None, max_length=24)
    corpus.place = Place("cpu", "fp32", 1, "any")
    values = chosen.Settings(**(settings or {}))
    fitted = fit(corpus, chosen, values, np.arange(len(parts[0])), 0)
    ids = {part: [row.id for row in rows] for part, rows in zip(("train", "test"), parts, strict=True)}
    data = Data(str(train), len(parts[0]), len(parts[0]), "0", test_file=str(test))
    recipe = {key: Setting(value, "default", "the default") for key, value in values.model_dump().items()}
    facts: Any = (Calibration(0.8), Refusal(), None, data, ids)
    manifest, content = bundle(Parts(name, fitted, corpus, recipe, "quick", 0, *facts), folder)
    if fitted.branch is not None:
        put_trunk(store.trunks, corpus.base, fitted.start)
    made = write(folder / f"{name}-skill", manifest, content)
    made = export(made, store, parts[0], parts[1][:8], lambda text: None)
    return store.get(str(store.put(scored(made, store, parts[1]))))


def scored(made: Skill, store: Store, rows: list[Any]) -> Skill:
    """The same skill with the score of what serves."""
    answers = open_session(made, store)([dict(row.fields) for row in rows])
    value = float(np.mean([answer.value == row.target for answer, row in zip(answers, rows, strict=True)]))
    found = {"test": {"primary": {"name": "accuracy", "value": value}}}
    return made.extended(made.manifest, {"evaluation.json": json.dumps(found)})


def plain_skill(folder: Path, store: Store, base: Path, name: str, way: str = "prototype") -> Skill:
    """A skill on any family, of class means or another `way`, without ONNX: the plain exports need none."""
    train, _ = files(folder)
    examples, kind, chosen = list(read(train).examples()), task("classify"), method(way)
    corpus = Corpus(examples, kind, kind.schema(examples), load(str(base)), max_length=24)
    corpus.place = Place("cpu", "fp32", 1, "any")
    fitted = fit(corpus, chosen, chosen.Settings(), np.arange(len(examples)), 0)
    data = Data(str(train), len(examples), len(examples), "0")
    facts: Any = (Calibration(0.8), Refusal(), None, data, {"train": [], "test": []})
    manifest, content = bundle(Parts(name, fitted, corpus, {}, "quick", 0, *facts), folder)
    put_trunk(store.trunks, corpus.base, fitted.start)
    manifest = replace(manifest, variants={"torch": manifest.variants["fp32"]}, serve="torch")
    return store.get(str(store.put(write(folder / f"{name}-skill", manifest, content))))

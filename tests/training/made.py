"""Corpora on tiny real backbones, made once a process."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tests import tiny

from lingos.backbones.text import TextBackbone, load
from lingos.contracts import Example
from lingos.methods.base import method
from lingos.settings import parse
from lingos.tasks.base import task
from lingos.training.corpus import Corpus
from lingos.training.device import Place

PLACE = Place("cpu", "fp32", 1, "test")
TOPICS = {
    "card": (
        "my new card has not arrived",
        "I was charged twice for one card payment",
        "the app says the card was sent",
    ),
    "order": ("where is my parcel?", "Can I change the address of an order?", "my parcel was sent ten days ago"),
    "rate": ("the exchange rate is wrong", "is the exchange rate for money right", "wrong exchange rate, please"),
}


def base(family: str, *, dropout: bool = True, layers: int = 3) -> TextBackbone:
    """The tiny backbone of a family; without dropout where steps are compared."""
    return _base(family, dropout, layers)


@functools.cache
def _base(family: str, dropout: bool, layers: int) -> TextBackbone:
    folder = tiny.folder(_home(), family, layers=layers, seed=0 if dropout else 1)
    if not dropout:
        _still(folder / "config.json")
    return load(str(folder))


def examples(count: int, classes: int = 3) -> list[Example]:
    """Rows of up to three topics; each text ends in its own number of words, so that lengths differ."""
    topics = list(TOPICS.items())[:classes]
    rows = []
    for k in range(count):
        label, texts = topics[k % classes]
        text = texts[(k // classes) % len(texts)] + " hello" * (k % 4) + (" ago" if k % 2 else "")
        rows.append(Example({"text": text}, label, f"r{k}", line=k + 1))
    return rows


def corpus(family: str = "bert", count: int = 48, *, dropout: bool = True, home: Path | None = None) -> Corpus:
    """A corpus of `count` rows of three classes on a tiny backbone."""
    return corpus_of(examples(count), base(family, dropout=dropout), home)


def corpus_of(
    rows: Sequence[Example], backbone: TextBackbone | None, home: Path | None = None, *, name: str = "classify"
) -> Corpus:
    kind = task(name)
    return Corpus(rows, kind, kind.schema(rows), backbone, max_length=24, place=PLACE, home=home)


def settings(name: str, **given: Any) -> Any:
    """The settings of a method with some of them set."""
    return parse(method(name).Settings, given, "test")


def every(found: Corpus) -> Any:
    return np.arange(len(found))


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    """Whether two branches hold the same bits."""
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@functools.cache
def _keep() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="lingos-test-")


def _home() -> Path:
    return Path(_keep().name)


def _still(file: Path) -> None:
    facts = json.loads(file.read_text("utf-8"))
    off = {key: 0.0 for key in facts if "dropout" in key and isinstance(facts[key], float)}
    file.write_text(json.dumps(facts | off), "utf-8")

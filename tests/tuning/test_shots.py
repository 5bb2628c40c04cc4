"""--shots K: choice, early stopping, calibration and threshold see only the labels of the K rows a class that are kept.

Which rows are kept is drawn with the labels, so the draw is held fixed here: then the labels of all other rows are
shuffled, and nothing may change.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import tiny

from lingos.contracts import Example
from lingos.data import splits
from lingos.store.store import Store
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune

ROWS, SHOTS, LABELS = 200, 6, 5
WEIGHTS = ("linear.safetensors", "branch.safetensors", "bank.safetensors")


@pytest.fixture
def rows(root: Path) -> list[list[str]]:
    """200 English tickets of five intents."""
    with (root / "examples" / "data" / "tickets_en.csv").open(encoding="utf-8", newline="") as stream:
        whole = list(csv.reader(stream))[1:]
    chosen = sorted({label for _, label in whole})[:LABELS]
    return [row for row in whole if row[1] in chosen][:ROWS]


@pytest.mark.parametrize("method", ["tfidf", "head"])
def test_shuffling_the_other_labels_changes_nothing(
    method: str, rows: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[np.ndarray] = []
    draw = splits.shots

    def seen_draw(examples: list[Example], **how: int) -> np.ndarray:
        kept.append(draw(examples, **how))
        return kept[-1]

    monkeypatch.setattr(splits, "shots", seen_draw)
    tiny.folder(tmp_path, "bert")
    plain = _learn(method, rows, tmp_path)
    assert _learn(method, rows, tmp_path) == plain, "the same call gives the same skill"
    monkeypatch.setattr(splits, "shots", lambda examples, **how: kept[0])

    others = [place for place in range(len(rows)) if place not in set(kept[0].tolist())]
    assert len(others) == len(rows) - SHOTS * LABELS
    shuffled = _with_labels(rows, others)
    assert sum(old[1] != new[1] for old, new in zip(rows, shuffled, strict=True)) > len(others) / 2
    assert _learn(method, shuffled, tmp_path) == plain

    seen = _with_labels(rows, kept[0].tolist())
    assert _learn(method, seen, tmp_path) != plain, "the labels that are kept do count"


def _with_labels(rows: list[list[str]], places: list[int]) -> list[list[str]]:
    """The labels at these places, shuffled among themselves."""
    labels = [rows[place][1] for place in places]
    random.Random(5).shuffle(labels)
    changed = [list(row) for row in rows]
    for place, label in zip(places, labels, strict=True):
        changed[place][1] = label
    return changed


def _learn(method: str, rows: list[list[str]], home: Path) -> dict[str, Any]:
    """All that could tell: weights, out-of-fold score, temperature, threshold, test score."""
    train, test = home / "train.csv", home / "test.csv"
    for path, part in ((train, rows), (test, rows[:40])):
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["text", "label"], *part])
    _correct_test(test, home)
    base = str(home / "bert-3-0") if method == "head" else "none"
    options = TuneOptions(test=str(test), name="t", method=method, base=base, shots=SHOTS, refuse=0.1, set=_set(method))
    store = Store(home / "store")
    found = tune(train, options, store=store)
    folder = store.get(str(found.skill)).folder
    manifest = json.loads((folder / "skill.json").read_text("utf-8"))
    facts = {name: manifest[name] for name in ("calibration", "refusal", "split")}
    files = [folder / name for name in WEIGHTS if (folder / name).exists()]
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert hashes
    [rung] = found.ladder
    scores = {name: rung[name] for name in ("score", "low", "high", "rows")}
    return facts | hashes | scores | {"test": found.evaluation.test.primary.value}


def _correct_test(path: Path, home: Path) -> None:
    """The test file stays the first one that was written: it is judged by, not learned from."""
    first = home / "first.csv"
    if first.exists():
        path.write_bytes(first.read_bytes())
    else:
        first.write_bytes(path.read_bytes())


def _set(method: str) -> list[str]:
    return ["epochs=2"] if method == "head" else []

"""--set thresholds=macro_f1: the decision is moved for rare classes, in every variant; macro F1 rises on new rows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from tests import tiny
from tests.made_skills import encoder

from lingos.codegen.generate import generate
from lingos.compression.interop import FORMATS, export
from lingos.contracts import Calibration
from lingos.errors import SkillError
from lingos.evaluation.thresholds import Move
from lingos.inference import open_session
from lingos.manifest import from_json, to_json
from lingos.methods.base import method, names
from lingos.store.store import Store
from lingos.tuning.options import TuneOptions
from lingos.tuning.result import Tuned
from lingos.tuning.run import tune
from lingos.words.said import Said

SHARES = {"plain": 0.86, "rare": 0.09, "seldom": 0.05}
ASKED = ["thresholds=macro_f1"]


def rows(path: Path, count: int, seed: int) -> Path:
    """Texts of eight words: five that any class may say, three that a class says three times as often as another."""
    rng = np.random.default_rng(seed)
    labels, lines = list(SHARES), ["text,label"]
    for number, k in enumerate(rng.choice(3, count, p=list(SHARES.values()))):
        chances = np.array([1 + 2 * (word % 3 == k) for word in range(60)]) / 100
        said = [f"own{word}" for word in rng.choice(60, 4, p=chances / chances.sum())]
        lines.append(f"{' '.join(said)} all{rng.integers(40)} n{number}x{seed},{labels[k]}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def tuned(folder: Path, asked: list[str], name: str = "tfidf", base: str = "none") -> tuple[Tuned, Store, list[str]]:
    store, news = Store(folder / f"home{len(asked)}"), list[str]()
    train, test = rows(folder / "train.csv", 1_500, 0), rows(folder / "test.csv", 1_500, 1)
    options = TuneOptions(name="t", method=name, base=base, test=str(test), refuse=0.05, set=asked, personal=False)
    return tune(train, options, store=store, say=news.append), store, news


def score(found: Tuned, name: str) -> float:
    return next(one.value for one in found.evaluation.test.scores if one.name == name)


def test_macro_f1_rises_on_new_rows_and_the_decision_travels(tmp_path: Path) -> None:
    plain, _, _ = tuned(tmp_path, [])
    moved, store, news = tuned(tmp_path, ASKED)
    assert score(moved, "macro_f1") > score(plain, "macro_f1") + 0.03
    assert any("the decision is moved towards rare classes" in text for text in news)
    skill = store.get("t")
    offsets = skill.manifest.calibration.offsets
    assert len(offsets) == 3 and offsets[0] < min(offsets[1:])
    assert skill.variant()[1].calibration == skill.manifest.calibration
    assert skill.manifest.recipe["thresholds"].value == "macro_f1"
    assert moved.evaluation.refusal.refused < 0.1, "the threshold is that of the moved scores"
    session = open_session(skill, store, top=3)
    texts = ["own1 own4 own7 own10", "own0 own2"]
    logits = (session.outputs(texts)["logits"] + np.array(offsets)) / skill.manifest.calibration.temperature
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    for answer, row in zip(session(texts), chances, strict=True):
        assert answer.value == list(SHARES)[int(row.argmax())]
        assert answer.score == pytest.approx(float(row.max()))
        assert list(dict(answer.top)) == [list(SHARES)[k] for k in np.argsort(-row)]


def test_no_setting_no_offsets(tmp_path: Path) -> None:
    _, store, _ = tuned(tmp_path, [])
    assert store.get("t").manifest.calibration.offsets == ()


@pytest.mark.parametrize("name", names())
def test_every_method_has_the_setting_and_it_changes_nothing_by_default(name: str) -> None:
    assert method(name).Settings().thresholds == "none"  # type: ignore[attr-defined]


def test_variants_move_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = Move((-1.0, 0.25, 0.75), Said("thresholds.kept", {"before": "1"}))
    monkeypatch.setattr("lingos.tuning.calibrate.fit_offsets", lambda *given: fixed)
    base = str(tiny.folder(tmp_path, "bert"))
    _, store, _ = tuned(tmp_path, ASKED, "logistic", base)
    skill = store.get("t")
    own = {name: one.calibration for name, one in skill.manifest.variants.items()}
    assert {"torch", "fp32"} <= set(own) and all(len(one.offsets) == 3 for one in own.values())
    texts = [f"own{k} own{3 * k}" for k in range(20)]
    answers = [[one.value for one in open_session(skill, store, variant=name)(texts)] for name in ("torch", "fp32")]
    assert answers[0] == answers[1]
    if "int8" in own:
        ratio = own["int8"].temperature / own["fp32"].temperature
        assert own["int8"].offsets == pytest.approx([ratio * one for one in own["fp32"].offsets])


def test_what_can_not_carry_the_decision_refuses(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    moved = Calibration(2.0, (0.0, 40.0))
    skill = encoder(tmp_path / "skill", store, calibration=moved)
    for format in set(FORMATS) - {"onnx", "standalone"}:
        with pytest.raises(SkillError, match="moves its decision"):
            export(skill, store, tmp_path / "x", format)
    with pytest.raises(SkillError, match="no plain Python"):
        generate(skill, store, tmp_path / "x")
    facts = json.loads((export(skill, store, tmp_path / "onnx", "onnx") / "labels.json").read_text("utf-8"))
    assert facts["offsets"] == [0.0, 40.0] and facts["temperature"] == 2.0
    code = (tmp_path / "onnx" / "predict.py").read_text("utf-8")
    space: dict[str, object] = {"__file__": str(tmp_path / "onnx" / "predict.py"), "__name__": "predict"}
    exec(code.replace("from clean import clean", "clean = str.strip"), space)
    labels = [label for label, _ in space["predict"](["where is my parcel?", "hello"])]  # type: ignore[operator]
    assert labels == [one.value for one in open_session(skill, store)(["where is my parcel?", "hello"])]
    assert set(labels) == {skill.manifest.schema["labels"][1]}


def test_the_manifest_is_strict_about_them(tmp_path: Path) -> None:
    manifest = encoder(tmp_path / "skill", Store(tmp_path / "home")).manifest
    good = dataclasses.replace(manifest, calibration=Calibration(1.5, (0.25, -0.25)))
    assert from_json(to_json(good)).calibration == good.calibration
    bad = dataclasses.replace(manifest, calibration=Calibration(1.5, (0.25,)))
    with pytest.raises(SkillError, match="1 offsets, not one for each label"):
        from_json(to_json(bad))

"""Generated code gives the skill's score, trains the same weights again, and is clean; LingOS is out of reach."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tests import cls, tiny
from tests.codegen import made

from lingos.codegen.generate import METHODS, Mismatch, generate, prove
from lingos.errors import DataError, SkillError
from lingos.methods.base import names
from lingos.skill import Skill
from lingos.store.store import Store

CHANGED = {  # settings that put other parts of the templates to use
    "tfidf": {"class_weights": "balanced"},
    "logistic": {"class_weights": "sqrt"},
    "head": {"epochs": 6, "patience": 2, "schedule": "cosine", "label_names": True},
    "top": {
        "epochs": 3,
        "class_weights": "balanced",
        "sampler": "balanced",
        "batch_rows": 8,
        "adversarial": 0.1,
        "adversarial_after": 0.4,
    },
    "lora": {"epochs": 3, "rank": 4, "schedule": "constant"},
    "full": {"epochs": 3, "train_embeddings": True, "patience": 1, "label_smoothing": 0.1},
}
OWN = {f"{name}, own head": name for name in ("top", "lora", "full")}  # on a base that takes its first token
ALL = (*METHODS, *OWN)
LINES = 200
PARTS = {"PATIENCE": 20, "class Push": 40, "First the head alone": 16}  # what these cost in lines
EVERY = """
import os, runpy, sys
sys.modules["lingos"] = None
for folder in sys.argv[1:]:
    os.chdir(folder)
    sys.path.insert(0, folder)
    for script in ("test_score.py", "train.py"):
        sys.argv = [script]
        runpy.run_path(script, run_name="__main__")
    for name in ("predict", "clean"):
        del sys.modules[name]
    sys.path.remove(folder)
"""
Made = dict[str, tuple[Skill, Store, Path]]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A skill of every method and its code, tested and trained again; one process for all, as importing costs most."""
    home = tmp_path_factory.mktemp("code")
    store = Store(home / "home")
    bases = {"tfidf": None, **dict.fromkeys(OWN, cls.folder(home / "cls", "roberta"))}
    plain = tiny.folder(home, "bert")
    found = {}
    for name in ALL:
        method = OWN.get(name, name)
        (home / name).mkdir()
        skill = made.skill(home / name, store, method, bases.get(name, plain), CHANGED.get(method))
        found[name] = (skill, store, generate(skill, store, home / "code" / name))
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "LINGOS_HOME")}
    command = [sys.executable, "-W", "error", "-W", "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"]
    command += ["-c", EVERY, *(str(folder) for *_, folder in found.values())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.count("the skill says") >= 2 * len(ALL)
    return found


def test_every_method_but_the_floor_has_code() -> None:
    assert set(names()) - set(METHODS) == {"majority"}


@pytest.mark.parametrize("name", [name for name in METHODS if name != "lora"])  # lora starts at random, drawn elsewhere
def test_training_again_gives_the_same_weights(code: Made, name: str) -> None:
    folder = code[name][2]
    near = {"logistic": 0.2, "head": 1e-3, "prototype": 1e-6, "labels": 1e-6, "tfidf": 5e-3}.get(name, 2e-2)
    head = "linear.safetensors" if name == "tfidf" else "head.safetensors"
    before, after = (load_file(folder / part / head) for part in ("weights", "retrained"))
    assert before.keys() == after.keys()
    assert max(float(np.abs(before[key].astype(float) - after[key].astype(float)).max()) for key in before) <= near


@pytest.mark.parametrize("name", ["top", "full"])
def test_training_again_moves_the_layers_to_the_same_place(code: Made, name: str) -> None:
    frozen, skill = code["prototype"][2] / "weights", code[name][2]
    same_place(
        *(load_file(folder / "model.safetensors") for folder in (frozen, skill / "weights", skill / "retrained"))
    )


@pytest.mark.parametrize("name", [name for name in OWN if not name.startswith("lora")])
def test_training_again_with_the_own_head_moves_everything_to_the_same_place(code: Made, name: str) -> None:
    skill, _, folder = code[name]
    end, again = (load_file(folder / part / "model.safetensors") for part in ("weights", "retrained"))
    base = load_file(Path(skill.manifest.base.name) / "model.safetensors")
    start = {f"roberta.{key}": value for key, value in base.items() if f"roberta.{key}" in end}
    start |= {key: np.zeros_like(value) for key, value in end.items() if key not in start}
    start["classifier.dense.weight"] = np.eye(32, dtype=np.float32)
    assert end.keys() == again.keys() and end["classifier.out_proj.weight"].any()
    same_place(start, end, again)


def same_place(start: dict[str, np.ndarray], end: dict[str, np.ndarray], again: dict[str, np.ndarray]) -> None:
    moved = sum(float(((end[key] - start[key]) ** 2).sum()) for key in start)
    apart = sum(float(((end[key] - again[key]) ** 2).sum()) for key in start)
    assert moved > 0
    assert apart < 0.01 * moved, (apart, moved)
    assert {key for key in start if (start[key] != again[key]).any()} <= {
        key for key in start if (start[key] != end[key]).any()
    }


@pytest.mark.parametrize("name", ["lora", "lora, own head"])
def test_an_adapter_trained_again_is_plain_peft(code: Made, name: str) -> None:
    files = {path.name for path in (code[name][2] / "retrained" / "adapter").iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors"} <= files


@pytest.mark.parametrize("name", OWN)
def test_code_with_the_familys_own_head_is_plain_transformers(code: Made, name: str) -> None:
    folder = code[name][2]
    for script in ("predict.py", "train.py"):
        text = (folder / script).read_text("utf-8")
        assert "AutoModelForSequenceClassification.from_pretrained(" in text and "head.safetensors" not in text
    for part in ("weights", "retrained"):
        assert json.loads((folder / part / "config.json").read_text("utf-8"))["architectures"] == [
            "RobertaForSequenceClassification"
        ]


@pytest.mark.parametrize("name", ALL)
def test_the_code_is_clean_short_and_free_of_lingos(code: Made, name: str) -> None:
    folder = code[name][2]
    rules = "E,F,W,I,UP,B,SIM,C4,RUF,PIE"
    scripts = sorted(path.name for path in folder.glob("*.py"))
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--isolated", "--select", rules, "--ignore", "E501"]
    found = subprocess.run([*command, *scripts], cwd=folder, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
    for script in scripts:
        lines = (folder / script).read_text("utf-8").splitlines()
        assert len(lines) < LINES + sum(count for part, count in PARTS.items() if part in "".join(lines))
        assert [line for line in lines if len(line) > 120 and "BASE =" not in line] == []
        assert not any(line.startswith(("import lingos", "from lingos")) for line in lines)


def test_a_skill_that_was_fitted_without_a_scale_gets_code_without_one(code: Made, tmp_path: Path) -> None:
    skill, store, _ = code["tfidf"]
    recipe = {name: one for name, one in skill.manifest.recipe.items() if name != "evenness"}
    older = Skill.open(Path(shutil.copytree(skill.folder, tmp_path / "older")))
    older = older.extended(dataclasses.replace(skill.manifest, recipe=recipe), {})
    script = (generate(older, store, tmp_path / "code") / "train.py").read_text("utf-8")
    assert "EVENNESS" not in script and "scale_of" not in script and "np.ones(rows.shape[1])" in script


def test_the_rows_are_those_of_the_split(code: Made) -> None:
    skill, _, folder = code["tfidf"]
    split = json.loads(skill.path("split.json").read_text("utf-8"))
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text("utf-8").split("\n") if line]
    assert {part: [row["id"] for row in rows if row["part"] == part] for part in split} == split


def test_the_proof_runs_alone_and_fails_with_other_weights(code: Made, tmp_path: Path) -> None:
    skill, store, _ = code["tfidf"]
    folder = generate(skill, store, tmp_path / "new")
    assert "the skill says" in prove(folder)
    file = folder / "weights" / "linear.safetensors"
    tensors = load_file(file)
    save_file({**tensors, "bias": np.array([0, 90, 0], np.float32)}, file)
    with pytest.raises(Mismatch, match="AssertionError"):
        prove(folder)


def test_what_can_not_be_written_is_told(code: Made, tmp_path: Path) -> None:
    skill, store, folder = code["tfidf"]
    with pytest.raises(SkillError, match="in use"):
        generate(skill, store, folder)
    other = tmp_path / "other.jsonl"
    other.write_text('{"text": "hello", "label": "a"}\n{"text": "bye", "label": "b"}\n')
    with pytest.raises(DataError, match=r"15 of 15 test rows .* are not in"):
        generate(skill, store, tmp_path / "x", test=str(other))
    with pytest.raises(DataError, match="48 of 48 training rows"):
        generate(skill, store, tmp_path / "x", data=str(other))
    floor = made.skill(tmp_path, store, "majority", None)
    with pytest.raises(SkillError, match="no plain Python for the method 'majority'"):
        generate(floor, store, tmp_path / "x")
    assert not (tmp_path / "x").exists()

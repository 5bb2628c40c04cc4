"""What is exported loads in plain libraries: every check runs in a process in which LingOS can not be imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import tiny
from tests.codegen import made

from lingos.compression.interop import FORMATS, export, merged
from lingos.compression.rendered import cleaning
from lingos.errors import RecipeError, ResourceError, SkillError
from lingos.inference import open_session
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.text.normalise import clean

TEXTS = [*tiny.TEXTS, "ok", " an order  that is wrong ", "parcel " * 40]
FAMILIES = ("roberta", "mpnet", "deberta-v2", "modernbert", "distilbert", "xlm-roberta")
Skills = dict[str, tuple[Skill, Store]]
PLAIN = {
    "transformers": ("logistic", "top", "lora", "full", *FAMILIES),
    "sentence-transformers": ("logistic", "top"),
    "peft": ("lora",),
}
CLOSE = 1e-5  # of logits, relative to a scale of about 20


@pytest.fixture(scope="module")
def skills(tmp_path_factory: pytest.TempPathFactory) -> Skills:
    """A skill of each kind of head and method, and one of each family."""
    home = tmp_path_factory.mktemp("skills")
    store = Store(home / "home")
    quick = {"epochs": 1}
    found = {"tfidf": (made.skill(home, store, "tfidf", None), store)}
    base = tiny.folder(home, "bert")
    for name, settings in (
        ("logistic", {}),
        ("top", quick),
        ("lora", quick),
        ("full", quick | {"train_embeddings": True}),
    ):
        found[name] = (made.skill(home, store, name, base, settings), store)
    for family in FAMILIES:
        found[family] = (made.plain_skill(home, store, tiny.folder(home, family), family), store)
    return found


def truth(skill: Skill, store: Store, variant: str = "torch") -> np.ndarray:
    return np.asarray(open_session(skill, store, variant=variant).outputs(TEXTS)["logits"])


def alone(code: str, folder: Path, *arguments: str) -> list[list[list[float]]]:
    """Run Python that prints one JSON list; neither LingOS nor a warning is allowed."""
    blocked = "import sys; sys.modules['lingos'] = None; sys.path.insert(0, '.')\n"
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LINGOS_HOME")}
    # peft 0.21 asks transformers 5.23 for a property under its old name: the one warning that is not ours.
    quiet = ["-W", "error", "-W", "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"]
    command = [sys.executable, *quiet, "-c", blocked + code, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "LOAD REPORT" not in done.stderr, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


README = """
import json, os, re
found = []
for folder in sys.argv[1:]:
    os.chdir(folder)
    with open("README.md", encoding="utf-8") as file:
        code = re.search("```python\\n(.*?)```", file.read(), re.S)[1]
    space = {}
    exec(code.replace('["I was charged twice"]', repr(TEXTS)), space)
    found.append(space["logits"].tolist())
print(json.dumps(found))
"""


def same(found: object, wanted: np.ndarray) -> None:
    """The same labels, and logits that differ by rounding only."""
    logits = np.asarray(found)
    assert (logits.argmax(1) == wanted.argmax(1)).all()
    assert float(np.abs(logits - wanted).max() / np.abs(wanted).max()) <= CLOSE


@pytest.fixture(scope="module")
def readmes(skills: Skills, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], object]:
    """The logits that the lines of each README compute; one process for all, because importing costs most."""
    home = tmp_path_factory.mktemp("plain")
    asked = [(format, name) for format, names in PLAIN.items() for name in names]
    folders = [export(*skills[name], home / format / name, format) for format, name in asked]
    texts = f"TEXTS = {[clean(text) for text in TEXTS]!r}\n"
    return dict(zip(asked, alone(texts + README, home, *map(str, folders)), strict=True))


@pytest.mark.parametrize(("format", "name"), [(format, name) for format, names in PLAIN.items() for name in names])
def test_the_lines_of_the_readme_compute_the_logits(
    skills: Skills, readmes: dict[tuple[str, str], object], format: str, name: str
) -> None:
    same(readmes[format, name], truth(*skills[name]))


def test_an_adapter_comes_without_the_base_and_only_from_lora(skills: Skills, tmp_path: Path) -> None:
    folder = export(*skills["lora"], tmp_path / "lora", "peft")
    assert not (folder / "model.safetensors").exists()
    with pytest.raises(SkillError, match="no adapter"):
        export(*skills["top"], tmp_path / "top", "peft")


@pytest.mark.parametrize("variant", ["fp32", "int8"])
def test_onnx_answers_without_torch(skills: Skills, tmp_path: Path, variant: str) -> None:
    names = [name for name in ("top", "full", "roberta") if variant in skills[name][0].manifest.variants]
    assert names
    folders = [export(*skills[name], tmp_path / name, "onnx", variant=variant) for name in names]
    code = """
import importlib, json, os
sys.modules["torch"] = sys.modules["transformers"] = None
found = []
for folder in sys.argv[1:]:
    sys.path.insert(0, folder)
    sys.modules.pop("predict", None)
    importlib.invalidate_caches()
    import predict
    found.append(predict.logits(TEXTS).tolist())
    sys.path.pop(0)
print(json.dumps(found))
"""
    found = alone(f"TEXTS = {TEXTS!r}\n" + code, folders[0].parent, *map(str, folders))
    for name, logits in zip(names, found, strict=True):
        same(logits, truth(*skills[name], variant=variant))


def test_a_standalone_bundle_needs_no_store(skills: Skills, tmp_path: Path) -> None:
    for name in ("tfidf", "top", "full"):
        skill, store = skills[name]
        folder = export(skill, store, tmp_path / name, "standalone")
        for variant in skill.manifest.variants:
            session = open_session(Skill.open(folder), None, variant=variant)
            assert np.array_equal(session.outputs(TEXTS)["logits"], truth(skill, store, variant))


def test_a_standalone_bundle_can_be_exported_again(skills: Skills, tmp_path: Path) -> None:
    bundle = Skill.open(export(*skills["top"], tmp_path / "bundle", "standalone"))
    again = export(bundle, None, tmp_path / "plain")
    assert (again / "model.safetensors").stat().st_size > 1000


def test_the_merged_weights_are_the_base_where_nothing_moved(skills: Skills) -> None:
    skill, store = skills["top"]
    base, _ = merged(*skills["logistic"])
    trained, head = merged(skill, store)
    assert skill.manifest.branch is not None
    moved = {name for name in base if not np.array_equal(base[name], trained[name])}
    assert base.keys() == trained.keys() and set(head) == {"weight", "scale"}
    assert moved and all(
        f"layer.{k}." in name for name in moved for k in [name.split(".")[2]] if int(k) >= skill.manifest.branch.depth
    )
    assert not any("embeddings" in name for name in moved)


def test_what_can_not_be_exported_is_told(skills: Skills, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="did you mean 'onnx'"):
        export(*skills["top"], tmp_path / "x", "onx")
    for format in set(FORMATS) - {"standalone"}:
        with pytest.raises(SkillError, match="no encoder"):
            export(*skills["tfidf"], tmp_path / "x", format)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "mine.txt").write_text("mine")
    with pytest.raises(SkillError, match="in use"):
        export(*skills["top"], tmp_path / "used")
    with pytest.raises(ResourceError):
        export(*skills["top"], tmp_path / "used" / "mine.txt" / "below")
    assert not (tmp_path / "x").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["used"], "no scratch is left"


_space: dict[str, object] = {}
exec(cleaning(), _space)


@given(st.text())
def test_the_copy_of_clean_cleans_alike(text: str) -> None:
    assert _space["clean"](text) == clean(text)

"""Skills with the family's own head load with plain transformers and give LingOS's labels and scores.

The checks run in one process in which LingOS can not be imported and a warning is an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from tests import cls, tiny
from tests.codegen import made

from lingos.compression.interop import export
from lingos.errors import SkillError
from lingos.inference import open_session
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.text.normalise import clean

TEXTS = [clean(text) for text in (*tiny.TEXTS, "ok", " an order  that is wrong ", "parcel " * 40)]
MEAN = "modernbert-mean"  # the class takes the mean of the tokens where its configuration says so
PEFT = "bert-peft"
NAMES = (*tiny.FAMILIES, MEAN)
CLOSE = 1e-5  # of probabilities: promise 4

ALONE = """
import json, os, re, sys, warnings
sys.modules["lingos"] = None
from transformers import AutoModelForSequenceClassification, pipeline
from transformers.utils import logging
logging.disable_progress_bar()
found, texts = {}, json.loads(sys.argv[1])
for folder in sys.argv[2:]:
    os.chdir(folder)
    with open("README.md", encoding="utf-8") as file:
        code = re.search("```python\\n(.*?)```", file.read(), re.S)[1]
    space = {}
    exec(code.replace('["I was charged twice"]', repr(texts)), space)
    found[folder] = {"scores": space["torch"].softmax(space["logits"], 1).tolist()}
    if "PeftModel" in code:
        continue
    model, report = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    found[folder]["report"] = {key: sorted(map(str, value)) for key, value in report.items()}
    found[folder]["class"] = type(model).__name__
    classify = pipeline("text-classification", model=folder, truncation=True, batch_size=4)
    found[folder]["pipeline"] = [{one["label"]: one["score"] for one in row} for row in classify(texts, top_k=None)]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def skills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Skill, Store]]:
    """A trained skill of each family, and one of lora."""
    found = {}
    for name in (*NAMES, PEFT):
        home = tmp_path_factory.mktemp(name)
        store = Store(home / "home")
        facts = {"classifier_pooling": "mean"} if name == MEAN else {}
        base = cls.folder(home, name if name in tiny.FAMILIES else name.rpartition("-")[0], **facts)
        found[name] = (made.plain_skill(home, store, base, name, "lora" if name == PEFT else "top"), store)
    return found


@pytest.fixture(scope="module")
def folders(skills: dict[str, tuple[Skill, Store]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("plain")
    return {name: export(*one, home / name, "peft" if name == PEFT else "transformers") for name, one in skills.items()}


@pytest.fixture(scope="module")
def plain(folders: dict[str, Path]) -> dict[str, Any]:
    """What plain transformers finds in each folder; importing costs most, so one process reads them all."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LINGOS_HOME")}
    # peft 0.21 asks transformers 5.23 for a property under its old name: the one warning that is not ours.
    quiet = ["-W", "error", "-W", "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"]
    command = [sys.executable, *quiet, "-c", ALONE, json.dumps(TEXTS), *map(str, folders.values())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "LOAD REPORT" not in done.stderr, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: found[str(folder)] for name, folder in folders.items()}


def scores(skill: Skill, store: Store) -> list[dict[str, float]]:
    """Every label's calibrated score of each text, the best first, as LingOS gives them."""
    return [dict(answer.top) for answer in open_session(skill, store)(TEXTS)]


@pytest.mark.parametrize("name", NAMES)
def test_no_weight_is_missing_or_left_over(plain: dict[str, Any], skills: Any, name: str) -> None:
    assert skills[name][0].manifest.branch.head == "family"
    assert not any(plain[name]["report"].values()), plain[name]["report"]
    assert plain[name]["class"].endswith("ForSequenceClassification")


@pytest.mark.parametrize("name", NAMES)
def test_a_pipeline_gives_the_labels_and_scores_of_lingos(plain: dict[str, Any], skills: Any, name: str) -> None:
    wanted = scores(*skills[name])
    assert max(max(one.values()) - min(one.values()) for one in wanted) > 0.1, (
        "a skill that knows nothing shows nothing"
    )
    for mine, theirs in zip(wanted, plain[name]["pipeline"], strict=True):
        assert max(mine, key=mine.__getitem__) == max(theirs, key=theirs.__getitem__)
        assert mine.keys() == theirs.keys() and max(abs(mine[label] - theirs[label]) for label in mine) <= CLOSE


@pytest.mark.parametrize("name", [*NAMES, PEFT])
def test_the_lines_of_the_readme_give_the_scores(plain: dict[str, Any], skills: Any, name: str) -> None:
    labels = skills[name][0].manifest.schema["labels"]
    wanted = np.array([[row[label] for label in labels] for row in scores(*skills[name])])
    assert np.abs(np.array(plain[name]["scores"]) - wanted).max() <= CLOSE


def test_the_temperature_is_in_the_last_layer_alone(skills: Any, folders: dict[str, Path]) -> None:
    own = skills["bert"][0].tensors("branch.safetensors")
    written = load_file(folders["bert"] / "model.safetensors")
    assert skills["bert"][0].manifest.variants["torch"].calibration.temperature == 0.8
    for part in ("weight", "bias"):
        assert np.allclose(written[f"classifier.{part}"] * 0.8, own[f"head.classifier.{part}"], atol=1e-6)
        assert np.array_equal(written[f"bert.pooler.dense.{part}"], own[f"head.bert.pooler.dense.{part}"])
    assert json.loads((folders["bert"] / "labels.json").read_text("utf-8"))["temperature"] == 1.0
    assert not (folders["bert"] / "head.safetensors").exists()


def test_sentence_transformers_has_no_module_for_it(skills: dict[str, tuple[Skill, Store]], tmp_path: Path) -> None:
    one = skills["bert"]
    with pytest.raises(SkillError, match="own head of its family"):
        export(*one, tmp_path / "st", "sentence-transformers")
    assert not (tmp_path / "st").exists()

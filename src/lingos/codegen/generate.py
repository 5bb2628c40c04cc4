"""`lingos code NAME`: a skill as plain Python that needs no LingOS, and a test that it gives the skill's score.

    folder = generate(store.get("tickets"), store, Path("tickets-code"))
    print(prove(folder))

The folder holds train.py (torch, transformers, peft, scikit-learn, as the method needs), predict.py, the weights as
safetensors, the rows with their ids, and test_score.py. The code is a template with the recipe's values put in; parts
that this recipe does not use are left out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lingos.backbones import catalog
from lingos.backbones.layout import Layout, layout
from lingos.backbones.text import EMBEDDED, embedded_folder
from lingos.codegen.rows import Rows, rows_of
from lingos.compression import interop
from lingos.compression.rendered import cleaning, rendered
from lingos.engines.base import EngineOptions
from lingos.errors import SkillError, unwritable
from lingos.inference import open_session
from lingos.methods.base import INNER, method
from lingos.modules.branch import START
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tasks.base import label_texts
from lingos.text.tokens import Tokens

__all__ = ["METHODS", "Mismatch", "generate", "prove"]

TEMPLATES = Path(__file__).parent / "templates"
LAYERED, FROZEN, TEXT = ("top", "full", "lora"), ("head", "prototype", "logistic", "labels"), ("tfidf",)
METHODS = (*TEXT, *FROZEN, *LAYERED)
LIBRARIES = {"lora": " peft", "logistic": " scikit-learn"}
SECONDS = 1800  # of the test, at most
# Settings that the generated code does without: precision is fp32 there, and some are written into the code itself.
SPOKEN = frozenset(
    "precision class_weights thresholds sampler schedule gradient_checkpointing layers label_names "
    "train_embeddings begin".split()
)
# A switch that is off -> what it makes of no use.
OFF = {"patience": ("patience",), "adversarial": ("adversarial", "adversarial_after")}
# LingOS is made impossible to import, so that the proof can not lean on it.
ALONE = (
    "import sys, runpy; sys.modules['lingos'] = None; sys.path.insert(0, '.'); "
    "runpy.run_path({!r}, run_name='__main__')"
)


class Mismatch(SkillError):
    """The generated code does not give the score that the skill states."""


def generate(skill: Skill, store: Store, folder: Path, *, data: str | None = None, test: str | None = None) -> Path:
    """Write the folder; returns it. `data` and `test` say where the data files lie, if not where they were.

    Raises:
        SkillError: a method without a template, or the folder is in use. DataError: rows are no longer in their file.
    """
    method = skill.manifest.method
    if method not in METHODS:
        raise SkillError(
            f"there is no plain Python for the method '{method}' of {skill.ref}",
            expected=f"one of {', '.join(METHODS)}",
            cure="`lingos skills export` writes its weights for other programs",
        )
    if any(own.calibration.offsets for own in skill.manifest.variants.values()):
        raise SkillError(
            f"{skill.ref} moves its decision towards rare classes, for which there is no plain Python",
            expected="a skill that was tuned with thresholds=none",
            cure="`lingos skills export --format onnx` carries the decision, or tune it with --set thresholds=none",
        )
    if skill.manifest.data is not None and skill.manifest.data.outside:
        raise SkillError(
            f"{skill.ref} has learned from texts of {skill.manifest.data.outside}, for which there is no plain Python",
            expected="a skill that was tuned without --outside",
            cure="`lingos skills export` writes its weights for other programs, or tune it without --outside",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SkillError(f"{folder} is in use", expected="a new or an empty folder", cure="name another one with --out")
    rows = rows_of(skill, data, test)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
            made = Path(scratch) / "made"
            made.mkdir()
            _write(skill, store, rows, made)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except OSError as error:
        raise unwritable(folder, error, "free some space, or name another folder with --out") from error
    return folder


def prove(folder: Path, script: str = "test_score.py") -> str:
    """Run the test of a generated folder in a process of its own, in which LingOS can not be imported; what it prints.

    Raises:
        Mismatch: the test fails.
    """
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LINGOS_HOME")}
    environment |= {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-c", ALONE.format(script)]
    # The command is this Python and a file that was just written.
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
    if done.returncode:
        raise Mismatch(
            f"{folder / script} fails: {(done.stderr.strip().splitlines() or ['no word'])[-1]}",
            expected="the score that the skill states",
            cure=f"run it yourself to see all: cd {folder} && python {script}",
        )
    return done.stdout.strip()


# -- the files -------------------------------------------------------------------------------------------------------
def _write(skill: Skill, store: Store, rows: Rows, folder: Path) -> None:
    kind, facts = _kind(skill), _facts(skill, store, rows)
    if kind == "ngrams":
        _ngram_weights(skill, folder / "weights")
        predicts = "predict_ngrams.py.j2"
    else:
        interop.export(skill, store, folder / "weights")
        predicts = "predict_family.py.j2" if kind == "family" else "predict_encoder.py.j2"
    if facts["served"]:
        interop.export(skill, store, folder / "served", "onnx", variant=skill.variant()[0])
    files = {
        "train.py": rendered(f"train_{kind}.py.j2", facts, TEMPLATES),
        "predict.py": rendered(predicts, facts, TEMPLATES),
        "test_score.py": rendered("test_score.py.j2", facts, TEMPLATES),
        "README.md": rendered("README.md.j2", facts, TEMPLATES),
        "clean.py": cleaning(),
        "rows.jsonl": "".join(rows.lines()),
    }
    if skill.manifest.method == "labels":
        schema = skill.manifest.schema
        told = dict(zip(schema["labels"], label_texts(schema), strict=True))
        files["descriptions.json"] = json.dumps(told, ensure_ascii=False, indent=1)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _kind(skill: Skill) -> str:
    """The template of train.py."""
    manifest = skill.manifest
    if manifest.branch is not None and manifest.branch.head == "family":
        return "family"
    return "ngrams" if manifest.method in TEXT else "head" if manifest.method in FROZEN else "layers"


def _ngram_weights(skill: Skill, folder: Path) -> None:
    folder.mkdir()
    shutil.copyfile(skill.path("linear.safetensors"), folder / "linear.safetensors")
    vocabulary = json.loads(skill.path("ngrams.json").read_text("utf-8"))["vocabulary"]
    facts = {"labels": skill.manifest.schema["labels"], "temperature": skill.variant()[1].calibration.temperature}
    (folder / "labels.json").write_text(json.dumps(facts | {"vocabulary": vocabulary}, ensure_ascii=False), "utf-8")


# -- what the templates are filled with ------------------------------------------------------------------------------
def _facts(skill: Skill, store: Store, rows: Rows) -> dict[str, Any]:
    manifest = skill.manifest
    recipe = {name: setting.value for name, setting in manifest.recipe.items()}
    served, stored = _served(skill), _stored(skill)
    facts: dict[str, Any] = {
        "ref": str(skill.ref),
        "method": manifest.method,
        "seed": manifest.seed,
        "classes": len(manifest.schema["labels"]),
        "rows": len(rows.test),
        "primary": "accuracy",
        "served": served,
        "served_score": stored,
        "score": _exact(skill, store, rows) if served else stored,
        "files": " and ".join(rows.files),
        "parts": f"{len(rows.train)} for training, {len(rows.test)} for the test",
        "title": f"method {manifest.method}",
        "needs": "scikit-learn safetensors",
        "settings": _settings(skill),
        "words": _words(skill),
    }
    facts |= {"patience": 0, "class_weights": "none", "adversarial": 0, "head_first": None} | recipe
    facts["patience"] = facts["patience"] if rows.judges else 0  # nothing could be held out: all steps are run
    return facts | _encoder_facts(skill) if manifest.base else facts


def _encoder_facts(skill: Skill) -> dict[str, Any]:
    base, branch = skill.manifest.base, skill.manifest.branch
    assert base is not None and branch is not None
    parts = layout(json.loads(skill.path("config.json").read_text("utf-8")))
    place, note = _base(base.name, base.sha256)
    owns = branch.trunk is None
    onnx = " onnxruntime" if _served(skill) else ""
    return {
        "title": f"method {skill.manifest.method} on {Path(base.name).name}",
        "needs": "torch transformers safetensors" + LIBRARIES.get(skill.manifest.method, "") + onnx,
        "base": place,
        "base_note": note,
        "revision": base.revision if place == catalog_id(base.name) else None,
        "options": ", add_pooling_layer=False" if parts.pooler else "",
        "pooling": branch.pooling,
        "head": branch.head,
        "max_length": skill.manifest.max_length,
        "pad_id": Tokens(skill.path("tokenizer.json").read_text("utf-8")).pad_id,
        "first": branch.depth,
        "first_note": f"layers from here on are trained, of {base.depth}" + (", and the embedding" if owns else ""),
        "depth": base.depth,
        "train_embeddings": owns,
        "embeddings": parts.embeddings,
        "blocks": parts.layers,
        "head_first": _head_first(skill),
        "final": "".join(parts.final[:1]),
        **_head_facts(skill, parts),
    }


def _head_first(skill: Skill) -> Mapping[str, Any] | None:
    """Settings of the head that is fitted before the layers move; None where there is none."""
    begin, branch = skill.manifest.recipe.get("begin"), skill.manifest.branch
    if begin is None or begin.value != "head" or branch is None or branch.head == "family":
        return None
    return method("head").Settings().model_dump()


def _head_facts(skill: Skill, parts: Layout) -> dict[str, Any]:
    """What only a family's own head needs."""
    exact = skill.variant("fp32" if "fp32" in skill.manifest.variants else None)[1]
    facts = {"prefix": parts.prefix, "last": parts.last, "inner": INNER, "scale": START}
    return facts | {"temperature": exact.calibration.temperature}


def catalog_id(name: str) -> str:
    """The id on the hub that a base's name stands for.

    >>> catalog_id("all-MiniLM-L6-v2")
    'sentence-transformers/all-MiniLM-L6-v2'
    """
    entry = catalog.find(name)
    return entry.hub if entry else name.removeprefix("hf:")


def _base(name: str, sha256: str) -> tuple[str, str]:
    """Where the base can be loaded from, and a note beside it."""
    digest = f"SHA-256 of its weights: {sha256[:16]}..."
    if name == EMBEDDED:
        return str(embedded_folder()), f"a copy of {catalog_id(name)}; {digest}"
    if Path(name).expanduser().is_dir():
        return str(Path(name).expanduser().resolve()), digest
    return catalog_id(name), digest


def _settings(skill: Skill) -> list[dict[str, str]]:
    """The recipe as constants, each with its reason."""
    found, recipe = [], skill.manifest.recipe
    off = [switch for switch in OFF if switch in recipe and not recipe[switch].value]
    quiet = {name for switch in off for name in OFF[switch]}
    for name, setting in sorted(recipe.items()):
        if name in SPOKEN | quiet:
            continue
        why = {"default": "the method's default", "user": "as asked for"}.get(setting.source, setting.reason)
        found.append({"name": name, "value": repr(setting.value), "note": why})
    return found


def _words(skill: Skill) -> str:
    """What the reader of train.py should know, as lines of its docstring."""
    manifest = skill.manifest
    told = ["Every setting below is that of the skill's recipe, with the reason why it was chosen."]
    if manifest.method in (*LAYERED, "head"):
        told.append(
            "LingOS draws batches and dropout from the same seeds; where it computed in bfloat16 or on another "
            "machine, and for lora, whose start is drawn elsewhere, the weights differ a little."
        )
    if manifest.parent:
        told.append(
            f"The skill started from the layers of {manifest.parent}: export that one (`lingos skills export "
            f"{manifest.parent} FOLDER`) and give the folder as BASE."
        )
    return "\n".join(textwrap.fill(one, 118) for one in told)


# -- scores ----------------------------------------------------------------------------------------------------------
def _stored(skill: Skill) -> float:
    """The score on the test rows that the skill states."""
    found = json.loads(skill.path("evaluation.json").read_text("utf-8"))["test"]["primary"]
    if found["name"] != "accuracy":
        raise SkillError(f"{skill.ref} was judged by {found['name']}", expected="accuracy", cure="tune it again")
    return float(found["value"])


def _served(skill: Skill) -> str:
    """The precision of the graphs that answer, if they compute other numbers than the weights."""
    precision = skill.variant()[1].precision
    return "" if precision == "fp32" else precision


def _exact(skill: Skill, store: Store, rows: Rows) -> float:
    """The score of the fp32 weights, where a smaller variant answers."""
    session = open_session(skill, store, variant="fp32", options=EngineOptions(threads=2))
    answers = session([dict(row.fields) for row in rows.test])
    return float(np.mean([answer.value == row.target for answer, row in zip(answers, rows.test, strict=True)]))

"""A skill for other programs: plain folders that sentence-transformers, transformers, peft or ONNX Runtime load.

    export(skill, store, Path("tickets-st"), "sentence-transformers")

| format | choose it for |
| --- | --- |
| transformers | a family's own head: `pipeline("text-classification", folder)` gives the calibrated scores |
| | any other head: own Python around `AutoModel`; the README holds the lines that compute the logits |
| sentence-transformers | programs that know `SentenceTransformer(folder)`; what it encodes are the logits |
| peft | a lora skill beside others on one base: the adapter alone, some hundred kilobytes |
| onnx | answers without torch, in any language that ONNX Runtime has |
| standalone | another LingOS: the bundle with its trunk inside |
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import numpy as arrays

from lingos.backbones import catalog
from lingos.backbones.layout import Layout, layout
from lingos.compression.rendered import cleaning, rendered
from lingos.contracts import Calibration
from lingos.errors import SkillError, unknown, unwritable
from lingos.inference import trunk_files
from lingos.manifest import Manifest
from lingos.modules.branch import is_head
from lingos.skill import TRUNK, Skill, write
from lingos.store.store import Store
from lingos.text.tokens import Tokens

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["FORMATS", "export", "merged"]

BRANCH = "branch.safetensors"
TRUNK_WEIGHTS = "trunk.safetensors"
ADAPTER = ("adapter/adapter_config.json", "adapter/adapter_model.safetensors")
PLAIN = {"format": "pt"}  # what transformers asks of a safetensors header
DROPPED = frozenset({"_name_or_path", "auto_map", "torch_dtype", "transformers_version", "_attn_implementation"})
CARRYING = ("onnx", "standalone")  # formats that hold the offsets of a decision for imbalance
MODULES = {
    "": "sentence_transformers.models.Transformer",
    "1_Pooling": "sentence_transformers.models.Pooling",
    "2_Normalize": "sentence_transformers.models.Normalize",
    "3_Dense": "sentence_transformers.models.Dense",
}


def export(
    skill: Skill, store: Store | None, folder: Path, format: str = "transformers", *, variant: str = "fp32"
) -> Path:
    """Write the skill for other programs; returns `folder`, which must not exist or be empty.

    Args:
        store: has the skill's trunk; None will do for a standalone bundle.
        format: see the table above.
        variant: for "onnx" only: "fp32", or the smaller "int8" where the skill has it.

    Raises:
        RecipeError: an unknown format. SkillError: the folder is in use, or this skill has no such form.
        ResourceError: the disk is full.
    """
    if format not in FORMATS:
        raise unknown("format", format, FORMATS)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SkillError(f"{folder} is in use", expected="a new or an empty folder", cure="name another one")
    if skill.manifest.branch is None and format != "standalone":
        raise SkillError(
            f"{skill.ref} was made by '{skill.manifest.method}', which has no encoder for the format '{format}'",
            expected="a skill of a method with a base",
            cure="export it with --standalone, or see `lingos code` for its plain Python",
        )
    if any(own.calibration.offsets for own in skill.manifest.variants.values()) and format not in CARRYING:
        raise SkillError(
            f"{skill.ref} moves its decision towards rare classes, which the format '{format}' can not hold",
            expected=f"one of {', '.join(CARRYING)}",
            cure="export it in one of these, or tune it with --set thresholds=none",
        )
    try:
        _written(_Parts(skill, store, variant), folder, FORMATS[format])
    except OSError as error:
        raise unwritable(folder, error, "free some space, or name another folder") from error
    return folder


def _written(parts: _Parts, folder: Path, write_all: Callable[[_Parts, Path], None]) -> None:
    """Whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        write_all(parts, made)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)


def merged(skill: Skill, store: Store | None) -> tuple[dict[str, Array], dict[str, Array]]:
    """(weights of the whole encoder with the trained layers put in, weights of the head), under plain names."""
    facts = skill.manifest.branch
    own = skill.tensors(BRANCH)
    below = {}
    if facts is not None and facts.trunk is not None:
        below = arrays.load_file(trunk_files(skill, store)(TRUNK_WEIGHTS))
    layers = {name: value for name, value in own.items() if not is_head(name)}
    return {**below, **layers}, {name.partition(".")[2]: value for name, value in own.items() if is_head(name)}


class _Parts:
    """What the formats share: facts for the templates and the small files."""

    def __init__(self, skill: Skill, store: Store | None, variant: str) -> None:
        self.skill, self.store, self.variant = skill, store, variant
        self.manifest = skill.manifest

    @cached_property
    def config(self) -> dict[str, Any]:
        """The base's own configuration."""
        return dict(json.loads(self.skill.path("config.json").read_text("utf-8")))

    @cached_property
    def layout(self) -> Layout:
        """Where the base's family keeps its parts."""
        return layout(self.config)

    @cached_property
    def tokens(self) -> Tokens:
        """The tokenizer."""
        return Tokens(self.skill.path("tokenizer.json").read_text("utf-8"))

    @property
    def facts(self) -> dict[str, Any]:
        """What the templates are filled with."""
        base, branch = self.manifest.base, self.manifest.branch
        assert base is not None and branch is not None
        entry = catalog.find(base.name)
        return {
            "name": self.manifest.name,
            "labels": len(self.manifest.schema["labels"]),
            "model": f"{self.layout.model}ForSequenceClassification",
            "head": branch.head,
            "pooling": branch.pooling,
            "base": entry.hub if entry else base.name,
            "sha256": base.sha256,
            "options": ", add_pooling_layer=False" if self.layout.pooler else "",
            "adapter": False,
        }

    @property
    def family(self) -> bool:
        """Whether the head is the family's own."""
        return self.manifest.branch is not None and self.manifest.branch.head == "family"

    @property
    def calibration(self) -> Calibration:
        """That of the variant, or of the one that serves."""
        return self.skill.variant(self.variant if self.variant in self.manifest.variants else None)[1].calibration

    def labels(self, temperature: float) -> str:
        """labels.json: all that turns logits into answers."""
        manifest = self.manifest
        branch, pad = manifest.branch, self.tokens.pad_id
        facts = {
            "labels": manifest.schema["labels"],
            "temperature": temperature,
            "offsets": list(self.calibration.offsets) or [0.0] * len(manifest.schema["labels"]),
            "max_length": manifest.max_length,
            "pad_id": pad,
            "pad_token": self.pad_token,
            "head": branch and branch.head,
            "pooling": branch and branch.pooling,
        }
        return json.dumps(facts, ensure_ascii=False, indent=1)

    @property
    def pad_token(self) -> str:
        """The text of the padding token."""
        added = json.loads(self.tokens.tokenizer_json).get("added_tokens", [])
        found = [one["content"] for one in added if one["id"] == self.tokens.pad_id]
        return str(found[0]) if found else "[PAD]"

    def common(self, folder: Path, temperature: float | None = None) -> None:
        """The files that every format but the bundle has."""
        (folder / "labels.json").write_text(self.labels(temperature or self.calibration.temperature), "utf-8")
        (folder / "clean.py").write_text(cleaning(), "utf-8")
        (folder / "tokenizer.json").write_text(self.tokens.tokenizer_json, "utf-8")

    def tokenizer(self, folder: Path) -> None:
        """What AutoTokenizer wants to know; the plain class, because the family's own one would build it anew."""
        facts = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": self.pad_token,
            "model_max_length": self.manifest.max_length,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
        }
        (folder / "tokenizer_config.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")

    def encoder(self, folder: Path) -> dict[str, Array]:
        """The whole encoder as a model folder; returns the head."""
        layers, head = merged(self.skill, self.store)
        if self.family:
            head = self.calibrated(head)
            layers = {f"{self.layout.prefix}.{name}": value for name, value in layers.items()} | head
        names = self.manifest.schema["labels"]
        config = {key: value for key, value in self.config.items() if key not in DROPPED}
        config |= {
            "dtype": "float32",
            "id2label": dict(enumerate(names)),
            "label2id": {n: k for k, n in enumerate(names)},
        }
        if any("For" in name for name in config.get("architectures") or []):
            config.pop("architectures")  # the head of another task is not in here
        if self.family:
            config |= {"architectures": [self.facts["model"]], "problem_type": "single_label_classification"}
        (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1), "utf-8")
        arrays.save_file(layers, folder / "model.safetensors", PLAIN)
        self.common(folder, 1.0 if self.family else None)
        self.tokenizer(folder)
        return head

    def calibrated(self, head: dict[str, Array]) -> dict[str, Array]:
        """A family's head whose logits need no temperature any more: the last layer is divided by it."""
        last = {name for name in head if name.startswith(f"{self.layout.last}.")}
        scaled = {
            name: (head[name].astype(np.float64) / self.calibration.temperature).astype(np.float32) for name in last
        }
        return head | scaled


# -- formats ---------------------------------------------------------------------------------------------------------
def _transformers(parts: _Parts, folder: Path) -> None:
    head = parts.encoder(folder)
    if not parts.family:
        arrays.save_file(head, folder / "head.safetensors", PLAIN)
    (folder / "README.md").write_text(rendered("transformers.md.j2", parts.facts), "utf-8")


def _sentence_transformers(parts: _Parts, folder: Path) -> None:
    if parts.family:
        raise SkillError(
            f"{parts.skill.ref} has the own head of its family, which is no module of sentence-transformers",
            expected="a skill with a linear or a cosine head",
            cure="export it with --format transformers",
        )
    weight, bias = _linear(parts.encoder(folder))
    classes, width = weight.shape
    modules = [{"idx": k, "name": str(k), "path": path, "type": kind} for k, (path, kind) in enumerate(MODULES.items())]
    reading: dict[str, Any] = {"max_seq_length": parts.manifest.max_length, "do_lower_case": False}
    if parts.layout.pooler:
        reading["model_args"] = {"add_pooling_layer": False}
    pooling = parts.facts["pooling"]
    pools = {"word_embedding_dimension": width, "pooling_mode_mean_tokens": pooling == "mean"}
    pools |= {"pooling_mode_cls_token": pooling == "cls", "pooling_mode_max_tokens": False}
    dense = {"in_features": width, "out_features": classes, "bias": bias is not None}
    dense["activation_function"] = "torch.nn.modules.linear.Identity"
    contents: dict[str, Any] = {
        "modules.json": modules,
        "sentence_bert_config.json": reading,
        "1_Pooling/config.json": pools,
        "3_Dense/config.json": dense,
    }
    for name, content in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1), "utf-8")
    (folder / "2_Normalize").mkdir()
    (folder / "2_Normalize" / "config.json").write_text("{}", "utf-8")
    tensors = {"linear.weight": weight} | ({} if bias is None else {"linear.bias": bias})
    arrays.save_file(tensors, folder / "3_Dense" / "model.safetensors", PLAIN)
    (folder / "README.md").write_text(rendered("sentence-transformers.md.j2", parts.facts), "utf-8")


def _peft(parts: _Parts, folder: Path) -> None:
    skill = parts.skill
    if not set(ADAPTER) <= set(skill.manifest.files):
        raise SkillError(
            f"{skill.ref} was made by '{skill.manifest.method}', which has no adapter",
            expected="a skill of the method lora",
            cure="export it with --format transformers, or tune with --method lora",
        )
    config = json.loads(skill.path(ADAPTER[0]).read_text("utf-8"))
    config["base_model_name_or_path"] = parts.facts["base"]
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True), "utf-8")
    shutil.copyfile(skill.path(ADAPTER[1]), folder / "adapter_model.safetensors")
    head = {name.partition(".")[2]: value for name, value in skill.tensors(BRANCH).items() if is_head(name)}
    arrays.save_file(parts.calibrated(head) if parts.family else head, folder / "head.safetensors", PLAIN)
    parts.common(folder, 1.0 if parts.family else None)
    parts.tokenizer(folder)
    (folder / "README.md").write_text(rendered("peft.md.j2", parts.facts | {"adapter": True}), "utf-8")


def _onnx(parts: _Parts, folder: Path) -> None:
    name, own = parts.skill.variant(parts.variant)
    graphs = [file for file in own.files if file.endswith("branch.onnx")]
    if own.engine != "onnx" or not graphs:
        raise SkillError(
            f"{parts.skill.ref} has no ONNX graphs in its variant '{name}'",
            expected="a skill that ONNX Runtime serves",
            cure="tune it again with this version of LingOS, or use --format transformers",
        )
    shutil.copyfile(parts.skill.path(graphs[0]), folder / "branch.onnx")
    if own.trunk_file is not None:
        shutil.copyfile(trunk_files(parts.skill, parts.store, own)(own.trunk_file), folder / "trunk.onnx")
    parts.common(folder)
    used = {"parts": (["trunk"] if own.trunk_file else []) + ["branch"]}
    (folder / "predict.py").write_text(rendered("onnx.py.j2", used), "utf-8")


def _standalone(parts: _Parts, folder: Path) -> None:
    skill, store = parts.skill, parts.store
    files: dict[str, bytes | str | Path] = {name: skill.path(name) for name in skill.manifest.files}
    facts = skill.manifest.branch
    if facts is not None and facts.trunk is not None:
        for variant in skill.manifest.variants.values():
            name = variant.trunk_file or TRUNK_WEIGHTS
            files[f"{TRUNK}/{name}"] = trunk_files(skill, store, variant)(name)
        files[f"{TRUNK}/{TRUNK_WEIGHTS}"] = trunk_files(skill, store)(TRUNK_WEIGHTS)
    folder.rmdir()  # `write` makes it, whole or not at all
    write(folder, *_anonymous(skill.manifest, files))


def _anonymous(manifest: Manifest, files: dict[str, bytes | str | Path]) -> tuple[Manifest, dict[str, Any]]:
    """Without the folders in which the data lay: they say more about a person than about the skill."""
    data = manifest.data
    if data is None:
        return manifest, files
    places = [file for file in (data.file, data.test_file, data.outside) if file and Path(file).is_absolute()]
    told: dict[str, Any] = {name: files[name] for name in files if name.startswith(("report.", "evaluation."))}
    for name, path in told.items():
        text = path.read_text("utf-8")
        for folder in {f"{Path(place).parent}/" for place in places}:
            # as it is, as HTML spells it, and as Markdown does
            spelled = "".join(rf"\\?{re.escape(letter)}" for letter in folder)
            text = re.sub(f"{spelled}|{re.escape(escape(folder))}", "", text)
        told[name] = text
    test, outside = (Path(file).name if file else None for file in (data.test_file, data.outside))
    own = replace(data, file=Path(data.file).name, test_file=test, outside=outside)
    return replace(manifest, data=own), files | told


FORMATS: Mapping[str, Callable[[_Parts, Path], None]] = {
    "transformers": _transformers,
    "sentence-transformers": _sentence_transformers,
    "peft": _peft,
    "onnx": _onnx,
    "standalone": _standalone,
}


# -- helpers ---------------------------------------------------------------------------------------------------------
def _linear(head: Mapping[str, Array]) -> tuple[Array, Array | None]:
    """Either head as a plain product: weight [c, d], and a bias where it has one."""
    if "scale" not in head:
        return head["weight"], head["bias"]
    weight = head["weight"].astype(np.float64)
    unit = weight / np.maximum(np.linalg.norm(weight, axis=1, keepdims=True), 1e-12)
    return np.asarray(head["scale"] * unit, dtype=np.float32), None

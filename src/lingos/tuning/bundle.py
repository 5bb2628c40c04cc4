"""A fitted method -> the files and the manifest of a skill."""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save as save_arrays
from safetensors.torch import save as save_tensors

from lingos.confidence import Bank
from lingos.contracts import Backbone, Calibration, Recipe, Refusal, Setting
from lingos.manifest import Base, BranchInfo, Data, Manifest, Variant
from lingos.methods.base import head_kind
from lingos.settings import write_yaml
from lingos.store.trunks import Trunks
from lingos.text.ngrams import RULE
from lingos.training.corpus import Corpus
from lingos.training.fit import Fitted

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Parts", "bundle", "put_trunk"]

Files = dict[str, bytes | str | Path]


@dataclass(frozen=True)
class Parts:
    """What a skill is made of."""

    name: str
    fitted: Fitted
    corpus: Corpus
    recipe: Mapping[str, Setting]
    effort: str
    seed: int
    calibration: Calibration
    refusal: Refusal
    bank: Bank | None
    data: Data
    split: Mapping[str, list[str]]  # part -> row ids
    calibrate: str | None = None  # None = as usual
    parent: str | None = None


def bundle(parts: Parts, folder: Path) -> tuple[Manifest, Files]:
    """(manifest, files) of a skill that serves its own numbers; exports are added later. `folder` is scratch."""
    fitted, corpus = parts.fitted, parts.corpus
    text = fitted.branch is None
    split = dict(parts.split)
    if len(fitted.judges):  # rows of "train" that decided when to stop: the generated code leaves them out too
        split["inner"] = [corpus.examples[row].id for row in fitted.judges]
    variant = Variant("ngrams" if text else "torch", "fp32", calibration=parts.calibration, refusal=parts.refusal)
    manifest = Manifest(
        name=parts.name,
        task=corpus.task.name,
        method=fitted.method.name,
        created=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lingos=importlib.metadata.version("lingos"),
        seed=parts.seed,
        base=None if text else _base(corpus.base),
        branch=None if text else _branch(fitted, corpus),
        schema=dict(corpus.schema),
        max_length=corpus.max_length,
        recipe=dict(parts.recipe),
        calibration=parts.calibration,
        refusal=parts.refusal,
        data=parts.data,
        split={name: len(ids) for name, ids in split.items()},
        parent=parts.parent,
        variants={"fp32": variant},
        serve="fp32",
    )
    files: Files = {**_numbers(fitted, corpus), **fitted.files}
    files["split.json"] = json.dumps(split, indent=0)
    base = corpus.base.info.name if not text else "none"
    recipe = Recipe(corpus.task.name, base, fitted.method.name, parts.effort, parts.seed, parts.recipe, parts.calibrate)
    write_yaml(recipe, folder / "recipe.yaml")
    files["recipe.yaml"] = folder / "recipe.yaml"
    if parts.bank is not None:
        arrays = {"vectors": parts.bank.vectors, "targets": parts.bank.targets, "rows": parts.bank.rows}
        files["bank.safetensors"] = save_arrays({name: np.ascontiguousarray(value) for name, value in arrays.items()})
    own = "linear.safetensors" if text else "branch.safetensors"
    served = dataclasses.replace(variant, files=tuple(name for name in (own, "ngrams.json") if name in files))
    return dataclasses.replace(manifest, variants={"fp32": served}), files


def put_trunk(trunks: Trunks, backbone: Backbone, depth: int | None) -> str | None:
    """The frozen part of the base, in the store once; its digest. None where the branch owns the embedding."""
    if depth is None:
        return None
    digest = backbone.digest(depth)
    if not trunks.has(digest, "trunk.safetensors"):
        tensors: dict[str, Tensor] = dict(backbone.embedding().state_dict())
        tensors |= backbone.span(0, depth).state_dict() if depth else {}
        plain = {name: value.contiguous().clone() for name, value in tensors.items()}
        files: dict[str, bytes | str | Path] = {"trunk.safetensors": save_tensors(plain)}
        trunks.put(digest, files | {"config.json": backbone.config_json, "tokenizer.json": backbone.tokenizer_json})
    return digest


def _numbers(fitted: Fitted, corpus: Corpus) -> Files:
    if fitted.branch is None:
        vocabulary = json.dumps({"rule": RULE, "vocabulary": fitted.solution.vocabulary}, ensure_ascii=False)
        tensors = {name: np.ascontiguousarray(value) for name, value in fitted.solution.tensors.items()}
        return {"linear.safetensors": save_arrays(tensors), "ngrams.json": vocabulary}
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in fitted.branch.tensors().items()}
    backbone = corpus.base
    return {
        "branch.safetensors": save_tensors(plain),
        "tokenizer.json": backbone.tokenizer_json,
        "config.json": backbone.config_json,
    }


def _base(backbone: Backbone) -> Base:
    info = backbone.info
    return Base(
        info.name, info.family, info.revision, info.sha256, info.licence, info.depth, info.width, info.languages
    )


def _branch(fitted: Fitted, corpus: Corpus) -> BranchInfo:
    start, depth = fitted.start, corpus.base.info.depth
    first = 0 if start is None else start
    trunk = None if start is None else corpus.base.digest(first)
    pooling: Any = corpus.base.info.pooling
    return BranchInfo(first, trunk, depth - first, pooling, head_kind(fitted.method, corpus.base.info))

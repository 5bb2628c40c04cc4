"""Small real skills for tests: one of n-grams, in milliseconds, and one of a tiny random encoder with its graphs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from lingos.contracts import Calibration, Refusal, Setting
from lingos.manifest import Base, BranchInfo, Data, Manifest, Variant
from lingos.skill import Skill, write
from lingos.store.store import Store
from lingos.text.ngrams import Ngrams

LABELS = ["lights", "weather"]
TEXTS = ["turn the lamp on", "lamp off please", "will it rain today", "is it sunny today"]
PLAIN = Manifest(
    name="home",
    task="classify",
    method="tfidf",
    created="2026-01-02T03:04:05Z",
    lingos="0.1.0",
    seed=0,
    schema={"labels": LABELS, "language": "en"},
)
BASE = Base("all-MiniLM-L6-v2", "bert", None, "ab" * 32, "apache-2.0", 6, 384, ("en",))
# Every field set, for what reads and writes manifests; the files it names are made up.
FULL = dataclasses.replace(
    PLAIN,
    name="tickets",
    method="top",
    seed=3,
    base=BASE,
    branch=BranchInfo(3, "cd" * 32, 3, "mean", "cosine"),
    schema={"labels": ["refund", "其他"], "language": "en"},
    recipe={"rate": Setting(1e-4, "derived", "measured"), "layers": Setting(3, "default")},
    max_length=64,
    calibration=Calibration(1.5),
    refusal=Refusal("neighbour", 0.25, 0.05, {"k": 1}),
    data=Data("/home/someone/secret/tickets.csv", 10, 9, "ef" * 32),
    split={"train": 7, "test": 2},
    evaluation={"primary": {"name": "accuracy", "value": 0.912, "low": 0.881, "high": 0.934}, "rows": 300},
    variants={
        "fp32": Variant(
            "onnx", "fp32", ("variants/fp32/branch.onnx",), "trunk.fp32.onnx", refusal=Refusal("neighbour", 0.25, 0.05)
        )
    },
    serve="fp32",
)


def ngrams(folder: Path, name: str = "home", refusal: Refusal | None = None) -> Skill:
    """A skill that knows lamps from weather; it refuses nothing unless told."""
    grams = Ngrams.of(TEXTS, minimum=1)
    weight = np.zeros((len(grams.vocabulary), 2), dtype=np.float32)
    for place, text in enumerate(TEXTS):
        _, indices, data = grams.rows([text])
        np.add.at(weight[:, place // 2], indices, 3 * data)
    own = Variant("ngrams", "fp32", ("linear.safetensors", "ngrams.json"), refusal=refusal or Refusal())
    manifest = dataclasses.replace(PLAIN, name=name, variants={"fp32": own}, serve="fp32", refusal=own.refusal)
    tensors = {"idf": grams.idf, "weight": weight, "bias": np.zeros(2, dtype=np.float32)}
    words = json.dumps({"vocabulary": list(grams.vocabulary)})
    return write(folder, manifest, {"linear.safetensors": save(tensors), "ngrams.json": words})


def encoder(folder: Path, store: Store, family: str = "bert", start: int | None = 1, **changes: Any) -> Skill:
    """A skill on a tiny random encoder of two layers, variants "torch" and "fp32" (ONNX); its trunk is in the store."""
    import torch
    from safetensors.torch import save as save_tensors
    from tests import tiny
    from torch import nn

    from lingos.backbones.text import load
    from lingos.compression.export import branch_graph, trunk_graph
    from lingos.modules.branch import Branch
    from lingos.modules.heads import make_head

    base = load(str(tiny.folder(folder.parent / "bases", family, layers=2)))
    torch.manual_seed(1)
    depth = start or 0
    span = base.span(depth, 2) if depth < 2 else None
    branch = Branch(base.embedding() if start is None else None, span, make_head("cosine", base.info.width, 2), "mean")
    graph = folder.parent / "branch.onnx"
    branch_graph(branch.eval(), depth, base.info.width, 48, graph)
    trunk = None
    if start is not None:
        trunk = base.digest(depth)
        lower = nn.Sequential(base.embedding(), base.span(0, depth))
        trunk_graph(lower, 48, folder.parent / "trunk.onnx")
        tensors = {name: value.clone() for part in lower for name, value in part.state_dict().items()}
        store.trunks.put(
            trunk, {"trunk.safetensors": save_tensors(tensors), "trunk.fp32.onnx": folder.parent / "trunk.onnx"}
        )
    file = "variants/fp32/branch.onnx"
    served = Variant("onnx", "fp32", (file,), "trunk.fp32.onnx" if trunk else None, calibration=Calibration(2.0))
    served = dataclasses.replace(served, **changes)
    manifest = dataclasses.replace(
        PLAIN,
        name=f"tiny-{family}",
        method="top",
        max_length=48,
        branch=BranchInfo(depth, trunk, 2 - depth, "mean", "cosine"),
        variants={
            "fp32": served,
            "torch": Variant("torch", "fp32", ("branch.safetensors",), calibration=Calibration(2.0)),
        },
        serve="fp32",
    )
    weights = {name: value.clone() for name, value in branch.tensors().items()}
    vectors = np.eye(2, base.info.width, dtype=np.float16)
    bank = {"vectors": vectors, "targets": np.arange(2, dtype=np.int32), "rows": np.arange(2, dtype=np.int32)}
    files: dict[str, bytes | str | Path] = {
        "branch.safetensors": save_tensors(weights),
        "bank.safetensors": save(bank),
        "tokenizer.json": base.tokenizer_json,
        "config.json": base.config_json,
        file: graph,
    }
    return write(folder, manifest, files)

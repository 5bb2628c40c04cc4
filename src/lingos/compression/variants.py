"""The served variants of a skill: fp32 ONNX, and int8 where the gate accepts it."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lingos.compression.export import branch_graph, trunk_graph
from lingos.compression.quantise import quantise, recorded
from lingos.contracts import Calibration, Example, Refusal
from lingos.engines.base import EngineOptions
from lingos.engines.onnx import OnnxEngine
from lingos.engines.torch import modules_of
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.gate import Verdict, gate
from lingos.evaluation.served import serves
from lingos.inference import Session, open_session, trunk_files
from lingos.integrity import sha256
from lingos.manifest import BranchInfo, Variant
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tasks.base import calibrated, softmax
from lingos.text.normalise import cleaned
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["PARITY", "export"]

PARITY = 1e-4  # largest difference of an fp32 logit between torch and ONNX Runtime, at a scale of about 20
TRUNK = {"fp32": "trunk.fp32.onnx", "int8": "trunk.int8.onnx"}
BRANCH = "variants/{}/branch.onnx"
CHECKED = 64  # rows of the parity check
RANGED = 128  # rows from which int8 learns the ranges
MIXES = (("int8", "int8"), ("int8", "fp32"), ("fp32", "int8"))  # (trunk, branch), fastest first
Say = Callable[[str], None]


def export(skill: Skill, store: Store, examples: Sequence[Example], say: Say, *, smaller: bool = True) -> Skill:
    """The same bundle with ONNX variants. `examples` are rows on which int8 has to agree with fp32;
    `smaller=False` does not try it.

    Give rows that were not trained on, with or without their labels: on training rows a skill is so sure that
    nothing flips (banking77: 0 of 2,000, but 10 of 3,080 test rows).

    A skill without a backbone is served by its own numbers and comes back as it is.
    """
    if skill.manifest.branch is None:
        return skill
    with tempfile.TemporaryDirectory() as scratch:
        exact = _exact(skill, store, Path(scratch))
        worst = _parity(exact, store, examples[:CHECKED])
        key = "serves.torch" if worst > PARITY else "serves.onnx"
        say(Said(key, {"worst": worst}).told(str(skill.manifest.schema.get("language", "en"))))
        if worst > PARITY:
            return skill
        return _smaller(exact, store, examples, Path(scratch), say) if smaller else exact


# -- fp32 ------------------------------------------------------------------------------------------------------------
def _exact(skill: Skill, store: Store, scratch: Path) -> Skill:
    facts, manifest = skill.manifest.branch, skill.manifest
    assert facts is not None and manifest.base is not None
    trunk, branch = modules_of(skill, trunk_files(skill, store))
    if trunk is not None and facts.trunk is not None and not store.trunks.has(facts.trunk, TRUNK["fp32"]):
        trunk_graph(trunk, manifest.max_length, scratch / TRUNK["fp32"])
        store.trunks.put(facts.trunk, {TRUNK["fp32"]: scratch / TRUNK["fp32"]})
    made = scratch / "branch.onnx"
    branch_graph(branch, facts.depth, manifest.base.width, manifest.max_length, made)
    name = BRANCH.format("fp32")
    own = _variant(skill, store, "fp32", (name,), "fp32")
    held = dataclasses.replace(manifest.variants["fp32"], engine="torch")
    variants = {"torch": held, "fp32": own}
    return skill.extended(dataclasses.replace(manifest, variants=variants, serve="fp32"), {name: made})


def _variant(skill: Skill, store: Store, precision: str, files: tuple[str, ...], trunk: str) -> Variant:
    facts, manifest = skill.manifest.branch, skill.manifest
    assert facts is not None
    name = TRUNK[trunk] if facts.trunk is not None else None
    digest = sha256(store.trunks.file(facts.trunk, name)) if name and facts.trunk else None
    return Variant("onnx", precision, files, name, digest, manifest.calibration, manifest.refusal)


def _parity(skill: Skill, store: Store, examples: Sequence[Example]) -> float:
    inputs = [dict(example.fields) for example in examples]
    logits = [
        open_session(skill, store, variant=name, options=EngineOptions(threads=2)).outputs(inputs)["logits"]
        for name in ("torch", "fp32")
    ]
    return float(np.abs(logits[0] - logits[1]).max()) if inputs else 0.0


# -- int8 ------------------------------------------------------------------------------------------------------------
def _smaller(skill: Skill, store: Store, examples: Sequence[Example], scratch: Path, say: Say) -> Skill:
    """The first mix of int8 and fp32 parts that the gate accepts; the reason is kept either way."""
    facts = skill.manifest.branch
    assert facts is not None
    whole = open_session(skill, store, variant="fp32", options=EngineOptions(threads=2))
    assert isinstance(whole.engine, OnnxEngine)
    lower, upper = recorded(whole.engine, [cleaned(row.fields, skill.manifest.fields) for row in examples[:RANGED]])
    products = quantise(skill.path(BRANCH.format("fp32")), scratch / "int8.onnx", upper)
    if facts.trunk is not None and not store.trunks.has(facts.trunk, TRUNK["int8"]):
        quantise(store.trunks.file(facts.trunk, TRUNK["fp32"]), scratch / TRUNK["int8"], lower)
        store.trunks.put(facts.trunk, {TRUNK["int8"]: scratch / TRUNK["int8"]})
    truth = _evidence(whole, examples)
    language = str(skill.manifest.schema.get("language", "en"))
    tried: dict[str, Any] = {}
    for trunk, branch in _mixes(facts, products):
        skill, verdict = _mixed(skill, store, truth, (trunk, branch), scratch)
        tried[f"trunk {trunk}, branch {branch}"] = {
            "accepted": verdict.accepted,
            "reason": verdict.reason,
            "code": verdict.reason.code,
            **verdict.numbers,
        }
        if verdict.accepted:
            break
    say(serves(tried).told(language))
    return _with(skill, tried, "int8" if any(one["accepted"] for one in tried.values()) else "fp32")


def _mixes(facts: BranchInfo, products: int) -> list[tuple[str, str]]:
    """The mixes that differ: an embedding has nothing to quantise, nor has a branch that is only a head."""
    if facts.trunk is None:
        return [("int8", "int8")] if products else []
    able = {"trunk": facts.depth > 0, "branch": products > 0}
    parts = [mix for mix in MIXES if mix[0] == "fp32" or able["trunk"]]
    return [mix for mix in parts if mix[1] == "fp32" or able["branch"]]


def _mixed(
    skill: Skill, store: Store, truth: tuple[Evidence, Array], mix: tuple[str, str], scratch: Path
) -> tuple[Skill, Verdict]:
    trunk, branch = mix
    name = BRANCH.format(branch)
    own = _variant(skill, store, "int8", (name,), trunk)
    files = {name: scratch / "int8.onnx"} if branch == "int8" and name not in skill.manifest.files else {}
    variants = {**skill.manifest.variants, "int8": own}
    made = skill.extended(dataclasses.replace(skill.manifest, variants=variants), files)
    session = open_session(made, store, variant="int8", options=EngineOptions(threads=2))
    calibration, refusal = _fitted(session, truth)
    held = dataclasses.replace(own, calibration=calibration, refusal=refusal)
    made = made.extended(dataclasses.replace(made.manifest, variants={**variants, "int8": held}), {})
    session = open_session(made, store, variant="int8", options=EngineOptions(threads=2))
    found, _ = _evidence(session, truth[0].examples)
    return made, gate(truth[0], found, "variant")


def _fitted(session: Session, truth: tuple[Evidence, Array]) -> tuple[Calibration, Refusal]:
    """Own temperature: int8 logits scaled onto the fp32 ones. Own threshold: the same rows' share lies below it."""
    exact, sure = truth
    inputs = [dict(example.fields) for example in exact.examples]
    outputs = session.outputs(inputs)
    theirs, mine = _centred(exact.logits), _centred(np.asarray(outputs["logits"], dtype=np.float64))
    ratio = max(1e-3, float((theirs * mine).sum() / max((theirs * theirs).sum(), 1e-12)))
    own = session.own.calibration
    calibration = Calibration(own.temperature * ratio, tuple(ratio * one for one in own.offsets))
    refusal = session.own.refusal
    if not np.isfinite(refusal.threshold):
        return calibration, refusal
    share = float((sure < refusal.threshold).mean())
    limit = float(np.quantile(session.confidence(outputs), share)) if share else refusal.threshold
    return calibration, dataclasses.replace(refusal, threshold=limit)


def _evidence(session: Session, examples: Sequence[Example]) -> tuple[Evidence, Array]:
    inputs = [dict(example.fields) for example in examples]
    outputs = session.outputs(inputs)
    logits = np.asarray(outputs["logits"], dtype=np.float64)
    schema = session.skill.manifest.schema
    sure = np.asarray(session.confidence(outputs))
    found = Evidence(
        labels=tuple(schema["labels"]),
        probabilities=softmax(calibrated(logits, session.own.calibration)),
        logits=logits,
        targets=session.task.targets(examples, schema),
        confidence=sure,
        refused=sure < session.own.refusal.threshold,
        examples=examples,
    )
    return found, sure


def _centred(logits: Array) -> Array:
    return np.asarray(logits - logits.mean(1, keepdims=True))


def _with(skill: Skill, tried: dict[str, Any], serve: str) -> Skill:
    variants = dict(skill.manifest.variants)
    if serve != "int8":
        variants.pop("int8", None)
    variants[serve] = dataclasses.replace(variants[serve], gate=tried)
    used = {name for variant in variants.values() for name in variant.files}
    unused = BRANCH.format("int8") if BRANCH.format("int8") not in used else ""
    return skill.extended(dataclasses.replace(skill.manifest, variants=variants, serve=serve), {}, drop=[unused])

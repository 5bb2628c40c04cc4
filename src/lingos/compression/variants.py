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
from lingos.compression.sample import spread
from lingos.contracts import Calibration, Example, Refusal
from lingos.engines.base import EngineOptions
from lingos.engines.onnx import OnnxEngine
from lingos.engines.torch import modules_of
from lingos.errors import BackboneError, LingosError
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
from lingos.words.said import Said, teller

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["PARITY", "export"]

PARITY = 1e-4  # largest difference of an fp32 logit between torch and ONNX Runtime, at a scale of about 20
TRUNK = {"fp32": "trunk.fp32.onnx", "int8": "trunk.int8.onnx"}
BRANCH = "variants/{}/branch.onnx"
CHECKED = 64  # training rows of the parity check
RANGED = 512  # training rows from which int8 learns ranges and which inputs go together
FITTED = 2_000  # training rows from which int8 gets its temperature and threshold
NEAREST = 100  # of them, those whose confidence moves the threshold
MIXES = (("int8", "int8"), ("int8", "fp32"), ("fp32", "int8"))  # (trunk, branch), fastest first
Say = Callable[[str], None]
Rows = tuple[Sequence[Example], Sequence[Example]]  # learned, tested


def export(
    skill: Skill,
    store: Store,
    learned: Sequence[Example],
    tested: Sequence[Example],
    say: Say,
    *,
    smaller: bool = True,
) -> Skill:
    """The same bundle with ONNX variants; `smaller=False` does not try int8.

    Everything that int8 is fitted with comes from `learned`, the training rows. `tested` are labelled rows that were
    not trained on: only the gate reads them, because on training rows a skill is so sure that nothing flips
    (banking77: 0 of 2,000, but 10 of 3,080 test rows).

    A skill without a backbone is served by its own numbers and comes back as it is. Where the model can not become a
    graph, or the graph does not compute what torch computes, torch goes on serving; that is said and kept.
    """
    if skill.manifest.branch is None:
        return skill
    say = teller(say, str(skill.manifest.schema.get("language", "en")))
    learned = spread(learned, FITTED, skill.manifest.seed)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            exact = _exact(skill, store, Path(scratch))
        except BackboneError as error:
            return _by_torch(skill, Said("serves.torch", {"why": error.what}), say)
        worst = _parity(exact, store, learned[:CHECKED])
        if not worst <= PARITY:  # so that a NaN is refused too
            plain = exact.extended(skill.manifest, {}, drop=[BRANCH.format("fp32")])
            return _by_torch(plain, Said("serves.apart", {"worst": f"{worst:.1e}", "most": f"{PARITY:.0e}"}), say)
        say(Said("serves.onnx", {"worst": worst}))
        return _smaller(exact, store, (learned, tested), Path(scratch), say) if smaller else exact


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


def _by_torch(skill: Skill, reason: Said, say: Say) -> Skill:
    """The bundle as training wrote it, with the reason why nothing else serves it."""
    say(reason)
    own = dataclasses.replace(skill.manifest.variants["fp32"], gate=_unable(reason))
    return skill.extended(dataclasses.replace(skill.manifest, variants={"fp32": own}), {})


def _unable(reason: Said) -> dict[str, Any]:
    """What a skill keeps where there was nothing that a gate could judge."""
    return {"onnx": {"accepted": False, "reason": reason, "code": reason.code, **reason.values}}


# -- int8 ------------------------------------------------------------------------------------------------------------
def _smaller(skill: Skill, store: Store, rows: Rows, scratch: Path, say: Say) -> Skill:
    """The first mix of int8 and fp32 parts that the gate accepts; the reason is kept either way."""
    try:
        made, tried = _tried(skill, store, rows, scratch)
    except (LingosError, OSError, MemoryError, AssertionError):
        raise
    except Exception as error:  # the libraries have no errors of their own, and hours of training shall not end here
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        reason = Said("serves.unable", {"why": why})
        say(reason)
        return _with(skill, _unable(reason), "fp32")
    say(serves(tried))
    return _with(made, tried, "int8" if any(one["accepted"] for one in tried.values()) else "fp32")


def _tried(skill: Skill, store: Store, rows: Rows, scratch: Path) -> tuple[Skill, dict[str, Any]]:
    """Mix after mix until one is accepted: the skill with the last one, and what the gate said of each."""
    facts = skill.manifest.branch
    assert facts is not None
    whole = open_session(skill, store, variant="fp32", options=EngineOptions(threads=2))
    products = _quantised(skill, store, whole, rows[0], scratch)
    exact = _evidence(whole, rows[0]), _evidence(whole, rows[1])
    tried: dict[str, Any] = {}
    for trunk, branch in _mixes(facts, products):
        skill, verdict = _mixed(skill, store, exact, (trunk, branch), scratch)
        tried[f"trunk {trunk}, branch {branch}"] = {
            "accepted": verdict.accepted,
            "reason": verdict.reason,
            "code": verdict.reason.code,
            **verdict.numbers,
        }
        if verdict.accepted:
            break
    return skill, tried


def _quantised(skill: Skill, store: Store, whole: Session, learned: Sequence[Example], scratch: Path) -> int:
    """The int8 graphs, with ranges from some training texts; returns how many products of the branch became int8.

    A trunk is quantised once: the ranges of the first skill on it serve all later ones, and the gate judges each.
    """
    facts, engine = skill.manifest.branch, whole.engine
    assert facts is not None and isinstance(engine, OnnxEngine)
    lower, upper = recorded(engine, [cleaned(row.fields, skill.manifest.fields) for row in learned[:RANGED]])
    if facts.trunk is not None and not store.trunks.has(facts.trunk, TRUNK["int8"]):
        quantise(store.trunks.file(facts.trunk, TRUNK["fp32"]), scratch / TRUNK["int8"], lower)
        store.trunks.put(facts.trunk, {TRUNK["int8"]: scratch / TRUNK["int8"]})
    return quantise(skill.path(BRANCH.format("fp32")), scratch / "int8.onnx", upper)


def _mixes(facts: BranchInfo, products: int) -> list[tuple[str, str]]:
    """The mixes that differ: an embedding has nothing to quantise, nor has a branch that is only a head."""
    if facts.trunk is None:
        return [("int8", "int8")] if products else []
    able = {"trunk": facts.depth > 0, "branch": products > 0}
    parts = [mix for mix in MIXES if mix[0] == "fp32" or able["trunk"]]
    return [mix for mix in parts if mix[1] == "fp32" or able["branch"]]


def _mixed(
    skill: Skill, store: Store, exact: tuple[Evidence, Evidence], mix: tuple[str, str], scratch: Path
) -> tuple[Skill, Verdict]:
    trunk, branch = mix
    learned, tested = exact
    name = BRANCH.format(branch)
    own = _variant(skill, store, "int8", (name,), trunk)
    files = {name: scratch / "int8.onnx"} if branch == "int8" and name not in skill.manifest.files else {}
    variants = {**skill.manifest.variants, "int8": own}
    made = skill.extended(dataclasses.replace(skill.manifest, variants=variants), files)
    session = open_session(made, store, variant="int8", options=EngineOptions(threads=2))
    calibration, refusal = _fitted(session, learned)
    held = dataclasses.replace(own, calibration=calibration, refusal=refusal)
    made = made.extended(dataclasses.replace(made.manifest, variants={**variants, "int8": held}), {})
    session = open_session(made, store, variant="int8", options=EngineOptions(threads=2))
    return made, gate(tested, _evidence(session, tested.examples), "variant")


def _fitted(session: Session, exact: Evidence) -> tuple[Calibration, Refusal]:
    """Own temperature: int8 logits scaled onto the fp32 ones. Own threshold: it moves as the rows nearest to it do.

    Few training rows lie below the threshold, so their share says less about it than those around it (banking77, 5 %
    refused: by the share 12 of 3,080 test texts change sides, by the nearest 7).
    """
    outputs = session.outputs([dict(example.fields) for example in exact.examples])
    theirs, mine = _centred(exact.logits), _centred(np.asarray(outputs["logits"], dtype=np.float64))
    ratio = max(1e-3, float((theirs * mine).sum() / max((theirs * theirs).sum(), 1e-12)))
    own = session.own.calibration
    calibration = Calibration(own.temperature * ratio, tuple(ratio * one for one in own.offsets))
    session.own = dataclasses.replace(session.own, calibration=calibration)  # the confidence rests on it
    refusal = session.own.refusal
    if not np.isfinite(refusal.threshold):
        return calibration, refusal
    moved = session.confidence(outputs) - exact.confidence
    nearest = np.argsort(np.abs(exact.confidence - refusal.threshold), kind="stable")[:NEAREST]
    return calibration, dataclasses.replace(refusal, threshold=refusal.threshold + float(np.median(moved[nearest])))


def _evidence(session: Session, examples: Sequence[Example]) -> Evidence:
    outputs = session.outputs([dict(example.fields) for example in examples])
    logits = np.asarray(outputs["logits"], dtype=np.float64)
    schema = session.skill.manifest.schema
    sure = np.asarray(session.confidence(outputs))
    return Evidence(
        labels=tuple(schema["labels"]),
        probabilities=softmax(calibrated(logits, session.own.calibration)),
        logits=logits,
        targets=session.task.targets(examples, schema),
        confidence=sure,
        refused=sure < session.own.refusal.threshold,
        examples=examples,
    )


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

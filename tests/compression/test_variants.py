"""Variants: fp32 by ONNX Runtime, int8 only where the gate agrees; the bundle holds what serves and nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tests import made_skills

from lingos.compression import variants as module
from lingos.compression.variants import export
from lingos.contracts import Example, Refusal
from lingos.evaluation.gate import Verdict
from lingos.inference import open_session
from lingos.manifest import Base, BranchInfo, Variant
from lingos.skill import Skill, write
from lingos.store.store import Store
from lingos.words.said import Said

EXAMPLES = [
    Example({"text": text}, made_skills.LABELS[place // 2], str(place)) for place, text in enumerate(made_skills.TEXTS)
]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture
def fresh(tmp_path: Path, store: Store) -> Skill:
    """A skill as training leaves it: torch only."""
    made = made_skills.encoder(tmp_path / "made", store)
    own = Variant("torch", "fp32", ("branch.safetensors",), refusal=Refusal("neighbour", 0.1, 0.05))
    manifest = dataclasses.replace(made.manifest, variants={"fp32": own}, refusal=own.refusal)
    manifest = dataclasses.replace(manifest, base=Base("tiny", "bert", None, "00", None, 2, 32, ("en",)))
    files = {name: made.path(name) for name in made.manifest.files if not name.startswith("variants/")}
    return write(tmp_path / "fresh", manifest, files)


def verdicts(monkeypatch: pytest.MonkeyPatch, *accepted: bool) -> None:
    answers = iter(accepted)
    verdict = Said("gate.other")
    monkeypatch.setattr(module, "gate", lambda old, new, kind: Verdict(next(answers), verdict, {"flips": 1.0}))


def test_fp32_serves_without_trying_int8(fresh: Skill, store: Store) -> None:
    said: list[str] = []
    made = export(fresh, store, EXAMPLES, said.append, smaller=False)
    assert set(made.manifest.variants) == {"torch", "fp32"}
    assert made.variant()[1].engine == "onnx"
    wanted = [one.value for one in open_session(made, store, variant="torch")(made_skills.TEXTS)]
    assert [one.value for one in open_session(made, store)(made_skills.TEXTS)] == wanted
    assert "differ from torch" in said[0]


def test_int8_serves_where_the_gate_agrees(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts(monkeypatch, True)
    made = export(fresh, store, EXAMPLES, lambda text: None)
    assert made.manifest.serve == "int8"
    own = made.variant()[1]
    assert own.trunk_file == "trunk.int8.onnx" and own.trunk_sha256
    assert own.gate["trunk int8, branch int8"]["accepted"] is True
    assert own.refusal.score == "neighbour" and own.refusal.rate == 0.05
    assert len(open_session(made, store)(made_skills.TEXTS)) == 4
    assert Skill.open(made.folder) == made


def test_the_next_mix_is_tried(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts(monkeypatch, False, True)
    made = export(fresh, store, EXAMPLES, lambda text: None)
    own = made.variant()[1]
    assert (made.manifest.serve, own.trunk_file, own.files) == (
        "int8",
        "trunk.int8.onnx",
        ("variants/fp32/branch.onnx",),
    )
    assert "variants/int8/branch.onnx" not in made.manifest.files
    assert len(open_session(made, store)(made_skills.TEXTS)) == 4


def test_refused_everywhere(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts(monkeypatch, False, False, False)
    said: list[str] = []
    made = export(fresh, store, EXAMPLES, said.append)
    assert made.manifest.serve == "fp32"
    assert "int8" not in made.manifest.variants
    tried = made.variant()[1].gate
    assert len(tried) == 3, "the reasons are kept"
    assert {one["code"] for one in tried.values()} == {"gate.other"} and all(one["reason"] for one in tried.values())
    assert not (made.folder / "variants" / "int8" / "branch.onnx").exists()
    assert "int8 is refused" in said[-1]


@pytest.mark.parametrize(
    ("trunk", "depth", "products", "count"),
    [("ab", 1, 4, 3), ("ab", 2, 0, 1), ("ab", 0, 4, 1), (None, 0, 4, 1), (None, 0, 0, 0)],
)
def test_only_mixes_that_differ_are_tried(trunk: str | None, depth: int, products: int, count: int) -> None:
    found = module._mixes(BranchInfo(depth, trunk, 2 - depth, "mean", "cosine"), products)
    assert len(found) == len(set(found)) == count
    assert all(mix[1] == "fp32" for mix in found) == (products == 0)


def test_a_graph_that_differs_does_not_serve(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_parity", lambda *_: 0.5)
    said: list[str] = []
    assert export(fresh, store, EXAMPLES, said.append) == fresh
    assert "torch serves" in said[0]


def test_without_a_backbone_nothing_happens(tmp_path: Path, store: Store) -> None:
    skill = made_skills.ngrams(tmp_path / "plain")
    assert export(skill, store, EXAMPLES, lambda text: None) is skill

"""Variants: fp32 by ONNX Runtime, int8 only where the gate agrees; the bundle holds what serves and nothing else."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from tests import made_skills

from lingos.compression import variants as module
from lingos.compression.quantise import Feeds, recorded
from lingos.compression.variants import export
from lingos.contracts import Calibration, Example, Inputs, Refusal
from lingos.engines.onnx import OnnxEngine
from lingos.errors import BackboneError
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.gate import Verdict, gate
from lingos.evaluation.served import serves
from lingos.inference import open_session
from lingos.manifest import Base, BranchInfo, Variant
from lingos.skill import Skill, write
from lingos.store.store import Store
from lingos.words.said import Said

EXAMPLES = [
    Example({"text": text}, made_skills.LABELS[place // 2], str(place)) for place, text in enumerate(made_skills.TEXTS)
]
OTHER_TEXTS = ["lamp", "please turn the sunny lamp on today, and the other one off", "rain rain rain rain", "it is on"]
OTHERS = [Example({"text": text}, None, f"other-{place}") for place, text in enumerate(OTHER_TEXTS)]


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


def impossible(*_: object) -> str:
    raise BackboneError("9.9 GB of weights do not fit into one file", expected="less", cure="another base")


def copied(skill: Skill, folder: Path) -> Skill:
    """The same skill elsewhere: export works in place."""
    return Skill.open(Path(shutil.copytree(skill.folder, folder)))


def test_fp32_serves_without_trying_int8(fresh: Skill, store: Store) -> None:
    said: list[str] = []
    made = export(fresh, store, EXAMPLES, EXAMPLES, said.append, smaller=False)
    assert set(made.manifest.variants) == {"torch", "fp32"}
    assert made.variant()[1].engine == "onnx"
    wanted = [one.value for one in open_session(made, store, variant="torch")(made_skills.TEXTS)]
    assert [one.value for one in open_session(made, store)(made_skills.TEXTS)] == wanted
    assert "differ from torch" in said[0]


def test_int8_serves_where_the_gate_agrees(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts(monkeypatch, True)
    made = export(fresh, store, EXAMPLES, EXAMPLES, lambda text: None)
    assert made.manifest.serve == "int8"
    own = made.variant()[1]
    assert own.trunk_file == "trunk.int8.onnx" and own.trunk_sha256
    assert own.gate["trunk int8, branch int8"]["accepted"] is True
    assert own.refusal.score == "neighbour" and own.refusal.rate == 0.05
    assert len(open_session(made, store)(made_skills.TEXTS)) == 4
    assert Skill.open(made.folder) == made


def test_the_next_mix_is_tried(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts(monkeypatch, False, True)
    made = export(fresh, store, EXAMPLES, EXAMPLES, lambda text: None)
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
    made = export(fresh, store, EXAMPLES, EXAMPLES, said.append)
    assert made.manifest.serve == "fp32"
    assert "int8" not in made.manifest.variants
    tried = made.variant()[1].gate
    assert len(tried) == 3, "the reasons are kept"
    assert {one["code"] for one in tried.values()} == {"gate.other"} and all(one["reason"] for one in tried.values())
    assert not (made.folder / "variants" / "int8" / "branch.onnx").exists()
    assert "int8 is refused" in said[-1]


def test_ranges_come_from_training_texts(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts(monkeypatch, True)
    monkeypatch.setattr(module, "RANGED", 2)
    seen: list[str] = []

    def watched(engine: OnnxEngine, inputs: Sequence[Inputs]) -> tuple[Feeds, Feeds]:
        seen.extend(str(given["text"]) for given in inputs)
        return recorded(engine, inputs)

    monkeypatch.setattr(module, "recorded", watched)
    export(fresh, store, EXAMPLES, OTHERS, lambda text: None)
    targets = [row.target for row in EXAMPLES if row.fields["text"] in seen]
    assert len(seen) == 2 and sorted(map(str, targets)) == made_skills.LABELS, "few rows, and one of each class"


def test_no_number_of_int8_depends_on_the_test_rows(
    fresh: Skill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts(monkeypatch, True, True)
    found = []
    for name, tested in (("a", EXAMPLES), ("b", OTHERS)):
        store = Store(Path(shutil.copytree(tmp_path / "home", tmp_path / name)))
        made = export(copied(fresh, tmp_path / f"{name}-skill"), store, EXAMPLES, tested, lambda text: None)
        found.append(dataclasses.replace(made.variant()[1], gate={}))
    assert found[0] == found[1], "graph, temperature and threshold"
    assert found[0].calibration != fresh.manifest.calibration


def test_the_threshold_moves_with_the_confidence_of_the_variant_as_stored(
    fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts(monkeypatch, True)
    own = dataclasses.replace(
        fresh.manifest.variants["fp32"], calibration=Calibration(20.0), refusal=Refusal("softmax", 0.6, 0.05)
    )
    facts = {"variants": {"fp32": own}, "calibration": own.calibration, "refusal": own.refusal}
    changed = fresh.extended(dataclasses.replace(fresh.manifest, **facts), {})
    made = export(changed, store, EXAMPLES, OTHERS, lambda text: None)
    sessions = [open_session(made, store, variant=name) for name in ("fp32", "int8")]
    exact, found = (each.confidence(each.outputs(made_skills.TEXTS)) for each in sessions)
    assert np.abs(found - exact).max() > 1e-5
    assert sessions[1].own.refusal.threshold == pytest.approx(0.6 + np.median(found - exact), abs=1e-7)


def test_the_gate_sees_the_test_rows_and_their_labels(
    fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its paired difference is one of right answers; without labels none would ever be right."""
    seen: list[tuple[Evidence, Evidence]] = []

    def watched(old: Evidence, new: Evidence, kind: Literal["variant"]) -> Verdict:
        seen.append((old, new))
        return gate(old, new, kind)

    monkeypatch.setattr(module, "gate", watched)
    tested = [dataclasses.replace(row, target=made_skills.LABELS[place % 2]) for place, row in enumerate(OTHERS)]
    answers = open_session(fresh, store)(OTHER_TEXTS)
    right = [one.value == row.target for one, row in zip(answers, tested, strict=True)]
    made = export(fresh, store, EXAMPLES, tested, lambda text: None)
    assert all(list(old.examples) == list(new.examples) == tested for old, new in seen)
    first = next(iter(made.variant()[1].gate.values()))
    assert first["old"] == sum(right) / len(right) > 0 and first["rows"] == len(tested)


@pytest.mark.parametrize(
    ("trunk", "depth", "products", "count"),
    [("ab", 1, 4, 3), ("ab", 2, 0, 1), ("ab", 0, 4, 1), (None, 0, 4, 1), (None, 0, 0, 0)],
)
def test_only_mixes_that_differ_are_tried(trunk: str | None, depth: int, products: int, count: int) -> None:
    found = module._mixes(BranchInfo(depth, trunk, 2 - depth, "mean", "cosine"), products)
    assert len(found) == len(set(found)) == count
    assert all(mix[1] == "fp32" for mix in found) == (products == 0)


@pytest.mark.parametrize("worst", [0.5, float("nan")])
def test_a_graph_that_differs_does_not_serve(
    fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch, worst: float
) -> None:
    monkeypatch.setattr(module, "_parity", lambda *_: worst)
    said: list[str] = []
    made = export(fresh, store, EXAMPLES, EXAMPLES, said.append)
    assert "torch serves" in said[0]
    assert Skill.open(made.folder) == made and made.manifest.files == fresh.manifest.files
    assert list(made.manifest.variants) == ["fp32"] and made.variant()[1].engine == "torch"
    assert made.variant()[1].gate["onnx"]["code"] == "serves.apart"
    assert len(open_session(made, store)(made_skills.TEXTS)) == 4


@pytest.mark.parametrize("graph", ["trunk_graph", "branch_graph"])
def test_a_model_that_can_not_be_exported_is_served_by_torch(
    fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch, graph: str
) -> None:
    monkeypatch.setattr(module, graph, impossible)
    monkeypatch.setattr(store.trunks, "has", lambda digest, name=None: name is None)
    said: list[str] = []
    made = export(fresh, store, EXAMPLES, EXAMPLES, said.append)
    assert said == ["torch serves: 9.9 GB of weights do not fit into one file"]
    assert Skill.open(made.folder) == made and made.variant()[1].engine == "torch"
    assert store.get(str(store.put(made))).variant()[1].gate["onnx"]["code"] == "serves.torch"


@pytest.mark.parametrize("step", ["quantise", "_evidence", "_mixed"])
def test_an_error_of_the_libraries_in_int8_ends_nothing(
    fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def broken(*_: object) -> int:
        raise ValueError("Unexpected data type\nand more")

    said: list[str] = []
    monkeypatch.setattr(module, step, broken)
    made = export(fresh, store, EXAMPLES, EXAMPLES, said.append)
    assert made.manifest.serve == "fp32" and "int8" not in made.manifest.variants
    assert said[-1] == "fp32 serves: int8 could not be made: ValueError: Unexpected data type"
    assert str(serves(made.manifest.variants["fp32"].gate)) == said[-1], "the report says it, too"
    assert len(open_session(made, store)(made_skills.TEXTS)) == 4


def test_a_full_disk_is_no_error_of_the_libraries(fresh: Skill, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "quantise", full)
    with pytest.raises(OSError, match="No space left"):
        export(fresh, store, EXAMPLES, EXAMPLES, print)


def test_without_a_backbone_nothing_happens(tmp_path: Path, store: Store) -> None:
    skill = made_skills.ngrams(tmp_path / "plain")
    assert export(skill, store, EXAMPLES, EXAMPLES, lambda text: None) is skill

"""The one prediction path: order, checks, calibration, refusal, engines that agree, and what it does not import."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import made_skills

from lingos.contracts import Refusal
from lingos.engines.base import EngineOptions
from lingos.errors import DataError, LingosError, SkillError, StoreError
from lingos.inference import Session, open_session
from lingos.skill import Skill, write
from lingos.store.store import Store

WORDS = st.text(st.sampled_from("the lamp is on off rain sun today 雨 灯 \u200b"), max_size=60)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def tiny_skill(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Skill:
    return made_skills.encoder(tmp_path_factory.mktemp("tiny") / "skill", store)


@pytest.fixture(scope="module")
def exact(tiny_skill: Skill, store: Store) -> Session:
    return open_session(tiny_skill, store, variant="torch")


@pytest.fixture(scope="module")
def served(tiny_skill: Skill, store: Store) -> Session:
    return open_session(tiny_skill, store)


def plain(tmp_path: Path, refusal: Refusal | None = None) -> Session:
    return open_session(made_skills.ngrams(tmp_path / "s", refusal=refusal))


def test_answers_in_order(tmp_path: Path) -> None:
    found = plain(tmp_path)(made_skills.TEXTS)
    assert [one.value for one in found] == ["lights", "lights", "weather", "weather"]
    assert all(one.top[0] == (one.value, one.score) and str(one.skill) == "home@0" for one in found)
    assert all(sum(score for _, score in one.top) == pytest.approx(1) for one in found)


def test_texts_and_fields_are_the_same(tmp_path: Path) -> None:
    session = plain(tmp_path)
    assert session(["lamp on"]) == session([{"text": "lamp on"}])
    assert session(["lamp\u200b   on "]) == session(["lamp on"]), "normalised like the training texts"
    assert session([]) == []
    assert session.outputs([])["logits"].shape == (0, 2)


def test_top_is_how_many_labels_come_along(tmp_path: Path) -> None:
    skill = made_skills.ngrams(tmp_path / "s")
    assert len(open_session(skill, top=1)(["lamp"])[0].top) == 1
    assert len(open_session(skill, top=9)(["lamp"])[0].top) == 2


def test_wrong_inputs_are_all_named_and_none_is_answered(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        plain(tmp_path)(["fine", {"txt": "x"}, {"text": 3}, None])  # type: ignore[list-item]
    text = str(caught.value)
    for part in ("3 of 4", "input 1 has no field 'text'", "input 2: 'text' is int", "input 3 is NoneType"):
        assert part in text
    with pytest.raises(DataError, match="a list of inputs"):
        plain(tmp_path / "b")("lamp")


def test_refusal(tmp_path: Path) -> None:
    session = plain(tmp_path, Refusal("softmax", 0.75, 0.05))
    known, foreign = session(["turn the lamp on", "7777"])
    assert not known.refused
    assert foreign.refused and foreign.score == pytest.approx(0.5)
    assert session.confidence(session.outputs(["7777"])).tolist() == pytest.approx([0.5])


def test_blank_and_broken_are_always_refused(tmp_path: Path) -> None:
    session = plain(tmp_path)
    assert [one.refused for one in session(["lamp on", "  \u200b\n", ""])] == [False, True, True]
    broken = {"logits": np.array([[np.nan, 0.0]])}
    assert session.predictions(broken, [{"text": "x"}])[0].refused
    limited = plain(tmp_path / "l", Refusal("softmax", 0.1, 0.05))
    assert limited.predictions(broken, [{"text": "x"}])[0].refused


def test_served_and_torch_agree(exact: Session, served: Session) -> None:
    texts = [*made_skills.TEXTS, "x", "a much longer text " * 30, "", "雨"]
    wanted, found = exact.outputs(texts), served.outputs(texts)
    assert found["logits"].shape == (8, 2) and found["vector"].shape == (8, 32)
    np.testing.assert_allclose(found["vector"], wanted["vector"], atol=1e-5)
    assert [one.value for one in exact(texts)] == [one.value for one in served(texts)]
    for one, two in zip(exact(texts), served(texts), strict=True):
        assert one.score == pytest.approx(two.score, abs=1e-5)


@given(st.lists(WORDS, min_size=1, max_size=9))
@settings(max_examples=20)
def test_batched_is_one_by_one(served: Session, texts: list[str]) -> None:
    together = served.outputs(texts)["logits"]
    alone = np.concatenate([served.outputs([text])["logits"] for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_small_batches_give_the_same(tiny_skill: Skill, store: Store, served: Session) -> None:
    small = open_session(tiny_skill, store, options=EngineOptions(tokens=16))
    np.testing.assert_allclose(
        small.outputs(made_skills.TEXTS * 3)["logits"], served.outputs(made_skills.TEXTS * 3)["logits"], atol=1e-4
    )


def test_neighbours_refuse_by_the_bank(tmp_path: Path, store: Store, tiny_skill: Skill) -> None:
    own = dataclasses.replace(tiny_skill.manifest.variants["fp32"], refusal=Refusal("neighbour", 0.999, 0.05))
    manifest = dataclasses.replace(tiny_skill.manifest, variants={"fp32": own})
    files = {name: tiny_skill.path(name) for name in tiny_skill.manifest.files}
    session = open_session(write(tmp_path / "s", manifest, files), store)
    assert session.bank is not None
    assert session(["some text"])[0].refused


def test_a_skill_that_owns_the_embedding(tmp_path: Path, store: Store) -> None:
    skill = made_skills.encoder(tmp_path / "s", store, start=None)
    wanted = open_session(skill, variant="torch").outputs(made_skills.TEXTS)
    found = open_session(skill).outputs(made_skills.TEXTS)
    np.testing.assert_allclose(found["vector"], wanted["vector"], atol=1e-5)


def test_two_skills_share_one_trunk(tmp_path: Path, store: Store, served: Session, tiny_skill: Skill) -> None:
    files = {name: tiny_skill.path(name) for name in tiny_skill.manifest.files}
    other = open_session(write(tmp_path / "s", dataclasses.replace(tiny_skill.manifest, name="other"), files), store)
    assert other.engine.trunk is served.engine.trunk  # type: ignore[attr-defined]


def test_a_standalone_bundle_answers_without_a_store(
    tmp_path: Path, store: Store, tiny_skill: Skill, served: Session
) -> None:
    trunk = tiny_skill.manifest.branch.trunk  # type: ignore[union-attr]
    files = {name: tiny_skill.path(name) for name in tiny_skill.manifest.files}
    files["trunk/trunk.fp32.onnx"] = store.trunks.file(trunk, "trunk.fp32.onnx")
    alone = open_session(write(tmp_path / "s", tiny_skill.manifest, files))
    np.testing.assert_array_equal(alone.outputs(["lamp"])["logits"], served.outputs(["lamp"])["logits"])


def test_missing_parts(tmp_path: Path, store: Store, tiny_skill: Skill) -> None:
    with pytest.raises(SkillError, match="does not carry its trunk"):
        open_session(tiny_skill)
    with pytest.raises(StoreError, match="the store has no trunk.fp32.onnx"):
        open_session(tiny_skill, Store(tmp_path))
    with pytest.raises(SkillError, match="has no variant int8"):
        open_session(tiny_skill, store, variant="int8")
    with pytest.raises(LingosError, match="did you mean 'onnx'"):
        open_session(tiny_skill, store, engine="onxx")


def test_another_trunk_than_the_tested_one_is_refused(tmp_path: Path, store: Store, tiny_skill: Skill) -> None:
    own = dataclasses.replace(tiny_skill.manifest.variants["fp32"], trunk_sha256="00" * 32)
    files = {name: tiny_skill.path(name) for name in tiny_skill.manifest.files}
    changed = write(tmp_path / "s", dataclasses.replace(tiny_skill.manifest, variants={"fp32": own}), files)
    with pytest.raises(SkillError, match="is not the one that"):
        open_session(changed, store)


def test_a_damaged_graph_is_told(tmp_path: Path, store: Store, tiny_skill: Skill) -> None:
    files = {name: tiny_skill.path(name) for name in tiny_skill.manifest.files}
    broken = write(tmp_path / "s", tiny_skill.manifest, {**files, "variants/fp32/branch.onnx": b"not a graph"})
    with pytest.raises(SkillError, match="can not be loaded"):
        open_session(broken, store)


def test_a_damaged_bank_is_told(tmp_path: Path) -> None:
    from safetensors.numpy import save

    skill = made_skills.ngrams(tmp_path / "s")
    grown = skill.extended(skill.manifest, {"bank.safetensors": save({"vectors": np.zeros((1, 2), dtype=np.float16)})})
    with pytest.raises(SkillError, match="has no 'targets'"):
        open_session(grown)


def test_answering_imports_neither_torch_nor_transformers(tiny_skill: Skill, store: Store) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from lingos.inference import open_session; from lingos.skill import Skill\n"
        "from lingos.store.store import Store\n"
        f"session = open_session(Skill.open(Path({str(tiny_skill.folder)!r})), Store({str(store.home)!r}))\n"
        "print(session(['turn the lamp on'])[0].value)\n"
        "heavy = ('torch', 'transformers', 'sklearn', 'pandas', 'pyarrow', 'pydantic', 'filelock')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] in made_skills.LABELS
    assert done.stdout.splitlines()[1] == "[]"

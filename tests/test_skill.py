"""The bundle: round trip, atomic writing, and refusal of everything that is not what was written."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save
from tests.made_skills import FULL

from lingos import manifest as formats
from lingos import skill as module
from lingos.contracts import Refusal
from lingos.errors import LingosError, ResourceError, SkillError
from lingos.integrity import SETTLED, Seen, sha256
from lingos.skill import Skill, Variant, write

FILES = {
    "branch.safetensors": save({"head.weight": np.ones((2, 4), dtype=np.float32)}),
    "variants/fp32/branch.onnx": b"not really onnx",
    "README.md": "# card 卡",
}


@pytest.fixture
def skill(tmp_path: Path) -> Skill:
    return write(tmp_path / "tickets", FULL, FILES)


def reseal(folder: Path, change: dict[str, object]) -> None:
    content = json.loads((folder / "skill.json").read_text("utf-8"))
    content.pop("seal")
    content.update(change)
    content["seal"] = formats._seal(content)
    (folder / "skill.json").write_text(json.dumps(content), "utf-8")


def test_round_trip(skill: Skill) -> None:
    again = Skill.open(skill.folder)
    assert again == skill
    assert dataclasses.replace(again.manifest, files={}) == FULL
    assert again.path("README.md").read_text("utf-8") == "# card 卡"
    np.testing.assert_array_equal(again.tensors("branch.safetensors")["head.weight"], np.ones((2, 4)))
    assert str(again.ref) == "tickets@0"
    assert again.variant()[0] == "fp32"


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-10),
    st.text(st.characters(exclude_categories=("Cs",))),
    st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), st.integers() | st.booleans() | st.none()),
)
def test_manifest_round_trip(threshold: float, label: str, free: dict[str, object]) -> None:
    manifest = dataclasses.replace(
        FULL,
        refusal=Refusal("softmax", threshold),
        schema={"labels": [label]},
        evaluation=free,
        variants={},
        serve=None,
    )
    assert formats.from_json(formats.to_json(manifest)) == manifest


def test_no_threshold_is_null_and_comes_back(tmp_path: Path) -> None:
    manifest = dataclasses.replace(FULL, refusal=Refusal(), variants={}, serve=None)
    written = write(tmp_path / "s", manifest, {})
    assert '"threshold": null' in (written.folder / "skill.json").read_text("utf-8")
    assert Skill.open(written.folder).manifest.refusal.threshold == float("-inf")


def test_numpy_numbers_become_numbers() -> None:
    manifest = dataclasses.replace(
        FULL, evaluation={"value": np.float32(0.5), "n": np.int64(3)}, variants={}, serve=None
    )
    assert formats.from_json(formats.to_json(manifest)).evaluation == {"value": 0.5, "n": 3}


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("harm", ["truncate", "flip", "remove", "append", "link"])
def test_every_harm_to_every_file_is_noticed(skill: Skill, name: str, harm: str) -> None:
    path = skill.folder / name
    content = path.read_bytes()
    if harm in {"remove", "link"}:
        path.unlink()
    if harm == "link":
        (skill.folder.parent / "outside").write_bytes(content)
        path.symlink_to(skill.folder.parent / "outside")
    if harm == "truncate":
        path.write_bytes(content[:-1])
    if harm == "append":
        path.write_bytes(content + b" ")
    if harm == "flip":
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(SkillError, match=name):
        Skill.open(skill.folder)


def test_extra_file_is_refused(skill: Skill) -> None:
    (skill.folder / "evil.pkl").write_bytes(b"x")
    with pytest.raises(SkillError, match="evil.pkl does not belong there"):
        Skill.open(skill.folder)


def test_linked_folder_is_refused(skill: Skill, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (skill.folder / "more").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SkillError, match="more is a link"):
        Skill.open(skill.folder)


def test_all_faults_at_once(skill: Skill) -> None:
    (skill.folder / "README.md").unlink()
    (skill.folder / "branch.safetensors").write_bytes(b"")
    with pytest.raises(SkillError, match=r"(?s)README.md is missing.*branch.safetensors was altered"):
        Skill.open(skill.folder)


def test_half_written_and_absent(skill: Skill, tmp_path: Path) -> None:
    (skill.folder / "skill.json").unlink()
    with pytest.raises(SkillError, match="half-written"):
        Skill.open(skill.folder)
    with pytest.raises(SkillError, match="no skill in"):
        Skill.open(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "upgrade LingOS"),
        ({"format": "1"}, "no format that is known"),
        ({"format": True}, "no format that is known"),
        ({"sed": 1}, r"unknown key sed \(did you mean 'seed'\?\)"),
        ({"seed": "3"}, "seed: expected int"),
        ({"serve": "int4"}, "serves variant 'int4'"),
        ({"files": {"../../etc/passwd": "00"}, "variants": {}, "serve": None}, "outside the bundle"),
        ({"files": {"/etc/passwd": "00"}, "variants": {}, "serve": None}, "outside the bundle"),
        ({"calibration": {"temprature": 1}}, "unknown key calibration.temprature"),
    ],
)
def test_wrong_manifests(skill: Skill, change: dict[str, object], message: str) -> None:
    reseal(skill.folder, change)
    with pytest.raises(SkillError, match=message):
        Skill.open(skill.folder)


def test_trunk_file_can_not_leave_the_trunk(skill: Skill) -> None:
    content = json.loads((skill.folder / "skill.json").read_text("utf-8"))
    content["variants"]["fp32"]["trunk_file"] = "../other/trunk.onnx"
    reseal(skill.folder, {"variants": content["variants"]})
    with pytest.raises(SkillError, match="outside the trunk"):
        Skill.open(skill.folder)


def test_an_edited_threshold_breaks_the_seal(skill: Skill) -> None:
    file = skill.folder / "skill.json"
    file.write_text(file.read_text("utf-8").replace("0.25", "0.05"), "utf-8")
    with pytest.raises(SkillError, match="altered after it was written"):
        Skill.open(skill.folder)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1, "seed": NaN}', "\x00"])
def test_garbage_instead_of_json(skill: Skill, text: str) -> None:
    (skill.folder / "skill.json").write_text(text, "utf-8")
    with pytest.raises(SkillError):
        Skill.open(skill.folder)


def test_binary_instead_of_json(skill: Skill) -> None:
    (skill.folder / "skill.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SkillError, match="not UTF-8"):
        Skill.open(skill.folder)


def test_damaged_tensors_with_a_right_hash(tmp_path: Path) -> None:
    made = write(
        tmp_path / "s", dataclasses.replace(FULL, variants={}, serve=None), {"b.safetensors": b"12345678garbage"}
    )
    with pytest.raises(SkillError, match="can not be read"):
        made.tensors("b.safetensors")


def test_unknown_file_and_variant(skill: Skill) -> None:
    with pytest.raises(SkillError, match="has no file nothing"):
        skill.path("nothing")
    with pytest.raises(SkillError, match="has no variant int8"):
        skill.variant("int8")


def test_existing_folder_is_kept(skill: Skill) -> None:
    with pytest.raises(SkillError, match="exists"):
        write(skill.folder, FULL, {})
    assert Skill.open(skill.folder) == skill


@pytest.mark.parametrize("name", ["../a", "/a", "skill.json", "a/../b", "", "a\\b"])
def test_unsafe_names_are_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(SkillError, match="can not be a file of a bundle"):
        write(tmp_path / "s", dataclasses.replace(FULL, variants={}, serve=None), {name: b"x"})
    assert list(tmp_path.iterdir()) == []


def test_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "replace_text", full)
    with pytest.raises(ResourceError, match="No space left"):
        write(tmp_path / "s", FULL, FILES)
    assert list(tmp_path.iterdir()) == []


def test_extended_adds_files_and_keeps_the_old(skill: Skill) -> None:
    more = Variant("onnx", "int8", ("variants/int8/branch.onnx",), "trunk.int8.onnx")
    manifest = dataclasses.replace(skill.manifest, variants={**skill.manifest.variants, "int8": more}, serve="int8")
    grown = skill.extended(manifest, {"variants/int8/branch.onnx": b"8"})
    assert Skill.open(skill.folder) == grown
    assert set(grown.manifest.files) == {*FILES, "variants/int8/branch.onnx"}
    assert grown.variant()[1] == more


def test_extended_drops_files(skill: Skill) -> None:
    lean = skill.extended(skill.manifest, {"new": b"n"}, drop=["README.md", "never there"])
    assert set(lean.manifest.files) == {*FILES, "new"} - {"README.md"}
    assert not (skill.folder / "README.md").exists()


def test_private_folder(skill: Skill) -> None:
    assert skill.folder.stat().st_mode & 0o077 == 0


def test_seen_remembers_and_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "big"
    file.write_bytes(b"a" * (2 << 20))
    old = 1_000_000_000
    os.utime(file, (old, old))
    monkeypatch.setattr("lingos.integrity.time.time", lambda: file.stat().st_ctime + SETTLED + 1)
    seen = Seen(tmp_path / "seen.json")
    first = seen.sha256(file)
    seen.save()
    monkeypatch.setattr("lingos.integrity.sha256", lambda _: pytest.fail("hashed again"))
    assert Seen(tmp_path / "seen.json").sha256(file) == first
    monkeypatch.undo()
    with file.open("r+b") as stream:
        stream.write(b"b")
    os.utime(file, (old, old))  # size and modification time are as before; the change time can not be forged
    assert Seen(tmp_path / "seen.json").sha256(file) == sha256(file) != first


def test_seen_does_not_keep_fresh_files(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"a" * (2 << 20))
    seen = Seen(tmp_path / "seen.json")
    seen.sha256(tmp_path / "big")
    seen.save()
    assert not (tmp_path / "seen.json").exists()


def test_broken_memory_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text("{broken", "utf-8")
    (tmp_path / "f").write_bytes(b"x" * (2 << 20))
    assert Seen(tmp_path / "seen.json").sha256(tmp_path / "f") == sha256(tmp_path / "f")


def test_opening_imports_nothing_heavy(skill: Skill) -> None:
    code = (
        "import sys; from pathlib import Path; from lingos.skill import Skill;"
        f"Skill.open(Path({str(skill.folder)!r}));"
        "print([m for m in ('torch', 'transformers', 'numpy', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_errors_are_lingos_errors() -> None:
    assert issubclass(SkillError, LingosError)

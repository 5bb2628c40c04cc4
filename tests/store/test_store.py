"""The store: numbering, references, aliases under races, removal, and errors that help."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
from pathlib import Path

import pytest
from tests.made_skills import PLAIN

from lingos import manifest as formats
from lingos.errors import SkillError, StoreError
from lingos.skill import Skill, write
from lingos.store.store import Store, check_name

TRUNK = "ab" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def bundle(tmp_path: Path, name: str = "tickets", **changes: object) -> Skill:
    return write(tmp_path / os.urandom(4).hex(), dataclasses.replace(PLAIN, name=name, **changes), {"labels.txt": name})


def filled(store: Store, tmp_path: Path, count: int = 3) -> Store:
    made = bundle(tmp_path)
    for _ in range(count):
        store.put(made)
    return store


def branched(tmp_path: Path, name: str, trunk: str = TRUNK) -> Skill:
    return bundle(tmp_path, name, branch=formats.BranchInfo(2, trunk, 1, "mean", "linear"))


def test_versions_count_up_and_the_bundle_knows_its_number(store: Store, tmp_path: Path) -> None:
    made = bundle(tmp_path)
    assert [str(store.put(made)) for _ in range(3)] == ["tickets@1", "tickets@2", "tickets@3"]
    assert store.versions("tickets") == [1, 2, 3]
    assert store.get("tickets@2").manifest.version == 2
    assert store.get("tickets@2").path("labels.txt").read_text() == "tickets"


def test_a_name_alone_is_production_else_the_newest(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    assert store.get("tickets").ref.version == 3
    store.promote("tickets", 1)
    assert store.get("tickets").ref.version == 1
    assert store.get("tickets@production").ref.version == 1


def test_numbers_are_never_given_twice(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    store.remove("tickets@3")
    assert store.put(bundle(tmp_path)).version == 4
    store.remove("tickets")
    assert store.names() == []
    assert store.put(bundle(tmp_path)).version == 5


def test_chinese_names(store: Store, tmp_path: Path) -> None:
    assert str(store.put(bundle(tmp_path, "工单"))) == "工单@1"
    assert store.names() == ["工单"]
    assert store.get("工单@1").manifest.name == "工单"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "a@b", "-x", ".hidden", "a b", "x" * 65, "a\0", "end."]
)
def test_bad_names(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="can not be the name"):
        check_name(name)
    with pytest.raises(StoreError):
        store.get(name)


def test_unknown_references_name_the_nearest(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    store.promote("tickets", 2)
    with pytest.raises(StoreError, match="did you mean 'tickets'"):
        store.get("tikets")
    with pytest.raises(StoreError, match="did you mean 'production'"):
        store.get("tickets@producton")
    with pytest.raises(StoreError, match="one of 1, 2, 3"):
        store.get("tickets@9")
    with pytest.raises(StoreError, match="unknown skill"):
        Store(store.home / "empty").get("tickets")


def test_compare_and_swap(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    store.alias("tickets", "canary", 1, None)
    with pytest.raises(StoreError, match="canary is version 1, not not set"):
        store.alias("tickets", "canary", 2, None)
    store.alias("tickets", "canary", 2, 1)
    assert store.state("tickets").current() == {"canary": 2}
    store.alias("tickets", "canary", None, 2)
    assert store.state("tickets").current() == {}
    with pytest.raises(StoreError, match="unknown version of tickets"):
        store.alias("tickets", "canary", 7, None)
    with pytest.raises(StoreError, match="can not be an alias"):
        store.alias("tickets", "2", 1, None)


def test_rollback_goes_back_step_by_step(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 4)
    for version in (1, 2, 3):
        store.promote("tickets", version)
    assert store.rollback("tickets").version == 2
    assert store.rollback("tickets").version == 1
    with pytest.raises(StoreError, match="no earlier version"):
        store.rollback("tickets")
    store.promote("tickets", 4)
    assert store.rollback("tickets").version == 1
    assert [move.version for move in store.state("tickets").moves] == [1, 2, 3, 2, 1, 4, 1]


def test_rollback_skips_removed_versions(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    for version in (1, 2, 3):
        store.promote("tickets", version)
    store.remove("tickets@2")
    assert store.rollback("tickets").version == 1


def test_remove_refuses_what_is_in_use(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    store.promote("tickets", 2)
    with pytest.raises(StoreError, match="in use as tickets@production"):
        store.remove("tickets@2")
    with pytest.raises(StoreError, match="in use"):
        store.remove("tickets")
    assert store.versions("tickets") == [1, 2, 3]
    assert [str(ref) for ref in store.remove("tickets@2", force=True)] == ["tickets@2"]
    assert store.state("tickets").current() == {}
    with pytest.raises(StoreError, match="unknown skill"):
        store.remove("nothing")


def test_entries_show_aliases_and_damage(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 2)
    store.promote("tickets", 1)
    (store.skills / "tickets" / "2" / "skill.json").write_text("{")
    first, second = store.entries()
    assert (first.aliases, first.fault) == (("production",), "")
    assert first.manifest is not None and first.bytes > 0
    assert second.manifest is None and "not JSON" in second.fault
    with pytest.raises(StoreError, match="did you mean"):
        store.entries("ticket")


def test_damaged_bundles_are_not_taken_nor_given(store: Store, tmp_path: Path) -> None:
    made = bundle(tmp_path)
    store.put(made)
    (made.folder / "labels.txt").write_text("other")
    with pytest.raises(SkillError, match="labels.txt was altered"):
        store.put(made)
    assert store.versions("tickets") == [1]
    (store.skills / "tickets" / "1" / "labels.txt").write_text("other")
    with pytest.raises(SkillError, match="labels.txt was altered"):
        store.get("tickets")


def test_a_copied_version_folder_is_refused(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 1)
    (store.skills / "tickets" / "1").rename(store.skills / "tickets" / "8")
    with pytest.raises(StoreError, match="says that it is tickets@1"):
        store.get("tickets")


def test_leftovers_of_a_killed_put_are_not_seen(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 1)
    (store.skills / "tickets" / ".dead").mkdir()
    (store.skills / ".trash").mkdir()
    assert store.versions("tickets") == [1]
    assert store.names() == ["tickets"]


def test_trunk_must_be_there_and_goes_with_the_last_skill(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no trunk abab"):
        store.put(branched(tmp_path, "a"))
    store.trunks.put(TRUNK, {"config.json": "{}"})
    store.put(branched(tmp_path, "a"))
    store.put(branched(tmp_path, "b"))
    store.remove("a")
    assert store.collect(min_age=0) == []
    store.remove("b")
    assert store.trunks.has(TRUNK), "just used: it may belong to a run that goes on"
    assert store.collect(min_age=0) == [TRUNK]


def test_damage_stops_collecting(store: Store, tmp_path: Path) -> None:
    store.trunks.put(TRUNK, {"config.json": "{}"})
    store.put(branched(tmp_path, "a"))
    (store.skills / "a" / "1" / "skill.json").write_text("{")
    assert store.collect(min_age=0) == []


def test_a_standalone_bundle_needs_no_trunk(store: Store, tmp_path: Path) -> None:
    manifest = dataclasses.replace(PLAIN, name="s", branch=formats.BranchInfo(2, TRUNK, 1, "mean", "linear"))
    made = write(tmp_path / "s", manifest, {"trunk/config.json": "{}"})
    assert store.put(made).version == 1


def test_folders_are_private(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 1)
    for place in (store.home, store.root, store.skills, store.skills / "tickets", store.skills / "tickets" / "1"):
        assert place.stat().st_mode & 0o077 == 0, place


def test_damaged_aliases(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 1)
    (store.skills / "tickets" / "aliases.json").write_text('{"last": "one"}')
    with pytest.raises(StoreError, match="last: expected int") as told:
        store.get("tickets")
    assert "name@3 still answers" in told.value.cure
    assert store.get("tickets@1").ref.version == 1, "what the cure says works"


def test_damaged_aliases_are_listed_and_hide_no_other_skill(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 1)
    (store.skills / "tickets" / "aliases.json").write_text('{"last": "one"}')
    store.put(write(tmp_path / "other", dataclasses.replace(PLAIN, name="other"), {"a": "a"}))
    first, second = store.entries()
    assert (first.ref.name, first.fault, first.manifest is not None) == ("other", "", True)
    assert "aliases.json" in second.fault and second.manifest is not None and second.aliases == ()


def _put_many(home: Path, source: Path, count: int) -> None:
    for _ in range(count):
        Store(home).put(source)


def _add_one(home: Path, rounds: int) -> None:
    """Move the alias up by one, `rounds` times, as a polite client would: read, compare-and-swap, try again."""
    store, done = Store(home), 0
    while done < rounds:
        now = store.state("tickets").current()["counter"]
        try:
            store.alias("tickets", "counter", now + 1, now)
            done += 1
        except StoreError:
            continue


def run(target: object, arguments: tuple[object, ...], count: int) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=target, args=arguments) for _ in range(count)]  # type: ignore[arg-type]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0


def test_two_processes_put_at_once(store: Store, tmp_path: Path) -> None:
    made = bundle(tmp_path)
    run(_put_many, (store.home, made.folder, 8), 2)
    assert store.versions("tickets") == list(range(1, 17))
    assert [store.get(f"tickets@{version}").manifest.version for version in (1, 16)] == [1, 16]


def test_two_processes_move_an_alias(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, 13)
    store.promote("tickets", 1, "counter")
    run(_add_one, (store.home, 6), 2)
    assert store.state("tickets").current() == {"counter": 13}

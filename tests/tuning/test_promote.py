"""An alias moves only to a version that the gate accepts beside the one in use; by force, and then it is on record."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.made import ROWS, call, csv, document

import lingos
from lingos.errors import StoreError
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tuning import promote as module
from lingos.tuning.answers import ANSWERS, kept
from lingos.tuning.options import TuneOptions
from lingos.tuning.promote import promote
from lingos.tuning.run import tune
from lingos.tuning.verbs import load

OTHERS = [(text.replace("number", "no."), label) for text, label in ROWS]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def version(store: Store, tmp_path: Path, method: str, **more: Any) -> int:
    """The next version of "t": tfidf knows the rows, majority only guesses."""
    more = {"test": str(csv(tmp_path / "test.csv", OTHERS)), **more}
    options = TuneOptions(name="t", method=method, effort="quick", personal=False, **more)
    return tune(csv(tmp_path / "train.csv"), options, store=store).skill.version


def current(store: Store, alias: str = "production") -> int | None:
    return store.state("t").current().get(alias)


def test_the_bundle_keeps_what_it_answered(store: Store, tmp_path: Path) -> None:
    version(store, tmp_path, "majority")
    skill = store.get("t@1")
    found = kept(skill)
    assert found is not None and len(found) == len(OTHERS)
    session = load("t@1", store=store)
    said = {row.id: answer.value for row, answer in zip(found.examples, session([t for t, _ in OTHERS]), strict=True)}
    assert [found.labels[k] for k in found.predicted] == list(said.values())
    assert {row.target for row in found.examples} == {label for _, label in OTHERS}
    assert found.correct.mean() == skill.manifest.evaluation["primary"]["value"]


def test_the_first_is_promoted_and_an_equal_or_better_one_after_it(store: Store, tmp_path: Path) -> None:
    version(store, tmp_path, "majority")
    first = promote("t", store=store)
    assert first.accepted and first.before is None and current(store) == 1
    assert first.reason == "first version: nothing to compare with"
    version(store, tmp_path, "tfidf")
    found = promote("t", store=store)
    assert found.accepted and not found.forced and str(found.before) == "t@1" and current(store) == 2
    assert found.numbers["difference"] > 0.3 and found.numbers["rows"] == len(OTHERS)
    assert found.sentence().startswith(
        f"t@2 beside t@1 on {len(OTHERS)} test rows that both were asked and neither has learned: not worse than"
    )
    again = promote("t@2", store=store)
    assert again.accepted and again.reason == "it is in use already"
    moves = store.state("t").moves
    assert [(move.version, move.forced) for move in moves] == [(1, False), (2, False)]
    assert "not worse than the version in use (difference +" in moves[1].reason


def test_a_worse_version_is_refused_with_the_difference_and_forced_on_record(store: Store, tmp_path: Path) -> None:
    for method in ("tfidf", "majority"):
        version(store, tmp_path, method)
    promote("t@1", store=store)
    with pytest.raises(
        StoreError, match=r"t@2 is not promoted\. t@2 beside t@1 on 42 test rows .*: worse than"
    ) as told:
        promote("t@2", store=store)
    assert "points [" in told.value.what and "--force" in told.value.cure and current(store) == 1
    found = promote("t@2", force=True, store=store)
    assert found.forced and not found.accepted and current(store) == 2
    last = store.state("t").moves[-1]
    assert last.forced and "worse than the version in use by" in last.reason
    plain = json.loads(json.dumps(found.to_json()))
    assert (plain["skill"], plain["before"], plain["reason_code"]) == ("t@2", "t@1", "gate.worse")
    assert plain["numbers"]["high"] < 0
    assert str(store.rollback("t")) == "t@1"


def test_rows_that_one_has_learned_do_not_count(store: Store, tmp_path: Path) -> None:
    version(store, tmp_path, "tfidf")
    promote("t", store=store)
    # The second version learned what the first was tested on: its answers to these rows say nothing.
    test = csv(tmp_path / "new.csv", ROWS[:12])
    options = TuneOptions(name="t", method="tfidf", effort="quick", test=str(test), personal=False)
    tune(csv(tmp_path / "other.csv", OTHERS), options, store=store)
    with pytest.raises(StoreError, match="they share no test row that neither has learned") as told:
        promote("t", store=store)
    assert "--data FILE" in told.value.cure and current(store) == 1
    with pytest.raises(StoreError, match="one of them has learned each row of"):
        promote("t", data=str(test), store=store)
    fresh = [(f"good day, {text}, thank you", label) for text, label in ROWS]
    found = promote("t", data=str(csv(tmp_path / "fresh.csv", [*fresh, *ROWS[:5]])), store=store)
    assert found.accepted and current(store) == 2
    assert found.compared == "t@2 beside t@1 on 42 rows of fresh.csv (5 that one of them has learned are left out)"


def test_a_file_to_judge_by_decides(store: Store, tmp_path: Path) -> None:
    for method in ("tfidf", "majority"):
        version(store, tmp_path, method)
    promote("t@1", store=store)
    fresh = str(csv(tmp_path / "fresh.csv", [(f"good day, {text}, thank you", label) for text, label in ROWS]))
    with pytest.raises(StoreError, match=r"on 42 rows of fresh\.csv: worse than the version in use"):
        promote("t@2", data=fresh, store=store)


def test_other_aliases_are_judged_beside_what_they_mean(store: Store, tmp_path: Path) -> None:
    for method in ("tfidf", "majority"):
        version(store, tmp_path, method)
    promote("t@1", store=store)
    assert promote("t@2", alias="staging", store=store).before is None
    assert (current(store), current(store, "staging")) == (1, 2)
    assert promote("t@1", alias="staging", store=store).accepted


def test_an_alias_that_moved_meanwhile_stays(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for method in ("majority", "tfidf", "tfidf"):
        version(store, tmp_path, method)
    promote("t@1", store=store)
    judged = module.gate

    def slow(*given: Any) -> Any:
        store.promote("t", 3)
        return judged(*given)

    monkeypatch.setattr(module, "gate", slow)
    with pytest.raises(StoreError, match="t@production is version 3, not version 1"):
        promote("t@2", store=store)
    assert current(store) == 3


def test_without_answers_or_with_a_damaged_version_in_use_only_force_helps(store: Store, tmp_path: Path) -> None:
    for method in ("tfidf", "tfidf"):
        version(store, tmp_path, method)
    promote("t@1", store=store)
    _without_answers(store.get("t@1"))
    with pytest.raises(StoreError, match=r"t@1 does not carry its answers to test rows"):
        promote("t@2", store=store)
    (store.get("t@1").folder / "README.md").write_text("altered")
    with pytest.raises(lingos.LingosError, match="not the skill that was written"):
        promote("t@2", store=store)
    found = promote("t@2", force=True, store=store)
    assert found.forced and found.reason.startswith("not judged: ") and current(store) == 2


def _without_answers(skill: Skill) -> None:
    skill.extended(dataclasses.replace(skill.manifest), {}, drop=[ANSWERS])


def test_the_command_tells_what_was_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, test = csv(tmp_path / "train.csv"), csv(tmp_path / "test.csv", OTHERS)
    for method in ("tfidf", "majority"):
        document(capsys, "tune", data, "--test", test, "--method", method, "--name", "t", "--json")
    assert "t@production is now t@1" in call(capsys, "skills", "promote", "t@1")[2]
    code, out, err = call(capsys, "skills", "promote", "t@2")
    assert code == 2 and out == "" and "worse than the version in use by" in err
    assert document(capsys, "predict", "t", "x", "--json")["skill"] == "t@1"
    found = document(capsys, "skills", "promote", "t@2", "--force", "--json")
    assert found["forced"] is True and found["accepted"] is False and found["alias"] == "production"
    code, _, err = call(capsys, "skills", "promote", "t@1", "--data", test)
    assert code == 0 and "t@1 beside t@2 on 42 rows of test.csv" in err and "t@production is now t@1" in err

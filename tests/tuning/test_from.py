"""`--from`: no row that the skill before has learned judges the one that starts from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import tiny
from tests.cli.made import ROWS, csv

from lingos.backbones.text import load
from lingos.contracts import Example
from lingos.errors import DataError, RecipeError
from lingos.ladder import ladder
from lingos.ladder.rungs import EFFORTS, Effort
from lingos.methods.base import method
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tuning.folds import FAIR, shared_folds
from lingos.tuning.learned import INHERITED, content, learned
from lingos.tuning.options import TuneOptions
from lingos.tuning.origin import Origin, _check_shapes, origin_of
from lingos.tuning.prepare import Prepared, prepare
from lingos.tuning.run import tune

NEW = [(f"good day, {text}, thank you", label) for text, label in ROWS]
QUICK: dict[str, Any] = {"effort": "quick", "personal": False, "set": ["epochs=1", "layers=1"]}


class Home:
    """A store in which t@1 has learned ROWS by its top layer."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.said = folder, Store(folder / "home"), list[str]()
        self.base = str(tiny.folder(folder, "bert"))
        self.tune(ROWS)

    def tune(self, rows: list[tuple[str, str]], **more: Any) -> Skill:
        options = TuneOptions(**{"name": "t", "method": "top", "base": self.base, **QUICK, **more})
        self.said.clear()
        made = tune(csv(self.folder / "data.csv", rows), options, store=self.store, say=self.said.append)
        return self.store.get(str(made.skill))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("from"))


def parts(skill: Skill) -> dict[str, set[str]]:
    split = json.loads(skill.path("split.json").read_text("utf-8"))
    return {name: {content(row) for row in rows} for name, rows in split.items()}


def origin_with(rows: list[str]) -> Origin:
    return Origin("t@1", {}, rows, frozenset(content(row) for row in rows))


def prepared(rows: int, clusters: Any = None) -> Prepared:
    examples = [Example({"text": f"text {k}"}, "ab"[k % 2], f"r{k}") for k in range(rows)]
    nothing: Any = None
    return Prepared(nothing, nothing, examples, [], np.arange(rows) if clusters is None else clusters)


def test_no_test_row_was_learned_before_and_the_lineage_is_kept(home: Home) -> None:
    first = parts(home.store.get("t@1"))
    found = parts(home.tune([*ROWS, *NEW], from_="t", seed=5))
    assert not found["test"] & first["train"] and found["test"]
    assert any("test rows that t@1 has learned, or nearly so, are training rows instead" in one for one in home.said)
    assert any("are learned again, and judge nothing" in one for one in home.said)
    if INHERITED in found:  # the start from t@1 was chosen
        assert found[INHERITED] == first["train"]


def test_a_ladder_tries_from_there_what_trains_layers_and_nothing_else(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    monkeypatch.setitem(EFFORTS, "quick", Effort("quick", ("tfidf", "head", "top"), 600, 30))
    chosen = ladder.choose

    def seen(rungs: list[Any], *rest: Any) -> Any:
        found.extend(str(rung.name) for rung in rungs)
        return chosen(rungs, *rest)

    monkeypatch.setattr(ladder, "choose", seen)
    home.tune(NEW, from_="t@1", method="auto")
    assert found == ["tfidf", "head", "top", "top from t@1"]


def test_a_descendant_knows_what_its_ancestors_learned(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ladder.choose

    def warm(rungs: list[Any], *rest: Any) -> Any:
        return chosen([rung for rung in rungs if rung.origin], *rest)

    monkeypatch.setattr(ladder, "choose", warm)
    monkeypatch.setattr(ladder, "futile", lambda *given: None)
    before = parts(home.store.get("t@1"))["train"]
    skill = home.tune(NEW, from_="t@1")
    assert skill.manifest.parent == "t@1" and before < learned(skill)
    assert parts(skill)[INHERITED] == before
    again = home.tune([(f"hello, {text}?", label) for text, label in ROWS], from_=str(skill.ref))
    assert learned(skill) < learned(again)


def test_learned_rows_of_a_test_file_are_told_and_left_out(home: Home) -> None:
    test = csv(home.folder / "test.csv", [*ROWS, *[(f"{text} please", label) for text, label in ROWS]])
    first = parts(home.store.get("t@1"))["train"]
    found = parts(home.tune(NEW, from_="t@1", test=str(test)))
    assert not found["test"] & first
    told = f"warning learned: t@1 has learned {len(first)} of the {2 * len(ROWS)} rows of {test}; they do not count"
    assert told in home.said


def test_a_test_file_that_was_learned_whole_is_refused(home: Home) -> None:
    ids = parts(home.store.get("t@1"))["train"]
    options = TuneOptions(test=str(csv(home.folder / "a.csv", ROWS)), personal=False, effort="quick")
    every = list(prepare(csv(home.folder / "b.csv", NEW), options, None, str).test)
    with pytest.raises(DataError, match=f"t@1 has learned each of the {len(ROWS)} rows of .*a.csv") as told:
        prepare(home.folder / "b.csv", options, None, str, origin_with([*ids, *(row.id for row in every)]))
    assert "--test FILE" in told.value.cure


def test_the_same_file_again_is_refused(home: Home) -> None:
    with pytest.raises(DataError, match=r"t@1 has learned \d+ of the \d+ training rows; 0 are left to judge by"):
        home.tune(ROWS, from_="t@1")


def test_folds_hold_only_rows_that_are_new_to_the_origin() -> None:
    old = [f"r{k}" for k in range(30)]
    folds, known = shared_folds(prepared(60), np.zeros(60, np.int64), 0, origin_with(old))
    assert sorted(np.concatenate(folds).tolist()) == list(range(30, 60))
    assert known.tolist() == list(range(30))


def test_a_near_duplicate_of_a_learned_row_judges_nothing() -> None:
    clusters = np.arange(60)
    clusters[59] = 0
    folds, known = shared_folds(prepared(60, clusters), np.zeros(60, np.int64), 0, origin_with(["r0"]))
    assert known.tolist() == [0, 59] and len(np.concatenate(folds)) == 58


def test_too_few_new_rows_are_told() -> None:
    old = [f"r{k}" for k in range(60 - FAIR + 1)]
    with pytest.raises(DataError, match=f"41 of the 60 training rows; {FAIR - 1} are left to judge by") as told:
        shared_folds(prepared(60), np.zeros(60, np.int64), 0, origin_with(old))
    assert "leave --from out" in told.value.cure


def test_without_an_origin_every_row_is_judged() -> None:
    folds, known = shared_folds(prepared(12), np.zeros(12, np.int64), 0, None)
    assert sorted(np.concatenate(folds).tolist()) == list(range(12)) and not len(known)


@pytest.mark.parametrize("name", ["head", "tfidf", "prototype"])
def test_a_skill_without_layers_is_no_start(home: Home, name: str) -> None:
    more: dict[str, Any] = {"name": name, "method": name, "set": []}
    home.tune(ROWS, **more)
    with pytest.raises(RecipeError, match=f"{name}@1 has no layers to start from: its method is {name}") as told:
        home.tune(NEW, from_=name)
    assert "top, lora, full" in told.value.expected


@pytest.mark.parametrize("more", [{"method": "head"}, {"method": "tfidf"}, {"method": "auto"}])
def test_a_run_that_trains_no_layers_takes_none(home: Home, more: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match="no layer of t@1 can be taken: .* train none") as told:
        home.tune(NEW, from_="t@1", set=[], **more)
    assert "--method" in told.value.cure and "--effort" in told.value.cure


def test_another_base_is_refused_though_its_shapes_fit(home: Home) -> None:
    other = str(tiny.folder(home.folder, "bert", seed=1))
    with pytest.raises(RecipeError, match="t@1 grew on .*bert-3-0, this run is on .*bert-3-1") as told:
        home.tune(NEW, from_="t@1", base=other)
    assert "SHA-256" in told.value.expected and f"--base {home.base}" in told.value.cure


def test_layers_of_another_size_are_refused(home: Home) -> None:
    skill, base = home.store.get("t@1"), load(home.base)
    with pytest.raises(RecipeError, match=r"no tensor of t@1 fits the top layer"):
        _check_shapes(skill, {"encoder.layer.2.output.dense.weight": np.zeros((2, 2))}, base)


def test_the_version_is_kept_not_the_name(home: Home) -> None:
    methods = [method("top")]
    for reference in ("t@1", "t@production"):
        if "@p" in reference:
            home.store.promote("t", 1)
        found = origin_of(TuneOptions(from_=reference), home.store, load(home.base), methods)
        assert found is not None and found.ref == "t@1"

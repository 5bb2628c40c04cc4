"""`--outside`: texts that belong to no label are learned as such, and refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from tests.cli.made import csv

from lingos.codegen.generate import generate
from lingos.errors import DataError, RecipeError, SkillError
from lingos.ladder.rung import Held, Rung, climb
from lingos.methods.base import method
from lingos.store.store import Store
from lingos.tasks.classify import Classify
from lingos.training.corpus import Corpus, beyond, digest
from lingos.training.fit import Watch
from lingos.tuning.calibrate import _moved
from lingos.tuning.options import TuneOptions
from lingos.tuning.outside import everyday, outside_texts
from lingos.tuning.prepare import prepare
from lingos.tuning.run import tune
from lingos.tuning.verbs import load

RATE = 0.05


def options(root: Path, **told: object) -> TuneOptions:
    data = root / "examples" / "data"
    usual = {"test": str(data / "tickets_en_test.csv"), "method": "head", "refuse": RATE, "effort": "quick"}
    return TuneOptions(**{**usual, "personal": False, **told})  # type: ignore[arg-type]


def test_everyday_texts_make_a_skill_refuse_more_of_what_is_foreign(root: Path, tmp_path: Path) -> None:
    data, store = root / "examples" / "data", Store(tmp_path / "home")
    caught: list[float] = []
    foreign = (data / "off_topic_en.txt").read_text("utf-8").splitlines()
    for outside in (None, "everyday"):
        said: list[str] = []
        tuned = tune(data / "tickets_en.csv", options(root, name="t", outside=outside), store=store, say=said.append)
        assert any("of everyday belong to no label" in one for one in said) == bool(outside)
        assert tuned.evaluation.refusal.refused < 3 * RATE
        caught.append(np.mean([answer.refused for answer in load("t", store=store)(foreign)]))
    assert caught[1] > caught[0] + 0.1


def test_a_file_of_ones_own(root: Path, tmp_path: Path) -> None:
    data, store = root / "examples" / "data", Store(tmp_path / "home")
    said: list[str] = []
    own = (data / "tickets_en.csv").read_text("utf-8").splitlines()[1].rpartition(",")[0]
    other = csv(tmp_path / "other.csv", [("a poem about the sea", "x"), ("a poem about the sea", "x"), (own, "x")])
    tune(data / "tickets_en.csv", options(root, name="t", outside=str(other)), store=store, say=said.append)
    assert f"1 texts of {other} belong to no label (2 were left out): methods that are trained learn so" in said


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ({"refuse": 0.0}, "--outside changes nothing where nothing is refused"),
        ({"method": "tfidf"}, "and tfidf is solved in one go"),
        ({"base": "none", "method": "auto"}, "and there is no base"),
    ],
)
def test_where_it_would_change_nothing_it_is_refused(told: dict, part: str, root: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=part):
        tune(
            root / "examples" / "data" / "tickets_en.csv",
            options(root, **{"outside": "everyday", **told}),
            store=Store(tmp_path / "home"),
        )


def test_a_file_without_a_text_of_its_own_is_told(root: Path, tmp_path: Path) -> None:
    data = root / "examples" / "data" / "tickets_en.csv"
    with pytest.raises(DataError, match="has no text that is not in the training file"):
        tune(data, options(root, outside=str(data)), store=Store(tmp_path / "home"))
    with pytest.raises(DataError, match="no file"):
        tune(data, options(root, outside=str(tmp_path / "none.csv")), store=Store(tmp_path / "home"))


def test_test_rows_are_not_outside_and_few_rows_are_not_outnumbered(root: Path, tmp_path: Path) -> None:
    data = root / "examples" / "data"
    said: list[str] = []
    told = options(root, outside=str(data / "tickets_en_test.csv"))
    with pytest.raises(DataError, match="has no text"):
        tune(data / "tickets_en.csv", told, store=Store(tmp_path / "home"))
    tuned = tune(
        data / "tickets_en.csv",
        options(root, name="t", outside="everyday", shots=8),
        store=Store(tmp_path / "home"),
        say=said.append,
    )
    counts = [int(one.split()[0]) for one in said if "of everyday belong to no label" in one]
    data_of = Store(tmp_path / "home").get(str(tuned.skill)).manifest.data
    assert data_of is not None and counts == [data_of.used]


def test_a_skill_says_what_it_learned_and_has_no_plain_python(root: Path, tmp_path: Path) -> None:
    data, store = root / "examples" / "data" / "tickets_en.csv", Store(tmp_path / "home")
    tuned = tune(data, options(root, name="t", outside="everyday", shots=8), store=store)
    skill = store.get(str(tuned.skill))
    assert skill.manifest.data is not None and skill.manifest.data.outside == "everyday"
    assert skill.manifest.refusal.score in ("softmax", "entropy", "energy")
    with pytest.raises(SkillError, match="has learned from texts of everyday"):
        generate(skill, store, tmp_path / "code")


def test_a_fold_keeps_what_it_said_of_them(tmp_path: Path) -> None:
    task = Classify()
    rows = task.sample()
    corpus = Corpus(rows, task, task.schema(rows), outside=["a poem", "the sea"])
    kind = method("tfidf")
    places = np.arange(len(rows))

    def climbed() -> Held:
        return climb(Rung(kind, kind.Settings()), corpus, places, places[::2], 0, Watch(tmp_path))

    first = climbed()
    assert first.outside is not None and first.outside.shape == (2, corpus.classes)
    again = climbed()
    assert again.outside is not None and np.array_equal(again.outside, first.outside)


def test_the_decision_for_rare_classes_moves_them_as_well() -> None:
    held = Held(np.arange(2), np.zeros((2, 3)), np.zeros((2, 0)), np.arange(2), None, 0.0, outside=np.ones((4, 3)))
    rung = Rung(method("head"), method("head").Settings(), held=[held])
    assert np.array_equal(_moved(rung, (1.0, 0.0, -1.0)).held[0].outside, [[2.0, 1.0, 0.0]] * 4)


@pytest.mark.parametrize("name", ["utter", "body"])
def test_the_text_is_found_as_in_the_training_file_and_no_label_is_wanted(name: str, tmp_path: Path) -> None:
    task = Classify()
    rows = task.sample()
    file = tmp_path / "n.csv"
    file.write_text(f"{name},reply\na long poem about the sea,thank you all very much\nanother one,so nice of you\n")
    train = csv(
        tmp_path / "t.csv", [(str(row.fields["text"]), str(row.target)) for row in rows], head=f"{name},label\n"
    )
    prepared = prepare(train, TuneOptions(personal=False), None, lambda text: None)
    corpus = Corpus(rows, task, task.schema(rows))
    told = TuneOptions(outside=str(file), refuse=RATE)
    assert outside_texts(told, prepared, corpus) == (["a long poem about the sea", "another one"], 0)


def test_their_positions_come_after_rows_and_labels() -> None:
    task = Classify()
    rows = task.sample()
    corpus = Corpus(rows, task, task.schema(rows), outside=["a poem", "the sea"])
    assert [corpus.texts[k] for k in beyond(corpus)] == ["a poem", "the sea"]
    assert beyond(corpus).min() >= len(rows) + corpus.classes and len(corpus.targets) == len(rows)
    rows_of_a_fit = np.arange(4)
    assert digest(corpus, np.concatenate([rows_of_a_fit, beyond(corpus)])) != digest(corpus, rows_of_a_fit)
    assert digest(corpus) != digest(dataclasses.replace(corpus, outside=["a poem"]))
    assert len(beyond(dataclasses.replace(corpus, outside=()))) == 0


def test_everyday_texts_are_all_different_and_of_two_languages() -> None:
    found = everyday()
    assert len(found) == len(set(found)) > 2_500
    assert min(len(everyday("en")), len(everyday("zh"))) > 1_200

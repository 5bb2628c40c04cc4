"""`--calibrate held`: one fit on nine tenths of the training rows; the others set the scores and teach nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests import tiny
from tests.cli.made import call, csv

from lingos.cli import training
from lingos.cli.options import TrainOptions
from lingos.codegen.generate import generate, prove
from lingos.data.readers import read
from lingos.errors import DataError, RecipeError
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tuning import run
from lingos.tuning.explain import explain
from lingos.tuning.learned import lineage
from lingos.tuning.options import TuneOptions
from lingos.tuning.recipe import merged

TOPICS = {"cancel": "cancel my order of", "bill": "send the invoice for", "late": "where is my parcel with"}
THINGS = ("a lamp", "two chairs", "some tea", "the red coat", "old books", "a bicycle", "fresh bread", "the piano",
          "my ticket", "three pens", "a green hat", "snow boots", "the guitar", "a big mirror", "blue paint",
          "the camera", "a warm blanket", "seven stamps", "the kettle", "garden tools")  # fmt: skip
ROWS = [(f"{text} {thing}", label) for thing in THINGS for label, text in TOPICS.items()]


@pytest.fixture
def options(tmp_path: Path) -> TuneOptions:
    base = str(tiny.folder(tmp_path, "bert"))
    test = str(csv(tmp_path / "test.csv", [(f"{text} it at once", label) for label, text in TOPICS.items()]))
    told: dict[str, Any] = {"name": "t", "method": "top", "base": base, "test": test, "set": ["epochs=2"]}
    return TuneOptions(**told, calibrate="held", effort="quick", personal=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return csv(tmp_path / "train.csv", ROWS)


def parts(skill: Skill) -> dict[str, list[str]]:
    return dict(json.loads(skill.path("split.json").read_text("utf-8")))


def branch(store: Store) -> bytes:
    return store.get("t").path("branch.safetensors").read_bytes()


def test_one_fit_and_the_rows_that_set_the_scores_teach_nothing(
    data: Path, options: TuneOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, said = Store(tmp_path / "home"), list[str]()
    monkeypatch.setattr(run, "fit", lambda *_: pytest.fail("a second fit"))
    tuned = run.tune(data, options, store=store, say=said.append)
    skill, rows = store.get("t"), parts(store.get("t"))
    assert len(rows["calibration"]) == 6 and len(rows["train"]) == 54 and len(rows["test"]) == 3
    assert not set(rows["calibration"]) & {*rows["train"], *rows["test"]}
    assert skill.manifest.split == {"train": 54, "test": 3, "calibration": 6}
    assert "6 rows are held back to set the scores; 54 are learned" in said
    report = json.loads(skill.path("report.json").read_text("utf-8"))["data"]
    assert report["train"] + report["calibration"] + report["test"] == report["used"] + 3 == 63
    assert tuned.ladder[0]["rows"] == 6 and tuned.ladder[0]["folds"] == 1
    assert set(lineage(skill)) == {*rows["train"], *rows["calibration"]}, "a gate must not judge by either"


def test_a_killed_run_goes_on_from_its_fit_and_gives_the_same_bits(
    data: Path, options: TuneOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lingos.training.loop.STATE_SECONDS", 0.0)
    whole, killed = Store(tmp_path / "whole"), Store(tmp_path / "killed")
    run.tune(data, options, store=whole)
    with monkeypatch.context() as once:
        once.setattr(run, "_build", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run.tune(data, options, store=killed)
    steps: list[str] = []
    run.tune(data, options, store=killed, progress=lambda what, share: steps.append(what))
    assert not any(what.startswith("top: loss") for what in steps), "no step is done twice"
    assert branch(whole) == branch(killed)
    assert parts(whole.get("t")) == parts(killed.get("t"))


def test_its_bank_and_its_code_count_the_rows_that_it_learned(data: Path, options: TuneOptions, tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    run.tune(data, options, store=store)
    rows = parts(store.get("t"))
    source = read(data)
    labels = dict(zip(source.ids(), (label for _, label in ROWS), strict=True))
    folder = generate(store.get("t"), store, tmp_path / "code")
    data.unlink()  # what is left are the typical rows of the bank, by their ids
    found = explain("t", "send the invoice for a lamp", store=store)["neighbours"]
    assert found and all(labels[one["where"].removeprefix("row ")] == one["label"] for one in found)
    kept = [json.loads(line) for line in (folder / "rows.jsonl").read_text("utf-8").splitlines()]
    own = [row["id"] for row in kept if row["part"] == "train" and not row["id"].startswith("label ")]
    assert own == rows["train"]
    assert "the skill says" in prove(folder) and "the skill says" in prove(folder, "train.py")


@pytest.mark.parametrize(
    ("method", "told"),
    [("auto", "method auto compares methods"), ("tfidf", "tfidf is solved in one go"), ("prototype", "in one go")],
)
def test_it_is_for_one_method_that_is_trained(
    method: str, told: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = call(capsys, "tune", data, "--method", method, "--calibrate", "held", "--name", "t")
    assert code == 2 and told in error and "leave --calibrate, or calibrate: held of the recipe, out" in error


def test_two_starts_are_compared_by_folds(data: Path, options: TuneOptions, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="--from compares two starts"):
        run.tune(data, options.model_copy(update={"from_": "t"}), store=Store(tmp_path / "home"))


def test_a_class_of_one_row_is_learned(data: Path, options: TuneOptions, tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    csv(data, [*ROWS, ("something else entirely", "rare")])
    run.tune(data, options, store=store)
    rows = parts(store.get("t"))
    [rare] = [row for row, (_, label) in zip(read(data).ids(), [*ROWS, ("", "rare")], strict=True) if label == "rare"]
    assert rare in rows["train"] and len(rows["calibration"]) == 6


def test_too_few_rows_to_refuse_any_are_told_before_the_fit(data: Path, options: TuneOptions, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="6 of 60 training rows, of 3 of 3 classes, can be held back") as told:
        run.tune(data, options.model_copy(update={"refuse": 0.05}), store=Store(tmp_path / "home"))
    assert told.value.expected == "at least 19 to refuse 5 %, at most a fifth, and of half of the classes"
    assert "leave --calibrate out" in told.value.cure


def test_a_recipe_carries_it(data: Path, options: TuneOptions, tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    run.tune(data, options, store=store)
    recipe = store.get("t").path("recipe.yaml")
    assert "calibrate: held" in recipe.read_text("utf-8")
    again = TuneOptions(name="again", recipe=str(recipe), test=options.test, personal=False)
    run.tune(data, again, store=store)
    assert parts(store.get("again")) == parts(store.get("t"))


@pytest.mark.parametrize(
    ("method", "reviewed", "held"),
    [("top", False, "held"), ("top", True, "folds"), ("auto", False, "folds"), ("tfidf", False, "folds")],
)
def test_the_assistant_holds_back_what_phrases_made_where_that_saves_a_fit(
    method: str, reviewed: bool, held: str
) -> None:
    assert training._told(TrainOptions(method=method), reviewed).calibrate == held


def test_one_large_cluster_sets_no_scores(data: Path, options: TuneOptions, tmp_path: Path) -> None:
    lines = [f"{text},{label},{'ab'[k % 2]}" for k, (text, label) in enumerate(ROWS)]
    data.write_text("text,label,person\n" + "\n".join(lines) + "\n", encoding="utf-8")
    Path(str(options.test)).write_text("text,label,person\nsend it,bill,c\ncancel it,cancel,c\n", encoding="utf-8")
    with pytest.raises(DataError, match="30 of 60 training rows, of 3 of 3 classes, can be held back"):
        run.tune(data, options.model_copy(update={"group": "person"}), store=Store(tmp_path / "home"))


def test_a_recipe_that_does_not_say_it_leaves_it_to_the_flag(options: TuneOptions, tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    plain = "task: classify\nbase: minilm\nmethod: top\neffort: quick\nseed: 1\n"
    file.write_text(plain, encoding="utf-8")
    told = TuneOptions(recipe=str(file), calibrate="held")
    assert merged(told).calibrate == "held" and merged(TuneOptions(recipe=str(file))).calibrate == "folds"
    file.write_text(f"{plain}calibrate: held\n", encoding="utf-8")
    assert merged(TuneOptions(recipe=str(file))).calibrate == "held"
    with pytest.raises(RecipeError, match="--calibrate folds, but the file says calibrate: held"):
        merged(TuneOptions(recipe=str(file), calibrate="folds"))

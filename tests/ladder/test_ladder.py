"""The climb on tiny backbones: shared folds, forecasts, skipped rungs, and going on after a kill."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.training import made

from lingos.confidence import PER_CLASS, Bank, bank
from lingos.errors import RecipeError, ResourceError
from lingos.ladder import ladder, rung
from lingos.ladder.forecast import Forecast, _passes, forecast
from lingos.ladder.ladder import Plan
from lingos.ladder.rung import BANK_ROWS, Rung, climb, memory
from lingos.ladder.rungs import EFFORTS, Effort, effort
from lingos.methods.base import Method, method, names
from lingos.tasks.base import label_texts
from lingos.training import clock
from lingos.training.corpus import Corpus
from lingos.training.fit import Watch, fit, outputs

CHEAP = ("majority", "tfidf", "prototype", "logistic", "head")


def settled(one: Method, warm: bool = False) -> Any:
    return made.settings(one.name, **({"epochs": 1, "batch_rows": 8} if one.reads == "states" else {}))


def plan(methods: tuple[str, ...] = CHEAP, seconds: float = 600.0, rows: int = 999, **given: Any) -> Plan:
    folds = [np.arange(start, 60, 5) for start in range(5)]
    return Plan(Effort("normal", methods, seconds, rows), folds, 0, settled, **given)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return made.corpus("bert", 60)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Method and number of rows of each fit of a fold."""
    found: list[tuple[str, int]] = []
    real: Callable[..., Any] = fit

    def counted(corpus: Any, method: Any, settings: Any, rows: Any, *rest: Any) -> Any:
        found.append((method.name, len(rows)))
        return real(corpus, method, settings, rows, *rest)

    monkeypatch.setattr(rung, "fit", counted)
    return found


def test_every_row_is_predicted_by_a_model_that_did_not_see_it(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[set[int], set[int]]] = []

    def fitting(*arguments: Any) -> Any:
        seen.append((set(arguments[3].tolist()), set()))
        return fit(*arguments)

    def predicting(*arguments: Any) -> Any:
        seen[-1][1].update(arguments[2].tolist())
        return outputs(*arguments)

    monkeypatch.setattr(rung, "fit", fitting)
    monkeypatch.setattr(rung, "outputs", predicting)
    one = Rung(method("tfidf"), settled(method("tfidf")))
    for fold in plan().folds:
        climb(one, corpus, np.arange(60), fold, 0, Watch())
    assert sorted(one.rows.tolist()) == list(range(60)) and one.logits.shape == (60, 3)
    assert all(not trained & predicted and len(trained | predicted) == 60 for trained, predicted in seen)


def test_the_ladder_chooses_and_says_why(corpus: Corpus, fits: list[tuple[str, int]]) -> None:
    said: list[str] = []
    rungs, choice = ladder.run(corpus, plan(say=said.append))
    assert [one.method.name for one in rungs] == list(CHEAP) and all(len(one.held) == 5 for one in rungs)
    assert choice.rung.method.name != "majority" and choice.reason and len(said) == 6
    assert fits == [(name, 48) for name in CHEAP for _ in range(5)]
    for one in rungs:
        assert one.seconds > 0 and (one.held[0].bank is None) == (one.method.reads == "texts")
        assert np.array_equal(np.concatenate([held.targets for held in one.held]), corpus.targets[one.rows])


def test_rows_that_are_enough_end_the_folds(corpus: Corpus) -> None:
    rungs, _ = ladder.run(corpus, plan(("majority",), rows=20))
    assert len(rungs[0].held) == 2


def test_a_rung_whose_forecast_does_not_fit_is_skipped_with_the_reason(
    corpus: Corpus, fits: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"top": Forecast(0.0, 100.0, 5.0, 5.0), "full": Forecast(0.0, 400.0, 5.0, 5.0)}
    monkeypatch.setattr(ladder, "forecast", lambda corpus, one, *rest: told[one.name])
    monkeypatch.setattr(ladder, "_ready", lambda *_: False)
    rungs, choice = ladder.run(corpus, plan(("majority", "top", "full"), seconds=430.0))
    assert [len(one.held) for one in rungs] == [5, 3, 0], "three folds and the refit fit into 430 seconds"
    assert "7 min" in rungs[2].skipped and choice.rung is not rungs[2]


def test_a_trunk_that_takes_too_long_skips_the_frozen_rungs(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "forecast", lambda *_: Forecast(4000.0, 0.0, 1.0, 1.0))
    monkeypatch.setattr(ladder, "_ready", lambda *_: False)
    rungs, _ = ladder.run(corpus, plan(("majority", "prototype"), seconds=500.0))
    assert "67 min" in rungs[1].skipped and not rungs[1].held


@pytest.mark.parametrize("name", ["prototype", "top"])
def test_a_method_that_was_named_is_never_skipped(
    name: str, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, fits: list[tuple[str, int]]
) -> None:
    said: list[str] = []
    monkeypatch.setattr(ladder, "forecast", lambda *_: Forecast(4e9, 4e9, 1e12, 1e12))
    monkeypatch.setattr(ladder, "_ready", lambda *_: False)
    _, choice = ladder.run(corpus, plan((name,), say=said.append))
    assert choice.rung.method.name == name and not choice.rung.skipped
    assert len(fits) == (5 if name == "prototype" else 1)
    assert any("memory" in one for one in said)


def test_without_a_base_only_words_are_tried() -> None:
    rungs, choice = ladder.run(made.corpus_of(made.examples(60), None), plan())
    assert [one.skipped for one in rungs] == ["", "", "no base", "no base", "no base"]
    assert choice.rung.method.name == "tfidf"


# -- going on --------------------------------------------------------------------------------------------------------
def test_a_resumed_ladder_reads_finished_folds(corpus: Corpus, tmp_path: Path, fits: list[tuple[str, int]]) -> None:
    first, before = ladder.run(corpus, plan(("tfidf", "head"), folder=tmp_path))
    (tmp_path / next(path.name for path in tmp_path.iterdir() if path.name.startswith("head")) / "held.npz").unlink()
    fits.clear()
    second, after = ladder.run(corpus, plan(("tfidf", "head"), folder=tmp_path))
    assert fits == [("head", 48)] and before.reason == after.reason
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.logits, other.logits) and np.array_equal(one.rows, other.rows)
        for held, again in zip(one.held, other.held, strict=True):
            assert (held.bank is None) == (again.bank is None)
            assert held.bank is None or np.array_equal(held.bank.vectors, again.bank.vectors)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half"])
def test_a_damaged_fold_is_fitted_again(content: bytes, corpus: Corpus, tmp_path: Path, fits: list[Any]) -> None:
    ladder.run(corpus, plan(("tfidf",), folder=tmp_path))
    sorted(tmp_path.rglob("held.npz"))[2].write_bytes(content)
    fits.clear()
    rungs, _ = ladder.run(corpus, plan(("tfidf",), folder=tmp_path))
    assert len(fits) == 1 and len(rungs[0].rows) == 60


def test_other_folds_or_settings_are_not_taken_for_finished(corpus: Corpus, tmp_path: Path, fits: list[Any]) -> None:
    ladder.run(corpus, plan(("tfidf",), folder=tmp_path))
    fits.clear()
    other = plan(("tfidf",), folder=tmp_path)
    ladder.run(corpus, replace(other, folds=[np.arange(0, 30), np.arange(30, 60)]))
    ladder.run(corpus, replace(other, settings=lambda one, warm: made.settings("tfidf", penalty=2.0)))
    assert len(fits) == 2 + 5


def test_a_full_disk_is_told(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(ResourceError, match="No space left"):
        ladder.run(corpus, plan(("tfidf",), folder=tmp_path))


def test_memory_holds_training_rows_of_every_class(corpus: Corpus) -> None:
    rows = np.arange(0, 60, 2)
    found = fit(corpus, method("prototype"), settled(method("prototype")), rows, 0)
    bank = memory(found, corpus, rows, 0)
    assert bank is not None and set(bank.rows.tolist()) <= set(rows.tolist())
    assert np.array_equal(corpus.targets[bank.rows], bank.targets) and set(bank.targets.tolist()) == {0, 1, 2}


def test_a_labels_name_is_one_more_text_of_its_class_mean(corpus: Corpus) -> None:
    rows = np.arange(6)
    found = fit(corpus, method("prototype"), made.settings("prototype", label_names=True), rows, 0)
    told = corpus.encode(label_texts(corpus.schema))
    for k in np.unique(corpus.targets[rows]):
        total = corpus.vectors[rows[corpus.targets[rows] == k]].sum(0) + told[k]
        assert np.allclose(found.solution.tensors["head.weight"][k], total / np.linalg.norm(total), atol=1e-4)


def test_the_bank_is_chosen_among_more_rows_than_it_holds(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def counted(vectors: np.ndarray, targets: np.ndarray) -> Bank:
        seen.append(len(targets))
        return bank(vectors, targets)

    monkeypatch.setattr("lingos.ladder.rung.bank", counted)
    found = fit(corpus, method("prototype"), settled(method("prototype")), np.arange(60), 0)
    memory(found, corpus, np.tile(np.arange(60), 30), 0)  # 600 rows a class
    assert BANK_ROWS >= 4 * PER_CLASS and seen == [3 * BANK_ROWS]
    monkeypatch.setattr("lingos.ladder.rung.BANK_TOTAL", 300)
    memory(found, corpus, np.tile(np.arange(60), 30), 0)
    assert seen[1] == 300, "many classes share what may be read"


# -- forecast --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "given"), [("top", {"epochs": 2}), ("full", {"epochs": 1, "train_embeddings": True})])
def test_the_forecast_is_within_a_factor_of_three(
    name: str, given: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "seconds", time.process_time)  # others share this machine
    corpus = made.corpus("bert", 420)
    one, told, rows = method(name), made.settings(name, **given), np.arange(400)
    generator = torch.get_rng_state()
    found = forecast(corpus, one, told, rows, 0)
    assert torch.equal(generator, torch.get_rng_state())
    ticks: list[float] = []
    fit(corpus, one, told, rows, 0, Watch(log=lambda step, numbers: ticks.append(clock.seconds())))
    truth = (ticks[-1] - ticks[0]) * len(ticks) / (len(ticks) - 1)
    assert truth / 3 <= found.fit <= truth * 3, (truth, found)
    assert found.memory_mb > 0 and found.disk_mb > 0


def test_the_forecast_of_the_trunk_grows_with_the_rows() -> None:
    few, many = (
        forecast(made.corpus("bert", count), method("logistic"), settled(method("logistic")), np.arange(90), 0)
        for count in (200, 4000)
    )
    assert few.fit == many.fit == 0.0 and many.memory_mb == pytest.approx(20 * few.memory_mb)
    assert many.trunk >= few.trunk * 0.2


def test_words_cost_nothing_that_needs_a_forecast(corpus: Corpus) -> None:
    assert forecast(corpus, method("tfidf"), settled(method("tfidf")), np.arange(9), 0) == Forecast(0, 0, 0, 0)


def test_a_forecast_of_one_step_works() -> None:
    corpus = made.corpus("bert", 6)
    found = forecast(corpus, method("head"), made.settings("head", epochs=1), np.arange(6), 0)
    assert found.fit > 0
    assert Forecast(60.0, 60.0, 10.0, 20.0).said == "2 min, 10 MB of memory, 20 MB of disk"


# -- efforts ---------------------------------------------------------------------------------------------------------
def test_efforts_know_their_methods_cheapest_first() -> None:
    order = {name: place for place, name in enumerate(names())}
    for one in EFFORTS.values():
        places = [order[name] for name in one.methods]
        assert places == sorted(places)
    assert EFFORTS["quick"].seconds < EFFORTS["normal"].seconds < EFFORTS["thorough"].seconds
    with pytest.raises(RecipeError, match="did you mean 'thorough'"):
        effort("thorogh")


def test_the_forecast_counts_rows_that_are_seen_twice() -> None:
    passes = [
        _passes(made.settings("top", adversarial=push, adversarial_after=after))
        for push, after in ((0.0, 0.5), (0.05, 0.5), (0.05, 0.0))
    ]
    assert passes == [1.0, 1.5, 2.0] and _passes(made.settings("head")) == 1.0

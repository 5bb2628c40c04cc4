"""`--refuse` with words alone: texts about something else are told by their words, not only by the softmax."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.cli.made import ROWS, csv

from lingos.confidence import confidence
from lingos.errors import RecipeError
from lingos.settings import parse
from lingos.store.store import Store
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune
from lingos.tuning.verbs import load

RATE = 0.05


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tfidf_is_guarded_and_catches_more_off_topic_texts(language: str, root: Path, tmp_path: Path) -> None:
    data, store = root / "examples" / "data", Store(tmp_path / "home")
    options = TuneOptions(
        test=str(data / f"tickets_{language}_test.csv"), name="t", method="tfidf", refuse=RATE, effort="quick",
        personal=False,
    )  # fmt: skip
    tuned = tune(data / f"tickets_{language}.csv", options, store=store)
    session = load("t", store=store)
    assert session.own.refusal.score == "guarded"
    assert tuned.evaluation.refusal.refused < 2 * RATE
    foreign = (data / f"off_topic_{language}.txt").read_text("utf-8").splitlines()
    refused = np.mean([answer.refused for answer in session(foreign)])
    own, other = (
        session.outputs(texts)["logits"] / session.own.calibration.temperature for texts in (_own(options), foreign)
    )
    limit = np.quantile(confidence("softmax", own), RATE)
    assert refused > (confidence("softmax", other) < limit).mean() + 0.1


@pytest.mark.parametrize(("rows", "told"), [(18, True), (24, False)])
def test_too_few_rows_to_refuse_any_are_told(rows: int, told: bool, tmp_path: Path) -> None:
    data, test = csv(tmp_path / "a.csv", ROWS[:rows]), csv(tmp_path / "b.csv", ROWS[-12:])
    options = TuneOptions(test=str(test), name="t", method="tfidf", refuse=RATE, effort="quick", personal=False)
    said: list[str] = []
    store = Store(tmp_path / "home")
    tune(data, options, store=store, say=said.append)
    warned = [one for one in said if "nothing can be refused" in one]
    assert bool(warned) == told == (store.get("t").manifest.refusal.threshold == float("-inf"))
    if told:
        assert warned == [f"warning refuse: nothing can be refused: 5 % need 19 rows out of fold, there are {rows}"]


@pytest.mark.parametrize("share", ["100%", "1", 1.0])
def test_all_texts_can_not_be_refused(share: object) -> None:
    with pytest.raises(RecipeError, match="refuse: .*less than 1"):
        parse(TuneOptions, {"refuse": share}, "the command line")
    assert parse(TuneOptions, {"refuse": "99.9%"}, "the command line").refuse < 1


def _own(options: TuneOptions) -> list[str]:
    assert options.test is not None
    return [line.rpartition(",")[0] for line in Path(options.test).read_text("utf-8").splitlines()[1:]]

"""`--refuse` with words alone: texts about something else are told by their words, not only by the softmax."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lingos.confidence import confidence
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


def _own(options: TuneOptions) -> list[str]:
    assert options.test is not None
    return [line.rpartition(",")[0] for line in Path(options.test).read_text("utf-8").splitlines()[1:]]

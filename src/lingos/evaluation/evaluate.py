"""Evidence -> Evaluation: every judgement of this folder on one set of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lingos.contracts import Refusal, Session
from lingos.errors import unknown
from lingos.evaluation import intervals, scores
from lingos.evaluation.calibration import calibration_error, reliability
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.intervals import Interval, wilson
from lingos.evaluation.mistakes import Confusion, confusions, doubtful_labels, unknown_labels
from lingos.evaluation.refusal import auroc, risk_coverage
from lingos.evaluation.result import (
    Calibrated,
    ClassScore,
    Evaluation,
    HeatMap,
    Refused,
    Score,
    Tested,
    UnknownLabel,
)
from lingos.evaluation.robustness import Robustness, robustness
from lingos.evaluation.slices import columns, slices
from lingos.text.normalise import clean
from lingos.words.said import language_of

__all__ = ["EvaluateOptions", "evaluate"]

HEAT = 14  # classes in the heat map


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """`field` is the text that is quoted, sliced and perturbed; `detect` names the language of a text."""

    field: str = "text"
    language: str = "en"
    detect: Callable[[str], str] | None = None
    refusal: Refusal | None = None  # as the skill carries it
    primary: str = scores.PRIMARY
    perturbed: int = 400  # rows asked again per perturbation; 0 = none
    seed: int = 0


def evaluate(evidence: Evidence, session: Session | None = None, options: EvaluateOptions | None = None) -> Evaluation:
    """Judge one session on one data set. With a `session`, up to 400 rows are asked again with slips of the finger.

    >>> from lingos.contracts import Example
    >>> rows, sure = [Example({"text": "hi"}, "a", str(i)) for i in range(40)], np.eye(2)[[0, 1] * 20]
    >>> seen = Evidence(("a", "b"), sure, 5 * sure, np.array([0, 1] * 20), np.ones(40), np.zeros(40, bool), rows)
    >>> primary = evaluate(seen).test.primary
    >>> primary.name, primary.value, round(primary.low, 2)
    ('accuracy', 1.0, 0.91)
    """
    options = options or EvaluateOptions()
    if options.primary not in scores.SCORES:
        raise unknown("score", options.primary, scores.SCORES)
    pairs = confusions(evidence, field=options.field)
    doubtful, doubts = doubtful_labels(evidence, field=options.field)
    by = columns(evidence.examples, options.field, options.detect)
    return Evaluation(
        test=_tested(evidence, options),
        calibration=_calibrated(evidence, options.seed),
        refusal=_refused(evidence, options.refusal or Refusal()),
        confusions=tuple(pairs),
        heat=_heat(evidence, pairs),
        doubtful=doubtful,
        doubts=tuple(doubts),
        unknown=tuple(UnknownLabel(label, quote) for label, quote in unknown_labels(evidence, field=options.field)),
        slices=tuple(slices(evidence, by)),
        robustness=tuple(_robustness(evidence, session, options)) if session is not None else (),
        language=language_of(options.language),
    )


def _tested(evidence: Evidence, options: EvaluateOptions) -> Tested:
    targets, predicted, classes = evidence.targets, evidence.predicted, len(evidence.labels)
    found = intervals.bootstrap(targets, predicted, classes, seed=options.seed)
    right = int(evidence.correct.sum())
    found["accuracy"] = wilson(right, len(evidence))
    gap = intervals.smallest_visible_gap(len(evidence), right / len(evidence))
    listed = tuple(_score(name, interval) for name, interval in found.items())
    primary = _score(options.primary, found[options.primary])
    unknown_rows = int((targets < 0).sum())
    return Tested(primary, len(evidence), unknown_rows, gap, listed, _classes(evidence, options.seed))


def _classes(evidence: Evidence, seed: int) -> tuple[ClassScore, ...]:
    counts = scores.count(evidence.targets, evidence.predicted, len(evidence.labels))
    precision, recall = scores.precision(counts), scores.recall(counts)
    bounds = intervals.bootstrap_f1(evidence.targets, evidence.predicted, len(evidence.labels), seed)
    return tuple(
        ClassScore(
            label, float(precision[k]), float(recall[k]), bounds[k].value, bounds[k].low, bounds[k].high,
            int(counts.truth[k]), int(counts.guess[k]),
        )
        for k, label in enumerate(evidence.labels)
    )  # fmt: skip


def _calibrated(evidence: Evidence, seed: int) -> Calibrated:
    top, correct = evidence.probabilities.max(1), evidence.correct
    loss = intervals.bootstrap_mean(scores.log_loss(evidence.probabilities, evidence.targets), seed)
    square = intervals.bootstrap_mean(scores.brier(evidence.probabilities, evidence.targets), seed)
    points = tuple(reliability(top, correct))
    return Calibrated(calibration_error(top, correct), _score("log_loss", loss), _score("brier", square), points)


def _refused(evidence: Evidence, refusal: Refusal) -> Refused:
    correct, refused = evidence.correct, evidence.refused.astype(bool)
    answered = wilson(int(correct[~refused].sum()), int((~refused).sum()))
    wrong = int((~correct).sum())
    return Refused(
        score=refusal.score,
        threshold=float(refusal.threshold) if np.isfinite(refusal.threshold) else None,
        rate=refusal.rate,
        refused=float(refused.mean()),
        answered=_score("accuracy", answered),
        wrong_refused=int((refused & ~correct).sum()) / wrong if wrong else 0.0,
        auroc=auroc(evidence.confidence[correct], evidence.confidence[~correct]),
        curve=risk_coverage(evidence.confidence, correct),
    )


def _heat(evidence: Evidence, pairs: list[Confusion]) -> HeatMap:
    named = list(dict.fromkeys(name for pair in pairs for name in (pair.truth, pair.guess)))[:HEAT]
    places = [evidence.labels.index(name) for name in named]
    guess = evidence.predicted
    counts = [[int(((evidence.targets == i) & (guess == j)).sum()) for j in places] for i in places]
    return HeatMap(tuple(named), tuple(map(tuple, counts)))


def _robustness(evidence: Evidence, session: Session, options: EvaluateOptions) -> list[Robustness]:
    usable = [i for i, example in enumerate(evidence.examples) if isinstance(example.fields.get(options.field), str)]
    if not usable or not options.perturbed:
        return []
    rows = np.sort(np.random.default_rng(options.seed).permutation(usable)[: options.perturbed])
    asked = [evidence.examples[row] for row in rows]
    labels = [evidence.labels[t] if t >= 0 else "" for t in evidence.targets[rows]]

    texts = [str(example.fields[options.field]) for example in asked]
    before = [evidence.labels[guess] for guess in evidence.predicted[rows]]

    def predict(altered: list[str], places: list[int]) -> list[str]:
        # A session cleans its texts first: what cleaning undoes need not be asked again.
        new = [k for k, (text, i) in enumerate(zip(altered, places, strict=True)) if clean(text) != clean(texts[i])]
        answers = session([{**asked[places[k]].fields, options.field: altered[k]} for k in new])
        told = dict(zip(new, (str(answer.value) for answer in answers), strict=True))
        return [told.get(k, before[i]) for k, i in enumerate(places)]

    return robustness(predict, texts, labels, seed=options.seed, before=before)


def _score(name: str, interval: Interval) -> Score:
    return Score(name, interval.value, interval.low, interval.high)

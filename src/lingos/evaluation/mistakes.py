"""What went wrong, with the texts: confused pairs, likely wrong test labels, labels that the skill does not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lingos.evaluation.evidence import Evidence, text_of
from lingos.text.privacy import mask

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Confusion", "Doubt", "Quote", "confusions", "doubtful_labels", "unknown_labels"]

TEXT_LIMIT = 400


@dataclass(frozen=True, slots=True)
class Quote:
    """A row to look at; personal data in its text is masked."""

    text: str
    file: str
    line: int
    score: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows of class `truth` taken for `guess`; `share` of all rows of the class; the surest mistakes first."""

    truth: str
    guess: str
    count: int
    share: float
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that may be wrong: what it says, what the skill says, and how probable the skill holds each."""

    label: str
    guess: str
    label_probability: float
    guess_probability: float
    quote: Quote


def confusions(evidence: Evidence, top: int = 15, texts: int = 3, field: str = "text") -> list[Confusion]:
    """The `top` most frequent pairs (truth, guess), each with up to `texts` rows."""
    wrong = np.flatnonzero(~evidence.correct & (evidence.targets >= 0))
    if not len(wrong):
        return []
    guess = evidence.predicted
    pairs, sizes = np.unique(np.stack([evidence.targets[wrong], guess[wrong]]), axis=1, return_counts=True)
    found = []
    for place in np.argsort(-sizes, kind="stable")[:top]:
        truth, other = (int(number) for number in pairs[:, place])
        rows = wrong[(evidence.targets[wrong] == truth) & (guess[wrong] == other)]
        rows = rows[np.argsort(-evidence.probabilities[rows, other], kind="stable")]
        share = len(rows) / int((evidence.targets == truth).sum())
        quotes = tuple(_quote(evidence, row, evidence.probabilities[row, other], field) for row in rows[:texts])
        found.append(Confusion(evidence.labels[truth], evidence.labels[other], len(rows), share, quotes))
    return found


def doubtful_labels(evidence: Evidence, limit: int = 200, field: str = "text") -> tuple[int, list[Doubt]]:
    """How many test labels are likely wrong, and the `limit` most doubtful ones.

    Confident learning (Northcutt et al. 2021): a row is in doubt where another class is at least as probable as it
    usually is for rows of that class, and more probable than the label. Lowest self-confidence first. It finds rows to
    read; it proves nothing. Give probabilities of rows that were not trained on.
    """
    rows = np.flatnonzero(evidence.targets >= 0)
    probabilities, targets = evidence.probabilities[rows], evidence.targets[rows]
    usual = _usual_confidence(probabilities, targets)
    own = probabilities[np.arange(len(rows)), targets]
    rivals = np.where(probabilities >= usual, probabilities, -1.0)
    rivals[np.arange(len(rows)), targets] = -1.0
    best = rivals.max(1) if len(rows) else np.zeros(0)
    doubted = np.flatnonzero(best > own)
    doubted = doubted[np.argsort(own[doubted] - best[doubted], kind="stable")]
    return len(doubted), [_doubt(evidence, int(rows[i]), int(rivals[i].argmax()), field) for i in doubted[:limit]]


def unknown_labels(evidence: Evidence, limit: int = 50, field: str = "text") -> list[tuple[str, Quote]]:
    """Rows whose label the skill does not know, with that label: they count as wrong."""
    rows = np.flatnonzero(evidence.targets < 0)[:limit]
    return [
        (mask(str(evidence.examples[row].target)), _quote(evidence, row, evidence.probabilities[row].max(), field))
        for row in rows
    ]


def _usual_confidence(probabilities: Array, targets: Array) -> Array:
    classes = probabilities.shape[1]
    usual = np.full(classes, np.inf)
    for k in np.unique(targets):
        usual[k] = probabilities[targets == k, k].mean()
    return usual


def _doubt(evidence: Evidence, row: int, rival: int, field: str) -> Doubt:
    label, probabilities = int(evidence.targets[row]), evidence.probabilities[row]
    quote = _quote(evidence, row, probabilities[rival], field)
    names = evidence.labels[label], evidence.labels[rival]
    return Doubt(*names, float(probabilities[label]), float(probabilities[rival]), quote)


def _quote(evidence: Evidence, row: int, score: float, field: str) -> Quote:
    example = evidence.examples[row]
    whole = text_of(example, field)
    text = mask(whole[: 2 * TEXT_LIMIT])  # before it is cut: half a number would not be found
    short = text if len(whole) <= 2 * TEXT_LIMIT and len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "..."
    return Quote(short, example.file, example.line, float(score))

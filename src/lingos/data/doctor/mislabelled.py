"""Labels that are likely wrong: confident learning (Northcutt, Jiang, Chuang 2021) by cleanlab over TF-IDF.

Every row is judged by a classifier that never saw it. A row is named only when the classifier is sure of another label
and gives the one in the file next to nothing, so that most of what is named is worth the look: on hwu64 with 2 %
of the labels turned at random, 6 of 10 turned labels are named, and 4 of 5 named rows are turned (banking77: 5 of 10
and 9 of 10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from lingos.contracts import Finding
from lingos.data.doctor.case import Case
from lingos.data.doctor.report import Ints
from lingos.text.duplicates import keys
from lingos.text.shingles import MIX, shingles
from lingos.words.said import Said, plural

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["check"]

FOLDS, PASSES = 3, 3
SURE, DENIED = 0.7, 0.1  # probability of the other label at least, of the given one at most
GOOD, STRICT, STRICTEST = 0.87, 3.0, 0.95  # below this accuracy, SURE rises by STRICT times the lack, up to STRICTEST
TRUSTED = 0.6  # accuracy below which the judge knows too little to accuse anyone
FEWEST_ROWS, FEWEST = 50, 5  # rows in all, rows of a class
WORK = 3_000_000  # rows times classes; keeps the check under about 15 s of processor time
BUCKETS = 17  # bits of a feature's number
BATCH_ROWS, LONGEST = 5_000, 2_000  # characters of a text that are read
Floats = np.ndarray[Any, np.dtype[np.float64]]


def check(case: Case) -> list[Finding]:
    """Findings likely-wrong-label, one for each pair of labels, and sampled."""
    if not case.options.labels or not case.source.columns.label:
        return []
    counts = case.counts()
    rows = np.flatnonzero(case.alive & (counts[case.labels] >= FEWEST)) if len(counts) else np.empty(0, dtype=np.int64)
    classes = int((counts >= FEWEST).sum())
    if len(rows) < FEWEST_ROWS or classes < 2:
        return []
    findings: list[Finding] = []
    most = min(case.options.sample, max(WORK // classes, FEWEST_ROWS))
    if len(rows) > most:
        all_rows, rows = len(rows), _sample(case, rows, most)
        findings += case.finding("sampled", Said("doctor.sampled.labels", {"count": most, "rows": all_rows}))
    names, labels = np.unique(case.labels[rows], return_inverse=True)
    guesses = _probabilities(case.text_of(rows), labels, case.options.seed)
    accuracy = float((guesses.argmax(axis=1) == labels).mean())
    if accuracy < TRUSTED:
        return findings
    wrong = _suspects(guesses, labels, float(np.clip(SURE + STRICT * (GOOD - accuracy), SURE, STRICTEST)))
    given, likely = names[labels[wrong]], names[guesses[wrong].argmax(axis=1)]
    for pair in np.unique(np.stack([given, likely], axis=1), axis=0):
        own = rows[wrong[(given == pair[0]) & (likely == pair[1])]]
        values = {"rows": plural(len(own), "row"), "label": case.names[pair[0]], "likely": case.names[pair[1]]}
        example = {"line": case.lines[own[0]], "text": case.excerpt(int(own[0]))}
        findings += case.finding("likely-wrong-label", Said("doctor.likely-wrong-label", values | example), own)
    return findings


def _sample(case: Case, rows: Ints, most: int) -> Ints:
    rng = np.random.default_rng(case.options.seed)
    chosen: Ints = np.sort(rng.choice(rows, most, replace=False))
    counts = np.bincount(case.labels[chosen])
    kept: Ints = chosen[counts[case.labels[chosen]] >= FEWEST]
    return kept


def _suspects(guesses: Floats, labels: Ints, sure: float) -> Ints:
    # imported here: cleanlab and scikit-learn take seconds to load, and a check without this part needs neither
    from cleanlab.filter import find_label_issues

    issues = np.asarray(find_label_issues(labels, guesses, filter_by="low_self_confidence", n_jobs=1), dtype=bool)
    own = guesses[np.arange(len(labels)), labels]
    suspects: Ints = np.flatnonzero(issues & (guesses.max(axis=1) >= sure) & (own < DENIED))
    return suspects


def _probabilities(texts: list[str], labels: Ints, seed: int) -> Floats:
    """Out-of-fold probabilities [rows, classes], softened where the judge is surer than it is right."""
    # imported here: see _suspects
    from scipy.optimize import minimize_scalar
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    features = TfidfTransformer(sublinear_tf=True).fit_transform(_counts(texts))
    judge = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=PASSES, tol=None, random_state=seed)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    guesses = cross_val_predict(judge, features, labels, cv=folds, method="predict_proba")
    logs = np.log(np.clip(np.nan_to_num(guesses), 1e-9, None))
    best = minimize_scalar(lambda log: _loss(logs / np.exp(log), labels), bounds=(0, 3), method="bounded")
    return np.exp(_normal(logs / np.exp(best.x)))


def _loss(logs: Floats, labels: Ints) -> float:
    return -float(_normal(logs)[np.arange(len(labels)), labels].mean())


def _normal(logs: Floats) -> Floats:
    logs = logs - logs.max(axis=1, keepdims=True)
    return np.asarray(logs - np.log(np.exp(logs).sum(axis=1, keepdims=True)), dtype=np.float64)


def _counts(texts: list[str]) -> csr_matrix:
    """Counts of hashed 4-byte shingles, float32 [rows, 2^BUCKETS]: ten times sooner than a vectorizer in Python."""
    from scipy.sparse import csr_matrix, vstack

    parts = []
    for start in range(0, len(texts), BATCH_ROWS):
        batch = pa.array([f" {text[:LONGEST]} " for text in texts[start : start + BATCH_ROWS]], pa.large_string())
        tokens, sizes = shingles(keys(batch))
        columns = ((tokens.astype(np.uint64) * MIX) >> np.uint64(64 - BUCKETS)).astype(np.int64)
        ends = np.concatenate([[0], np.cumsum(sizes)])
        part = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(batch), 1 << BUCKETS))
        part.sum_duplicates()
        parts.append(part)
    return vstack(parts, format="csr")

"""Words and characters with a linear classifier: seconds, no backbone, any language, and hard to beat on long texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from lingos.methods.base import Case, Closed, Features, HeadKind, Promise, Reads, Solution, Solved
from lingos.text.ngrams import Ngrams

__all__ = ["Tfidf"]


class Tfidf(Solved):
    """TF-IDF of words and characters + linear SVM. Choose it where speed counts, or where no base speaks the language.

    N-grams that one class has more often than the others weigh more (NB-SVM). The margins become scores by the skill's
    temperature. Papers: Fan et al., "LIBLINEAR", JMLR 2008; Wang and Manning, "Baselines and Bigrams", ACL 2012.
    """

    class Settings(Closed):
        penalty: float = Field(1.0, gt=0, description="C of the SVM: larger fits the training rows more closely")
        evenness: float = Field(
            4.0, ge=0, description="added to each n-gram's log-count ratio, by which it is scaled; large = all alike"
        )
        features: int = Field(80_000, ge=100, description="n-grams kept at most")

    name = "tfidf"
    reads: Reads = "texts"
    cost = 1
    special: Mapping[Case, Mapping[str, Any]] = {"coarse": {"penalty": 0.3, "evenness": 1.0}}
    head: HeadKind = "linear"
    promise = Promise(steps=0, loss=0.5)

    def solve(self, features: Features, settings: Any) -> Solution:
        """One-vs-rest squared hinge; weight [v, c] is rounded to float16, which is what is served and evaluated."""
        from scipy.sparse import csr_matrix  # scipy and sklearn take seconds to import
        from sklearn.svm import LinearSVC

        grams = Ngrams.of(features.texts, kept=settings.features)
        starts, indices, data = grams.rows(features.texts)
        rows = csr_matrix((data, indices, starts), shape=(len(features.texts), len(grams.vocabulary)))
        seen = np.unique(features.targets)
        if len(seen) > 1:
            scale = _scale(rows, features.targets, settings.evenness)
            model = LinearSVC(C=settings.penalty, random_state=features.seed, dual="auto", tol=1e-2)
            model.fit(rows.multiply(scale).tocsr(), features.targets, sample_weight=features.weights)
            found = model.coef_ * scale, model.intercept_  # so that whoever answers need not know of the scale
        else:  # a fold with one class only: it always wins
            found = np.zeros((1, rows.shape[1])), np.ones(1)
        weight, bias = _all_classes(*found, seen, len(features.labels))
        tensors = {"weight": weight.astype(np.float16), "bias": bias.astype(np.float32), "idf": grams.idf}
        return Solution(tensors, tuple(grams.vocabulary))


def _scale(rows: Any, targets: Any, evenness: float) -> Any:
    """[v]: how much more often an n-gram stands in the texts of some class than in all others, as the absolute log of
    the smoothed ratio, plus `evenness`; the mean square of what is scaled stays as it was, so that C keeps its meaning.
    """
    there = rows.copy()
    there.data[:] = 1
    whole = np.asarray(there.sum(axis=0)).ravel()
    ratio = np.zeros(len(whole))
    for target in np.unique(targets):
        own = np.asarray(there[targets == target].sum(axis=0)).ravel()
        within, without = own + 1, whole - own + 1
        ratio = np.maximum(ratio, np.abs(np.log(within / within.sum()) - np.log(without / without.sum())))
    scale = ratio + evenness
    energy = np.asarray(rows.multiply(rows).sum(axis=0)).ravel()
    moved = float((energy * scale**2).sum())
    return scale * np.sqrt(energy.sum() / moved) if moved else np.ones(len(whole))


def _all_classes(coef: Any, intercept: Any, seen: Any, classes: int) -> tuple[Any, Any]:
    # Two classes give one row of coefficients; classes without a row in this fold get a logit that never wins.
    if len(seen) == 2:
        coef, intercept = np.concatenate([-coef, coef]), np.concatenate([-intercept, intercept])
    weight = np.zeros((coef.shape[1], classes))
    bias = np.full(classes, -30.0)
    weight[:, seen], bias[seen] = coef.T, intercept
    return weight, bias

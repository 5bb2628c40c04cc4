"""Words and characters with a linear classifier: seconds, no backbone, any language, and hard to beat on long texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from lingos.methods.base import Closed, Features, HeadKind, Promise, Reads, Solution, Solved
from lingos.text.ngrams import Ngrams

__all__ = ["Tfidf"]


class Tfidf(Solved):
    """TF-IDF of words and characters + linear SVM. Choose it where speed counts, or where no base speaks the language.

    The margins become scores by the skill's temperature. Paper: Fan et al., "LIBLINEAR", JMLR 2008.
    """

    class Settings(Closed):
        penalty: float = Field(1.0, gt=0, description="C of the SVM: larger fits the training rows more closely")
        features: int = Field(80_000, ge=100, description="n-grams kept at most")

    name = "tfidf"
    reads: Reads = "texts"
    cost = 1
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
            model = LinearSVC(C=settings.penalty, random_state=features.seed, dual="auto", tol=1e-2)
            model.fit(rows, features.targets, sample_weight=features.weights)
            found = model.coef_, model.intercept_
        else:  # a fold with one class only: it always wins
            found = np.zeros((1, rows.shape[1])), np.ones(1)
        weight, bias = _all_classes(*found, seen, len(features.labels))
        tensors = {"weight": weight.astype(np.float16), "bias": bias.astype(np.float32), "idf": grams.idf}
        return Solution(tensors, tuple(grams.vocabulary))


def _all_classes(coef: Any, intercept: Any, seen: Any, classes: int) -> tuple[Any, Any]:
    # Two classes give one row of coefficients; classes without a row in this fold get a logit that never wins.
    if len(seen) == 2:
        coef, intercept = np.concatenate([-coef, coef]), np.concatenate([-intercept, intercept])
    weight = np.zeros((coef.shape[1], classes))
    bias = np.full(classes, -30.0)
    weight[:, seen], bias[seen] = coef.T, intercept
    return weight, bias

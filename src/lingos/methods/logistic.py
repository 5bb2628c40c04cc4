"""Multinomial logistic regression on frozen vectors: the cheapest use of a backbone; tuning has to beat it."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from lingos.methods.base import Closed, Features, HeadKind, Reads, Solution, Solved

__all__ = ["Logistic"]


class Logistic(Solved):
    """A linear head in closed form. Choose it for ten rows a class and more when seconds count.

    >>> rows = np.eye(4, dtype=np.float32)[[0, 1, 0, 1]]
    >>> features = Features(["a"] * 4, np.array([0, 1, 0, 1]), ["x", "y"], np.ones(4, np.float32), 0, rows)
    >>> head = Logistic().solve(features, Logistic.Settings()).tensors
    >>> (rows @ head["head.weight"].T + head["head.bias"]).argmax(1).tolist()
    [0, 1, 0, 1]
    """

    class Settings(Closed):
        penalty: float = Field(10.0, gt=0, description="C: larger fits the training rows more closely")

    name = "logistic"
    reads: Reads = "vectors"
    cost = 3
    head: HeadKind = "linear"

    def solve(self, features: Features, settings: Any) -> Solution:
        """L-BFGS on cross-entropy with an L2 penalty of 1 / C, as scikit-learn states it."""
        assert features.vectors is not None
        weight, bias = _fit(
            features.vectors, features.targets, features.weights, len(features.labels), settings.penalty
        )
        return Solution({"head.weight": weight, "head.bias": bias})


def _fit(vectors: Any, targets: Any, weights: Any, classes: int, penalty: float) -> tuple[Any, Any]:
    # scikit-learn does this in float64 and takes ten times as long for a hundred classes.
    import torch  # not wanted where methods are only listed
    from scipy.optimize import minimize  # takes a second to import

    rows, truth = torch.from_numpy(np.ascontiguousarray(vectors, dtype=np.float32)), torch.from_numpy(targets)
    weight, width = torch.from_numpy(weights), rows.shape[1]

    def value(flat: Any) -> tuple[float, Any]:
        table = torch.from_numpy(flat.astype(np.float32)).reshape(classes, width + 1)
        logits = torch.log_softmax(torch.addmm(table[:, width], rows, table[:, :width].T), 1)
        loss = -(weight * logits.gather(1, truth[:, None])[:, 0]).sum() + 0.5 * (table[:, :width] ** 2).sum() / penalty
        slope = logits.exp_()
        slope.scatter_add_(1, truth[:, None], torch.full_like(slope[:, :1], -1.0))
        slope *= weight[:, None]
        gradient = torch.cat([slope.T @ rows + table[:, :width] / penalty, slope.sum(0)[:, None]], 1)
        return float(loss), gradient.numpy().astype(np.float64).ravel()

    options = {"maxiter": 100, "gtol": 1e-3 * max(1.0, len(rows) / 1000), "ftol": 1e-6, "maxcor": 10}
    found = minimize(value, np.zeros(classes * (width + 1)), jac=True, method="L-BFGS-B", options=options)
    table = found.x.reshape(classes, width + 1).astype(np.float32)
    return table[:, :width].copy(), table[:, width].copy()

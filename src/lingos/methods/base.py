"""What a method is: which parameters move, from which start, at which rates.

Three kinds, told by `reads`: "texts" needs no backbone; "vectors" fits a head on frozen, pooled vectors in closed form;
"states" trains layers by gradient on the trunk's cached output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

import numpy as np
from pydantic import Field

from lingos.contracts import BackboneInfo, HeadKind
from lingos.modules.rates import decays, layer_of, rate_of, shared
from lingos.registry import names as known_names
from lingos.registry import plugin
from lingos.settings import Options

if TYPE_CHECKING:
    from lingos.contracts import Array
    from lingos.modules.branch import Branch

__all__ = [
    "INNER",
    "Case",
    "Closed",
    "Decided",
    "Deep",
    "Descent",
    "Features",
    "Group",
    "HeadKind",
    "Layered",
    "Method",
    "Promise",
    "Solution",
    "Solved",
    "balance",
    "class_means",
    "head_kind",
    "method",
    "names",
    "trains_layers",
]

PACKAGE = "lingos.methods"
HEAD = "head."
Reads = Literal["texts", "vectors", "states"]
Balance = Literal["none", "sqrt", "balanced"]
Thresholds = Literal["none", "macro_f1"]
# Some twenty rows a label and fewer; where no head can be fitted before the layers move; some twenty labels and fewer.
Case = Literal["few", "means", "coarse"]
# Rate of the layers of a family's own head below its last one, as a share of the head's. At the head's full rate ten
# rows a class (banking77, all-MiniLM read by its first token) end 0.8 to 2.9 points lower.
INNER = 0.1


class Decided(Options):
    """What every method has: how its scores become a decision. It changes no weight."""

    thresholds: Thresholds = Field("none", description="move the decision to rare classes: none or macro_f1")


class Closed(Decided):
    """Settings of methods that are solved, not trained, by a loss that rows can weigh in."""

    class_weights: Balance = Field("none", description="weight rare classes more: none, sqrt or balanced")


class Descent(Decided):
    """Settings of gradient training that every trained method has; each method sets its own measured defaults."""

    epochs: int = Field(5, ge=1, description="passes over the training rows")
    head_rate: float = Field(3e-3, gt=0, description="peak rate of the head")
    batch_rows: int = Field(32, ge=1, description="rows a step, at most")
    batch_tokens: int = Field(4096, ge=16, description="padded tokens a step, at most")
    warmup: float = Field(0.1, ge=0, le=1, description="share of the steps in which the rate rises")
    schedule: Literal["linear", "cosine", "constant"] = Field("linear", description="how the rate falls")
    clip: float = Field(1.0, gt=0, description="largest gradient norm")
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="share of the target spread over all classes")
    class_weights: Balance = Field("none", description="weight rare classes more: none, sqrt or balanced")
    sampler: Literal["uniform", "balanced"] = Field("uniform", description="draw rows, or classes, alike")
    average: int = Field(3, ge=1, le=10, description="average the weights of the last (or best) k evaluations")
    patience: int = Field(0, ge=0, description="stop after k evaluations without gain on an inner hold-out; 0 = never")
    precision: Literal["auto", "fp32", "bf16"] = Field("auto", description="auto = bf16 where the hardware has it")
    label_names: bool = Field(False, description="learn the name or description of each label as one more text")


class Deep(Descent):
    """Settings of the methods that train layers as well as a head.

    Papers: Kumar et al., "Fine-Tuning can Distort Pretrained Features", ICLR 2022 (`begin`); Miyato et al.,
    "Adversarial Training Methods for Semi-Supervised Text Classification", ICLR 2017 (`adversarial`).
    """

    begin: Literal["head", "means"] = Field("means", description="first head: fitted on frozen vectors, or class means")
    adversarial: float = Field(0.0, ge=0, lt=1, description="push the trunk's output by so much of its norm; 0 = never")
    adversarial_after: float = Field(0.0, ge=0, lt=1, description="share of the steps before rows are pushed")
    learning_rate: float = Field(3e-4, gt=0, description="peak rate of the top layer")
    layer_decay: float = Field(0.9, gt=0, le=1, description="rate of a layer = rate of the one above times this")
    weight_decay: float = Field(0.01, ge=0, description="AdamW's decay, matrices only")
    gradient_checkpointing: bool = Field(False, description="recompute activations: less memory, a third slower")


@dataclass(frozen=True)
class Features:
    """What a closed-form fit sees. `vectors` [n, d] are of unit length; `encode` gives those of other texts."""

    texts: Sequence[str]
    targets: Array  # int64 [n]
    labels: Sequence[str]
    weights: Array  # float32 [n]
    seed: int
    vectors: Array | None = None
    encode: Callable[[Sequence[str]], Array] | None = None
    label_texts: Sequence[str] = ()  # what a person would say for each label


@dataclass(frozen=True)
class Solution:
    """What a closed-form fit found: tensors of the head ("head.weight", ...), or of a text method with its words."""

    tensors: Mapping[str, Array]
    vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Parameters that share a rate. `rate` multiplies the schedule."""

    names: tuple[str, ...]
    rate: float
    decay: float


@dataclass(frozen=True)
class Promise:
    """Shown on the task's `sample()`: after so many steps the mean loss is at most this share of guessing's."""

    steps: int
    loss: float


class Method(Protocol):
    """One file in `methods/`. `cost` orders the ladder, cheapest first."""

    @property
    def name(self) -> str: ...
    @property
    def reads(self) -> Reads: ...
    @property
    def cost(self) -> int: ...
    @property
    def head(self) -> HeadKind: ...
    @property
    def promise(self) -> Promise: ...
    @property
    def special(self) -> Mapping[Case, Mapping[str, Any]]: ...  # other defaults, measured, where a case is given
    @property
    def Settings(self) -> type[Options]: ...

    def solve(self, features: Features, settings: Any) -> Solution: ...  # the fit, or the start of training
    def start(
        self, info: BackboneInfo, settings: Any
    ) -> int | None: ...  # first layer of its own; None = embedding too
    def prepare(self, branch: Branch, settings: Any) -> None: ...  # freeze and inject
    def groups(self, branch: Branch, settings: Any) -> list[Group]: ...
    def finish(
        self, branch: Branch, settings: Any
    ) -> dict[str, bytes]: ...  # plain branch; further files of the bundle


def names() -> tuple[str, ...]:
    """The known methods, cheapest first."""
    return tuple(sorted(known_names(PACKAGE), key=lambda name: (method(name).cost, name)))


def method(name: str) -> Method:
    """The method of this name; RecipeError with the nearest name otherwise."""
    return cast(Method, plugin(PACKAGE, name))


def head_kind(method: Method, info: BackboneInfo) -> HeadKind:
    """The head that this method has on this base. The families' own heads read the first token: on a base that takes
    the mean of its tokens a cosine head stands instead.
    """
    return "cosine" if method.head == "family" and info.pooling == "mean" else method.head


def trains_layers(method: Method, info: BackboneInfo) -> bool:
    """Whether layers of this base move, and not the head alone."""
    return method.reads == "states" and method.start(info, method.Settings()) != info.depth


def balance(targets: Array, classes: int, kind: Balance) -> Array:
    """Weight of each row, mean one: "balanced" = inverse of its class's size, "sqrt" = the root of that. Texts from
    outside, of class -1, are like a class of their own.

    >>> [round(weight, 2) for weight in balance(np.array([0, 0, 0, 1]), 2, "balanced").tolist()]
    [0.67, 0.67, 0.67, 2.0]
    """
    counts = np.bincount(targets % (classes + 1), minlength=classes + 1).clip(min=1)
    power = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}[kind]
    weights = (1.0 / counts[targets]) ** power
    return np.asarray(weights / weights.mean(), dtype=np.float32)


def class_means(vectors: Array, targets: Array, classes: int) -> Array:
    """Unit-length mean vector of each class [c, d]. A class without a row points away from all the others.

    >>> class_means(np.eye(2, dtype=np.float32), np.array([0, 0]), 2).astype(float).round(1).tolist()
    [[0.7, 0.7], [-0.7, -0.7]]
    """
    sums = np.zeros((classes, vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, targets, vectors)
    # A zero vector would win over negative cosines, and its gradient through the norm is without bound.
    absent = np.linalg.norm(sums, axis=1) < 1e-9
    sums[absent] = -sums.sum(0)
    sums[np.linalg.norm(sums, axis=1) < 1e-9, 0] = 1.0
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)


class Solved:
    """The common part of the methods that are solved in closed form: nothing moves by gradient."""

    promise = Promise(steps=0, loss=0.95)
    special: Mapping[Case, Mapping[str, Any]] = {}

    def start(self, info: BackboneInfo, settings: Any) -> int | None:
        """All layers are trunk."""
        return info.depth

    def prepare(self, branch: Branch, settings: Any) -> None:
        """Nothing moves."""
        branch.requires_grad_(False)

    def groups(self, branch: Branch, settings: Any) -> list[Group]:
        """Nothing moves."""
        return []

    def finish(self, branch: Branch, settings: Any) -> dict[str, bytes]:
        """No further files."""
        return {}


class Layered:
    """The common part of the methods that train layers: class means or a fitted head first, layer-wise rates."""

    promise = Promise(steps=24, loss=0.9)
    special: Mapping[Case, Mapping[str, Any]] = {"few": {"label_names": True}}

    def solve(self, features: Features, settings: Any) -> Solution:
        """The start of the head, or of its last layer: class means of the branch's vectors before training."""
        assert features.vectors is not None
        return Solution({"head.weight": class_means(features.vectors, features.targets, len(features.labels))})

    def prepare(self, branch: Branch, settings: Any) -> None:
        """Every parameter moves, but for what the family shares between its layers: that freezes with the trunk."""
        branch.requires_grad_(True)
        shared_names: frozenset[str] = (
            getattr(branch.span, "shared", frozenset()) if getattr(branch.span, "start", 0) else frozenset()
        )
        for name, parameter in branch.named_parameters():
            if name.removeprefix("span.") in shared_names:
                parameter.requires_grad_(False)

    def groups(self, branch: Branch, settings: Any) -> list[Group]:
        """One group for each rate; the head has its own."""
        moving = [name for name, parameter in branch.named_parameters() if parameter.requires_grad]
        depth = 1 + max((layer_of(name) or 0 for name in moving), default=0)
        last = getattr(branch.head, "last", "")
        rates = [(name, *_rate(name, depth, settings, f"{HEAD}{last}")) for name in moving]
        return [Group(tuple(held), rate, decay) for (rate, decay), held in shared(rates).items()]

    def finish(self, branch: Branch, settings: Any) -> dict[str, bytes]:
        """After training: leave a plain branch behind; files that the bundle carries besides its tensors."""
        return {}


def _rate(name: str, depth: int, settings: Any, last: str) -> tuple[float, float]:
    if name.startswith(HEAD):
        return settings.head_rate * (1.0 if name.startswith(last) else INNER), 0.0
    decay = settings.weight_decay if decays(name) else 0.0
    return settings.learning_rate * rate_of(name, depth, settings.layer_decay), decay

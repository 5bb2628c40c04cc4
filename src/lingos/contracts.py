"""The protocols and records that cross folder borders. Nothing here does work.

Offsets are characters of the original text. Arrays are numpy on the serving side and torch on the training side;
neither library is imported here, so that the cold path stays light.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from torch import Tensor, nn

    Array = np.ndarray[Any, Any]

Value = str | int | float | bool | None | list[Any] | dict[str, Any]
Target = str | float | list[Any]
Inputs = Mapping[str, Value]  # the fields of one example, e.g. {"text": "where is my parcel?"}
Schema = Mapping[str, Any]  # pure JSON; for classify {"labels": [...], "language": "en", ...}
Severity = Literal["error", "warning", "info"]
HeadKind = Literal["linear", "cosine", "family"]  # family: as transformers' own class for text classification


# -- data ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a text that fills a slot."""

    start: int
    end: int
    slot: str


@dataclass(frozen=True, slots=True)
class Example:
    """One typed row. `id` is stable under reordering of the file; `file` and `line` (1-based) say where it stood."""

    fields: Mapping[str, Value]
    target: Target | None
    id: str
    group: str | None = None
    file: str = ""
    line: int = 0
    marks: tuple[Mark, ...] = ()
    implied: Mapping[str, str] = field(default_factory=dict)  # slot -> value that stands nowhere in the text


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor saw. `rows` are 0-based positions in the source, `lines` the 1-based lines of the file."""

    code: str
    severity: Severity
    scope: Literal["row", "file"]
    message: str
    cure: str
    file: str
    lines: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """An input field of a task."""

    name: str
    kind: Literal["text", "number", "image", "audio"] = "text"


# -- model side ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """One example as the backbone reads it; one example gives one or more rows (windows)."""

    tensors: Mapping[str, Array]  # "input_ids": int32 [length]
    example: int
    window: int = 0
    offsets: Array | None = None  # [length, 2] characters of the original text


@dataclass(slots=True)
class Batch:
    """Rows padded together. Either `tensors["input_ids"]` [b, l] or `hidden` (cached trunk output) is set."""

    tensors: dict[str, Tensor]
    mask: Tensor  # [b, l] 1 = token, 0 = padding
    hidden: Hidden | None = None
    targets: Tensor | None = None
    weights: Tensor | None = None  # [b]
    index: Tensor | None = None  # [b] positions in the data set
    also: dict[str, Tensor] = field(default_factory=dict)  # what a task learns beside its targets, by output


@dataclass(slots=True)
class Hidden:
    """Hidden states [b, l, d] and mask [b, l] at a depth; 0 = embedding output, `info.depth` = last layer."""

    states: Tensor
    mask: Tensor
    depth: int


@dataclass(frozen=True, slots=True)
class BackboneInfo:
    """The facts about a backbone that other stages may ask for."""

    name: str  # as asked for: catalog name, hub id or folder
    kind: Literal["text-encoder"]
    family: str  # transformers' model_type: bert, roberta, mpnet, ...
    depth: int  # number of layers
    width: int
    max_length: int
    vocabulary: int
    parameters: int
    languages: tuple[str, ...]
    attention: Literal["eager", "sdpa"]
    pooling: Literal["mean", "cls"]
    sha256: str  # of model.safetensors
    revision: str | None = None
    licence: str | None = None


class Backbone(Protocol):
    """A pretrained model and its tokenizer behind one protocol. Only `backbones/` imports transformers."""

    info: BackboneInfo
    config_json: str  # the family's own configuration, enough to rebuild the empty model

    @property
    def tokenizer_json(self) -> str: ...  # definition for the `tokenizers` library; a skill carries it

    def rows(self, inputs: Sequence[Inputs], max_length: int) -> list[Row]: ...
    def embedding(self) -> nn.Module: ...  # Batch -> Hidden(0); absolute parameter names
    def span(self, start: int, stop: int) -> nn.Module: ...  # Hidden(start) -> Hidden(stop); copy, absolute names
    def classifier(self, classes: int) -> nn.Module: ...  # (states, mask) -> (logits, features): the family's own head
    def digest(self, depth: int) -> str: ...  # chained per layer: the digest of trunk 3 is made from that of trunk 2


Outputs = Mapping[str, Any]  # "logits" [n, c], "vector" [n, d] (pooled, unit length)


# -- task and method -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SkillRef:
    """A version of a skill in a store, written `name@version`."""

    name: str
    version: int

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a session answers for one input. `score` is calibrated; `refused` says that it should not be acted on."""

    value: Value
    score: float
    refused: bool
    top: tuple[tuple[str, float], ...]
    skill: SkillRef | None = None
    marks: tuple[Mark, ...] = ()
    implied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw outputs become scores: softmax((logits + offsets) / temperature).

    `offsets`, one a class or none at all, move the decision towards rare classes.
    """

    temperature: float = 1.0
    offsets: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Refuse where the confidence named `score` lies below `threshold`; `rate` = share of in-scope texts refused."""

    score: str = "softmax"
    threshold: float = float("-inf")
    rate: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """One settled value, who chose it, and why."""

    value: Value
    source: Literal["default", "derived", "user"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The strict settings of one run, each with its source and its reason."""

    task: str
    base: str
    method: str
    effort: str
    seed: int
    settings: Mapping[str, Setting]
    calibrate: str | None = None  # None = not said


class Task(Protocol):
    """What is predicted. `decode`, `check`, `schema` and `score` never import torch; `head` and `loss` do."""

    name: str
    fields: tuple[Field, ...]
    primary: str  # name of the main score
    higher_is_better: bool
    reads: tuple[str, ...]  # columns that it reads beside text and label, where a file has them

    def settle(self, example: Example, schema: Schema) -> Example: ...  # as answers are compared with it
    def read(self, example: Example) -> Example: ...  # with what its other columns say; see `reads`
    def schema(self, examples: Iterable[Example]) -> Schema: ...
    def check(self, example: Example, schema: Schema) -> Iterable[Finding]: ...
    def targets(self, examples: Sequence[Example], schema: Schema) -> Array: ...
    def also(
        self, examples: Sequence[Example], rows: Sequence[Row], schema: Schema
    ) -> Mapping[str, Sequence[Array]]: ...
    def head(self, backbone: Backbone, schema: Schema, kind: HeadKind) -> nn.Module: ...  # see modules/branch.py
    def loss(self, outputs: Outputs, batch: Batch, settings: Mapping[str, Any]) -> Tensor: ...  # [rows], unreduced
    def decode(self, outputs: Outputs, schema: Schema, calibration: Calibration, top: int) -> list[Prediction]: ...
    def sample(self) -> list[Example]: ...  # eight real examples for the contract tests


# -- prediction ------------------------------------------------------------------------------------------------------
class Engine(Protocol):
    """Runs a skill's numbers: inputs -> numpy outputs in the order of the inputs, batched by length inside."""

    name: str

    def outputs(self, inputs: Sequence[Inputs]) -> Mapping[str, Array]: ...


class Session(Protocol):
    """The one prediction path: inputs -> predictions, in their order."""

    def __call__(self, inputs: Sequence[Inputs]) -> list[Prediction]: ...


Progress = Callable[[str, float], None]  # (what, share done 0..1)


# -- actions ---------------------------------------------------------------------------------------------------------
# read: changes nothing. reversible: an inverse brings the world back. recoverable: a person can mend it, with effort.
Risk = Literal["read", "reversible", "recoverable", "irreversible"]
# Where an argument comes from: the person's own words, an earlier turn, the action's default, a click on a page; or
# text that somebody else wrote (a note, a file, the answer of a tool), which nobody has confirmed.
Origin = Literal["said", "context", "default", "picked", "foreign"]
Status = Literal["done", "already", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Call:
    """One wish to act: an action of an app with all its arguments, for a person. `digest` names what would be done."""

    id: str
    app: str
    action: str
    args: Mapping[str, Value]
    person: str
    origins: Mapping[str, Origin] = field(default_factory=dict)  # an argument that is not named was said
    undoes: str = ""  # id of the call that this one takes back

    @property
    def digest(self) -> str:
        """SHA-256 of app, action and arguments: an approval is bound to it, so that no argument changes afterwards."""
        told = {"app": self.app, "action": self.action, "args": dict(self.args)}
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of the world that becomes something else."""

    thing: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would do. `blocked` says why it can not be done now; no change at all: it is so already."""

    said: str
    changes: tuple[Change, ...] = ()
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a call did, as the world says it afterwards; `value` is the answer of an action that reads."""

    status: Status
    said: str
    changes: tuple[Change, ...] = ()
    value: Value = None


class Things(Protocol):
    """A part of the world: named values that can be read and changed, such as lamps of a house or notes."""

    def read(self) -> Mapping[str, Value]: ...
    def apply(self, changes: Mapping[str, Value], key: str) -> bool: ...  # all or nothing; False: this key was seen


class World(Protocol):
    """What actions may touch: named things, the clock, secrets, skills."""

    language: str  # of the person who is answered: "en" or "zh"

    def things(self, place: str) -> Things: ...  # "house", or what the app of this name keeps
    def now(self) -> datetime: ...  # with time zone
    def secret(self, name: str) -> str: ...
    def ask(self, skill: str, inputs: Sequence[Inputs]) -> list[Prediction]: ...


class Action(Protocol):
    """A typed effect. `once`: its effect takes the call's id as idempotency key, so it may be repeated safely."""

    app: str
    name: str
    risk: Risk
    once: bool
    look: str  # where a person sees whether it happened, if nobody knows

    def preview(self, call: Call, world: World) -> Preview: ...
    def run(self, call: Call, world: World) -> Effect: ...
    def inverse(self, call: Call, effect: Effect) -> Call | None: ...

"""One sentence -> its intent, the parts of it that fill slots, and the values that it implies. One trunk, one pass.

Choose it for commands; `classify` where the intent is all that is wanted. Everything about the intent (calibration,
refusal, the ladder) is as in `classify`; the slots come beside it.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lingos.contracts import Backbone, Batch, Calibration, Example, HeadKind, Mark, Outputs, Prediction, Row, Schema
from lingos.errors import DataError
from lingos.tasks.base import Labelled
from lingos.text.tagging import counted, marked, tags_at, transitions

if TYPE_CHECKING:
    from torch import Tensor, nn

    from lingos.contracts import Array

__all__ = ["Understand", "annotated", "settled"]

MOST = 60  # values of a slot that can be told apart without a word for them in the text
WORDLESS = 0.2  # share of its rows without a word for it from which on a closed slot is always implied
TAGS = 4.0  # times the mean of a row's tags in its loss: else an intent that stays hard takes what they would learn
SKIP = -100  # a target that is not learned


class Understand(Labelled):
    """Choose it for sentences that ask for something to be done.

    >>> task = Understand()
    >>> schema = task.schema(task.sample())
    >>> schema["slots"], schema["closed"]
    (['room'], {'state': ['off', 'on']})
    """

    name = "understand"
    reads = ("slots", "spans", "tokens", "tags")

    def read(self, example: Example) -> Example:
        """With marks and implied values; see `annotated`."""
        return annotated(example)

    def settle(self, example: Example, schema: Schema) -> Example:
        """As `settled`: what an answer is compared with."""
        return settled(example, schema)

    def schema(self, examples: Iterable[Example]) -> Schema:
        """Beside the labels: slots that stand in texts and how they follow one another, and values that are implied."""
        rows = list(examples)
        always = _always(rows)
        rows = [settled(row, {"always": always}) for row in rows]
        values: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            for slot, value in row.implied.items():
                values[slot][value] += 1
        slots = sorted({mark.slot for row in rows for mark in row.marks})
        return {
            **super().schema(rows),
            "slots": slots,
            "transitions": counted(rows, slots) if slots else [],
            "always": always,
            "closed": {slot: sorted(found) for slot, found in sorted(values.items()) if len(found) <= MOST},
        }

    def also(self, examples: Sequence[Example], rows: Sequence[Row], schema: Schema) -> Mapping[str, Sequence[Array]]:
        """Targets of the tags, int64 [length] a row, and of the closed slots, int64 [slots] a row; 0 is "none"."""
        examples = [settled(example, schema) for example in examples]
        return {
            "tags": [_tags(example, row, schema) for example, row in zip(examples, rows, strict=True)],
            "values": [_values(example, schema) for example in examples],
        }

    def head(self, backbone: Backbone, schema: Schema, kind: HeadKind) -> nn.Module:
        """A joint head, also where the family's own is asked for, which knows no tags; for a fit in closed form a
        linear one: it answers intents alone.
        """
        from lingos.modules.heads import joint_head, make_head  # torch: not wanted where answers are decoded

        width = backbone.info.width
        return make_head("linear", width, len(schema["labels"])) if kind == "linear" else joint_head(schema, width)

    def loss(self, outputs: Outputs, batch: Batch, settings: Mapping[str, Any]) -> Tensor:
        """Cross-entropy of the intent, plus TAGS times that of the tags (mean of a row's tokens), plus that of the
        closed slots (sum).
        """
        from torch.nn import functional  # torch: not wanted where answers are decoded

        total = super().loss(outputs, batch, settings)
        for name, aims in batch.also.items():
            told = outputs[name].float().transpose(1, 2)
            each = functional.cross_entropy(told, aims, reduction="none", ignore_index=SKIP)
            learned = (aims != SKIP).sum(1).clamp(min=1)
            total = total + (TAGS * each.sum(1) / learned if name == "tags" else each.sum(1))
        return total

    def decode(self, outputs: Outputs, schema: Schema, calibration: Calibration, top: int) -> list[Prediction]:
        """Intents as in `classify`; marks from "tags" and "offsets" [n, l, 2], implied values from "values"."""
        found = super().decode(outputs, schema, calibration, top)
        if "tags" not in outputs or "offsets" not in outputs:
            return found
        tags, slots = np.asarray(outputs["tags"]), schema["slots"]
        values = np.asarray(outputs["values"]).argmax(-1)
        seen = schema.get("transitions")
        between = transitions(seen, tags.shape[-1]) if seen else None
        return [
            replace(one, marks=marked(told, places, slots, between), implied=_implied(value, schema))
            for one, told, places, value in zip(found, tags, outputs["offsets"], values, strict=True)
        ]

    def sample(self) -> list[Example]:
        """Eight rows for the contract tests."""
        told = {
            "light": ["turn the [kitchen] lamp on", "[hall] lamp off please", "light up the [hall]", "dark [kitchen]"],
            "weather": ["will it rain today", "is it sunny outside", "how cold is it", "rain or sun tomorrow"],
        }
        rows: list[Example] = []
        for label, texts in told.items():
            for text in texts:
                start, end = text.find("["), text.find("]") - 1
                marks = (Mark(start, end, "room"),) if start >= 0 else ()
                implied = {"state": "off" if "off" in text or "dark" in text else "on"} if marks else {}
                plain = text.replace("[", "").replace("]", "")
                line = len(rows)
                rows.append(Example({"text": plain}, label, f"s{line}", line=line + 1, marks=marks, implied=implied))
        return rows


def annotated(example: Example) -> Example:
    """The example with marks and implied values from its fields, which hold them as JSON:

    - "spans": [[start, end, slot], ...]; or "tokens" and "tags" (BIO); or
    - "slots": {slot: value}: a value that stands in the text is marked there, any other one is implied.

    >>> row = Example({"text": "dim the Kitchen", "slots": '{"room": "kitchen", "domain": "light"}'}, "dim", "1")
    >>> found = annotated(row)
    >>> [(mark.start, mark.end, mark.slot) for mark in found.marks], dict(found.implied)
    ([(8, 15, 'room')], {'domain': 'light'})

    Raises:
        DataError: that is no such JSON, or a span lies outside the text.
    """
    text = str(example.fields["text"])
    try:
        if example.fields.get("tags"):
            marks = _from_tags(text, _json(example, "tokens"), _json(example, "tags"))
        else:
            marks = [Mark(int(start), int(end), str(slot)) for start, end, slot in _json(example, "spans") or ()]
        slots = dict(_json(example, "slots") or {})
    except (ValueError, TypeError) as error:
        raise _wrong(example, str(error)) from error
    if any(not 0 <= mark.start < mark.end <= len(text) for mark in marks):
        raise _wrong(example, "a span lies outside the text")
    implied: dict[str, str] = {}
    named = {mark.slot for mark in marks}
    for slot, value in slots.items():
        if slot in named:
            continue
        start = _place(text, value) if isinstance(value, str) else -1
        if start >= 0:
            marks.append(Mark(start, start + len(value), slot))
        else:
            implied[slot] = str(value)
    return replace(example, marks=tuple(sorted(marks, key=lambda one: one.start)), implied=implied)


def settled(example: Example, schema: Schema) -> Example:
    """The example with the slots that the schema knows as closed among the implied ones, also where a text names them.

    >>> row = annotated(Example({"text": "any light on", "slots": '{"domain": "light"}'}, "count", "1"))
    >>> dict(settled(row, {"always": ["domain"]}).implied)
    {'domain': 'light'}
    """
    always = schema.get("always", ())
    if not always or not example.marks or _told_by_place(example):
        return example
    told = {slot: str(value) for slot, value in dict(_json(example, "slots") or {}).items() if slot in always}
    marks = tuple(mark for mark in example.marks if mark.slot not in always)
    return replace(example, marks=marks, implied={**example.implied, **told})


# -- helpers ---------------------------------------------------------------------------------------------------------
def _json(example: Example, name: str) -> Any:
    told = example.fields.get(name)
    return json.loads(told) if isinstance(told, str) and told else told


def _place(text: str, value: str) -> int:
    """Where a value stands in a text as words of its own; -1 for nowhere."""
    edges = [r"(?<!\w)" if value[:1].isascii() else "", r"(?!\w)" if value[-1:].isascii() else ""]
    found = re.search(f"{edges[0]}{re.escape(value)}{edges[1]}", text, re.IGNORECASE) if value.strip() else None
    return found.start() if found else -1


def _told_by_place(example: Example) -> bool:
    """Whether the row says itself where its slots stand."""
    return bool(example.fields.get("spans") or example.fields.get("tags"))


def _always(rows: Sequence[Example]) -> list[str]:
    """Closed slots of which texts often have no word of their own ("lights" for the domain "light"): they are told by
    their value, always, so that what is learned of one slot is of one kind.
    """
    values: defaultdict[str, set[str]] = defaultdict(set)
    implied, every = Counter[str](), Counter[str]()
    for row in rows:
        if _told_by_place(row):
            return []
        for slot, value in dict(_json(row, "slots") or {}).items():
            values[slot].add(str(value))
            every[slot] += 1
            implied[slot] += slot in row.implied
    return sorted(slot for slot in every if len(values[slot]) <= MOST and implied[slot] > WORDLESS * every[slot])


def _from_tags(text: str, tokens: Sequence[str], tags: Sequence[str]) -> list[Mark]:
    """BIO tags of tokens -> marks in the text; the tokens stand in it in their order."""
    marks: list[Mark] = []
    place = 0
    for token, tag in zip(tokens, tags, strict=True):
        start = text.index(token, place)
        place = start + len(token)
        kind, _, slot = tag.partition("-")
        if kind == "I" and marks and marks[-1].slot == slot:
            marks[-1] = Mark(marks[-1].start, place, slot)
        elif kind in ("B", "I"):
            marks.append(Mark(start, place, slot))
    return marks


def _wrong(example: Example, why: str) -> DataError:
    return DataError(
        f"{example.file}, line {example.line}: the slots can not be read: {why}",
        expected='"slots": {"room": "kitchen"}, or "spans": [[8, 15, "room"]], or "tokens" and "tags"',
        cure="mend this line",
    )


def _tags(example: Example, row: Row, schema: Schema) -> Array:
    """The tag of each token; what is no token of the text is not learned."""
    assert row.offsets is not None
    starts, ends = row.offsets[:, 0], row.offsets[:, 1]
    return np.where(ends > starts, tags_at(example.marks, starts, ends, schema["slots"]), SKIP)


def _values(example: Example, schema: Schema) -> Array:
    """For each closed slot 0 = none, k + 1 = its k-th value; a value that is not known is not learned."""
    found = []
    for slot, values in schema["closed"].items():
        told = example.implied.get(slot)
        found.append(0 if told is None else values.index(told) + 1 if told in values else SKIP)
    return np.array(found or [SKIP], dtype=np.int64)


def _implied(values: Array, schema: Schema) -> dict[str, str]:
    chosen = zip(schema["closed"].items(), values.tolist(), strict=False)
    return {slot: known[value - 1] for (slot, known), value in chosen if 0 < value <= len(known)}

"""understand: how rows tell their slots, what tags become, marks in the text as it was given."""

from __future__ import annotations

import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.training import made

from lingos.contracts import Batch, Calibration, Example, Mark
from lingos.engines.base import placed
from lingos.errors import DataError
from lingos.evaluation.slots import slots
from lingos.methods.base import method
from lingos.tasks.base import task
from lingos.tasks.understand import SKIP, annotated
from lingos.text.normalise import clean, places
from lingos.text.tokens import Tokens
from lingos.training.fit import fit, outputs

KIND = task("understand")


def row(text: str, **fields: object) -> Example:
    return Example({"text": text, **{name: json.dumps(value) for name, value in fields.items()}}, "x", "1", line=7)


def told(example: Example) -> list[tuple[str, str]]:
    return [(str(example.fields["text"])[mark.start : mark.end], mark.slot) for mark in example.marks]


def test_slots_by_value() -> None:
    found = annotated(row("dim the Kitchen light to 20", slots={"room": "kitchen", "domain": "light", "level": 20}))
    assert told(found) == [("Kitchen", "room"), ("light", "domain")]
    assert found.implied == {"level": "20"}, "a number is a value, whatever digits stand in the text"


def test_slots_by_span_and_value() -> None:
    found = annotated(row("把厨房的灯打开", spans=[[1, 3, "room"]], slots={"room": "kitchen", "state": "on"}))
    assert told(found) == [("厨房", "room")] and found.implied == {"state": "on"}


def test_slots_by_tags() -> None:
    tags = ["O", "B-artist", "I-artist", "O", "I-service"]
    found = annotated(row("play miles davis on spotify", tokens="play miles davis on spotify".split(), tags=tags))
    assert told(found) == [("miles davis", "artist"), ("spotify", "service")]


def test_a_row_without_slots_has_none() -> None:
    assert annotated(row("hello")).marks == () and annotated(row("hello", slots={})).implied == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"spans": [[3, 99, "room"]]},
        {"spans": [[2, 2, "room"]]},
        {"spans": "kitchen"},
        {"slots": [1, 2]},
        {"tokens": ["dim", "it"], "tags": ["O"]},
        {"tokens": ["dim", "this"], "tags": ["O", "B-x"]},
    ],
)
def test_what_can_not_be_read_names_its_line(fields: dict[str, object]) -> None:
    with pytest.raises(DataError, match="line 7: the slots can not be read"):
        annotated(row("dim it", **fields))


def test_broken_json_names_its_line() -> None:
    with pytest.raises(DataError, match="line 7"):
        annotated(Example({"text": "dim it", "slots": "{"}, "x", "1", line=7))


def test_it_learns_marks_and_implied_values() -> None:
    corpus = made.corpus_of(KIND.sample(), made.base("bert", layers=2), name="understand")
    settings = made.settings("full", epochs=300, learning_rate=5e-3, head_rate=3e-2)
    fitted = fit(corpus, method("full"), settings, made.every(corpus), seed=0)
    found = outputs(fitted, corpus, made.every(corpus))
    rows = Tokens(corpus.base.tokenizer_json).rows(corpus.texts[: len(corpus)], corpus.max_length, offsets=True)
    predictions = KIND.decode({**found, "offsets": placed(rows)}, corpus.schema, Calibration(), 2)
    score = slots(predictions, KIND.sample())
    assert score.exact[0] == score.marks[0] == 1.0
    assert 0.5 < score.exact[1] < 1.0, "eight rows prove little"


def test_a_method_without_layers_answers_intents_alone() -> None:
    corpus = made.corpus_of(KIND.sample(), made.base("bert", layers=2), name="understand")
    fitted = fit(corpus, method("head"), made.settings("head"), made.every(corpus), seed=0)
    found = outputs(fitted, corpus, made.every(corpus))
    assert set(found) == {"logits", "vector"}
    assert KIND.decode(found, corpus.schema, Calibration(), 2)[0].marks == ()


def test_marks_follow_the_text_that_is_cleaned() -> None:
    text = "  dim\u200b the   Ｋitchen!"
    start = text.index("Ｋ")
    example = Example({"text": text}, "x", "1", marks=(Mark(start, start + 7, "room"),))
    other = Example({"text": "stop"}, "y", "2")
    corpus = made.corpus_of([example, other], made.base("bert", layers=2), name="understand")
    row = Tokens(corpus.base.tokenizer_json).rows([corpus.texts[0]], corpus.max_length, offsets=True)[0]
    inside = row.offsets[corpus.also["tags"][0] > 0]
    assert corpus.texts[0][inside[0][0] : inside[-1][1]] == "Kitchen"


@given(st.text(alphabet=" \tabＫé\u200b灯，\u3000", max_size=20))
def test_places_lead_back(text: str) -> None:
    kept = clean(text)
    found = places(text, kept)
    assert len(found) == len(kept) + 1 and found == sorted(found)
    for letter, place in zip(kept, found, strict=False):
        assert clean(text[place]) == letter or (letter in " \n" and text[place].isspace()) or letter == "é"


def test_a_mistaken_tag_costs_four_times_its_share_of_the_row() -> None:
    intent = torch.tensor([[20.0, -20.0], [20.0, -20.0]])
    tags = torch.zeros(2, 4, 3)
    values = torch.zeros(2, 1, 2)
    aims = {"tags": torch.tensor([[0, 2, SKIP, SKIP], [SKIP] * 4]), "values": torch.tensor([[1], [SKIP]])}
    batch = Batch({}, torch.ones(2, 4), targets=torch.tensor([0, 0]), also=aims)
    found = KIND.loss({"logits": intent, "tags": tags, "values": values}, batch, {})
    assert found.tolist() == pytest.approx([4 * math.log(3) + math.log(2), 0.0], abs=1e-5)

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.contracts import Inputs, Prediction
from lingos.errors import DataError
from lingos.evaluation.neighbours import UNITS, nearest, probability_of, spans, word_evidence


def test_the_nearest_rows_come_first() -> None:
    training = np.array([[0.0, 3.0], [2.0, 0.0], [1.0, 1.0]])
    rows, cosines = nearest(np.array([[1.0, 0.1]]), training, count=2)
    assert rows.tolist() == [[1, 2]]
    assert cosines[0, 0] > cosines[0, 1] > 0.7
    with pytest.raises(DataError, match="no training vector"):
        nearest(np.ones((1, 2)), np.zeros((0, 2)))


def session(inputs: Sequence[Inputs]) -> list[Prediction]:
    shares = [0.9 if "退款" in str(one["text"]) or "refund" in str(one["text"]) else 0.2 for one in inputs]
    assert all(one.get("channel") == "mail" for one in inputs)
    return [Prediction("refund", share, False, (("refund", share), ("other", 1 - share))) for share in shares]


@pytest.mark.parametrize(("text", "word"), [("I want my refund now", "refund"), ("我想申请退款，谢谢", "退款")])
def test_the_word_that_carries_the_answer_comes_first(text: str, word: str) -> None:
    ask = probability_of(session, {"text": text, "channel": "mail"}, "refund")
    clues = word_evidence(text, ask)
    assert word in clues[0].text or clues[0].text in word
    assert clues[0].drop == pytest.approx(0.7)
    assert text[clues[0].start : clues[0].end] == clues[0].text
    assert min(clue.drop for clue in clues) == pytest.approx(0.0)


def test_a_label_outside_the_top_counts_as_zero() -> None:
    ask = probability_of(session, {"text": "x", "channel": "mail"}, "unlisted")
    assert ask(["a", "b"]).tolist() == [0.0, 0.0]


def test_a_text_without_words_has_no_clue() -> None:
    assert word_evidence("?! ...", lambda texts: np.zeros(len(texts))) == []


@given(st.text(alphabet="ab 退款票,.-'", max_size=200))
def test_pieces_lie_in_the_text_in_order_and_clues_do_not_overlap(text: str) -> None:
    pieces = spans(text)
    assert all(0 <= start < end <= len(text) for start, end in pieces)
    assert pieces == sorted(pieces)
    letters = {i for i, letter in enumerate(text) if letter.isalnum()}
    assert letters <= {i for start, end in pieces for i in range(start, end)}
    clues = sorted(word_evidence(text, lambda texts: np.arange(len(texts), dtype=float)), key=lambda clue: clue.start)
    assert all(a.end <= b.start for a, b in pairwise(clues))


def test_a_long_text_costs_a_bounded_number_of_questions() -> None:
    text = " ".join(f"w{i}" for i in range(5_000))
    assert len(spans(text)) <= UNITS
    assert spans(text)[-1][1] == len(text)

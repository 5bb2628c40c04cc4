"""Which rung is taken, on constructed correctness."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lingos.errors import LingosError
from lingos.evaluation.comparison import less_likely
from lingos.ladder.choice import choose, futile
from lingos.ladder.rung import Held, Rung

ROWS = 200


def rung(name: str, right: Any, rows: Any = None) -> Rung:
    """A rung that is right where `right` is 1; the truth is always class 1."""
    rows = np.arange(ROWS) if rows is None else rows
    logits = np.stack([1.0 - np.asarray(right), np.asarray(right)], 1)[: len(rows)]
    method: Any = SimpleNamespace(name=name)
    half = len(rows) // 2
    parts = (slice(0, half), slice(half, None))
    held = [Held(rows[p], logits[p], np.zeros((0, 0)), np.ones(len(rows[p])), None, 1.0) for p in parts]
    return Rung(method, None, held=held)


def right(count: int, start: int = 0) -> Any:
    found = np.zeros(ROWS)
    found[start : start + count] = 1
    return found


CORPUS: Any = SimpleNamespace(targets=np.ones(ROWS, np.int64))


def test_the_cheapest_that_is_not_significantly_worse_is_taken() -> None:
    rungs = [rung("majority", right(40)), rung("tfidf", right(177)), rung("top", right(180)), rung("full", right(179))]
    found = choose(rungs, CORPUS)
    assert (found.rung.method.name, found.best.method.name) == ("tfidf", "top")
    assert found.reason.startswith(
        "tfidf is the cheapest than which no dearer method is significantly better (top: 1.5 points more on 200 rows"
    )


def test_the_best_is_taken_when_all_cheaper_ones_are_worse() -> None:
    found = choose([rung("tfidf", right(140)), rung("top", right(180))], CORPUS)
    assert found.rung is found.best and found.rung.method.name == "top"
    assert "every cheaper method is significantly worse" in found.reason


def test_of_equals_the_cheaper_one_is_best() -> None:
    found = choose([rung("tfidf", right(180)), rung("top", right(180, 20))], CORPUS)
    assert found.rung is found.best and found.rung.method.name == "tfidf"


def test_as_right_on_other_rows_is_not_worse() -> None:
    assert choose([rung("tfidf", right(150, 50)), rung("top", right(155))], CORPUS).rung.method.name == "tfidf"


def test_a_rung_on_few_rows_does_not_hide_what_all_rows_show() -> None:
    # `full` saw the first fold only, where `head` happens to be as good; on all rows `top` is better by 40 of 200.
    few = rung("full", right(80), np.arange(80))
    found = choose([rung("head", right(100)), rung("top", right(140)), few], CORPUS)
    assert found.rung.method.name == "top"


def test_a_rung_that_was_stopped_is_not_the_best() -> None:
    lucky = rung("full", right(100), np.arange(100))
    lucky.stopped = "hopeless"
    found = choose([rung("tfidf", right(99)), lucky], CORPUS)
    assert found.rung is found.best and found.rung.method.name == "tfidf"


MANY = 6_000
LARGE: Any = SimpleNamespace(targets=np.ones(MANY, np.int64))


def judged(name: str, wrong: int, rows: int) -> Rung:
    """Right but for the first rows."""
    answers = np.ones(rows)
    answers[:wrong] = 0
    return rung(name, answers, np.arange(rows))


def test_what_can_hardly_be_significantly_better_any_more_is_stopped() -> None:
    rivals = [judged("head", 120, MANY)]
    for wrong, stopped in ((150, True), (120, True), (90, False)):
        found = futile(judged("top", wrong, 2_000), rivals, LARGE, MANY)
        assert bool(found) is stopped
        assert not stopped or found.startswith("stopped after 2000 rows: the chance of being significantly better")
    assert futile(judged("top", 150, MANY), rivals, LARGE, MANY) is None, "nothing is left to save"


def test_a_surer_method_is_taken_for_what_it_is() -> None:
    """`top` is right on two rows less than `head`, on some others, and far surer of the right label."""
    cheap, dear = rung("head", right(180)), rung("top", right(178, 4))
    for one, sure in ((cheap, 1.0), (dear, 6.0)):
        for held in one.held:
            held.logits[:] = (held.logits - 0.5) * np.where(held.logits.argmax(1) == 1, sure, 1.0)[:, None]
    found = choose([cheap, dear], CORPUS)
    assert (found.rung, found.best) == (dear, cheap)
    assert found.reason.startswith("top is the cheapest than which no dearer method is significantly better")
    assert "head (" in found.reason and "gives the right label significantly less weight" in found.reason


def test_few_rows_stop_nothing_and_nor_does_the_first_rung() -> None:
    flaky = rung("top", np.arange(100) % 2, np.arange(100))
    assert futile(flaky, [rung("head", right(200))], CORPUS, ROWS) is None, "the likelihood will decide"
    same = rung("top", np.ones(4), np.arange(4))
    assert futile(same, [rung("head", right(200))], CORPUS, ROWS) is None, "four rows that agree prove nothing"
    assert futile(judged("majority", 1_000, 2_000), [], LARGE, MANY) is None


def test_rungs_are_compared_on_the_rows_that_they_share() -> None:
    # `top` saw the first fold only, where it is better by 9 rows of 100.
    few = rung("top", right(100), np.arange(100))
    first = np.concatenate([right(91)[:100], np.ones(100)])
    found = choose([rung("tfidf", first), few], CORPUS)
    assert found.rung.method.name == "top" and "(100 rows out of fold)" in found.reason


def test_groups_count_once() -> None:
    rungs = [rung("tfidf", right(170)), rung("top", right(180))]
    assert choose(rungs, CORPUS).rung.method.name == "top"
    one_group = np.where(np.arange(ROWS) >= 170, 0, np.arange(ROWS) + 1)
    assert choose(rungs, CORPUS, one_group).rung.method.name == "tfidf"


def test_skipped_rungs_are_left_out_and_no_rung_is_an_error() -> None:
    skipped = Rung(rung("full", right(1)).method, None, skipped="too slow")
    assert choose([rung("tfidf", right(9)), skipped], CORPUS).rung.method.name == "tfidf"
    with pytest.raises(LingosError, match="no method could be tried"):
        choose([skipped], CORPUS)


def test_correct_follows_the_rows_asked_for() -> None:
    one = rung("tfidf", right(3), np.array([5, 2, 9, 7]))
    corpus: Any = SimpleNamespace(targets=np.ones(10, np.int64))
    assert one.correct(corpus, np.array([7, 5, 9, 2])).tolist() == [0, 1, 1, 1]


def test_where_rows_are_few_how_sure_of_the_right_label_counts_too() -> None:
    dice = np.random.default_rng(0)
    cheap, dear = rung("head", right(170)), rung("top", right(172))
    for one, margin in ((cheap, 0.4), (dear, 0.6)):
        for held in one.held:  # the dearer one tells its right answers from its wrong ones better
            sure = 1 + margin * dice.normal(1.0, 0.3, len(held.rows)) * held.logits.argmax(1)
            held.logits[:] = np.where(held.logits > 0, sure[:, None] * 2, 0)
    found = choose([cheap, dear], CORPUS)
    assert found.rung is dear and "significantly less weight" in found.reason and "can not show" in found.reason


def test_one_lucky_group_makes_nobody_surer() -> None:
    group = np.where(np.arange(ROWS) >= 170, 0, np.arange(ROWS) + 1)
    first, second = (
        rung(name, right(count)).likelihood(CORPUS, np.arange(ROWS)) for name, count in (("a", 170), ("b", 180))
    )
    assert less_likely(first, second, group) > 0.1 > 0.001 > less_likely(first, second)

"""Steps: every row exactly once, little padding; rates over the steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.backbones.text import load
from lingos.training.batches import balanced, padding, plan
from lingos.training.schedule import rate

LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=120)


@given(LENGTHS, st.integers(1, 9), st.integers(16, 200), st.integers(0, 9))
def test_every_row_comes_exactly_once(lengths: list[int], rows: int, tokens: int, seed: int) -> None:
    sizes = np.array(lengths)
    steps = plan(sizes, rows, tokens, np.random.default_rng(seed))
    assert sorted(int(row) for step in steps for row in step) == list(range(len(lengths)))
    for step in steps:
        assert 1 <= len(step) <= rows
        assert len(step) == 1 or len(step) * sizes[step].max() <= tokens


@given(LENGTHS, st.integers(0, 9))
def test_the_plan_is_a_function_of_the_seed(lengths: list[int], seed: int) -> None:
    first, second = (plan(np.array(lengths), 4, 99, np.random.default_rng(seed)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_another_seed_gives_another_order() -> None:
    first, second = (plan(np.arange(1, 50), 4, 999, np.random.default_rng(seed)) for seed in (0, 1))
    assert [step.tolist() for step in first] != [step.tolist() for step in second]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(0, 9))
def test_balanced_draws_classes_alike(targets: list[int], seed: int) -> None:
    drawn = balanced(np.array(targets), np.random.default_rng(seed))
    counts = np.bincount(np.array(targets)[drawn], minlength=4)
    present = np.bincount(targets, minlength=4) > 0
    fair = len(targets) / present.sum()
    assert len(drawn) == len(targets) and counts.max() <= np.ceil(fair)
    assert not counts[~present].any()


def test_padding_is_the_share_of_padded_tokens() -> None:
    assert padding([np.array([0, 1])], np.array([2, 4])) == pytest.approx(0.25)
    assert padding([], np.array([1])) == 0.0


@pytest.mark.parametrize("rows", [16, 32, 64])
def test_real_texts_are_padded_by_less_than_a_tenth(data: Path, rows: int) -> None:
    file = data / "banking77" / "train.jsonl"
    if not file.exists():
        pytest.skip(f"no banking77 in {data}")
    texts = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    lengths = np.minimum(load("default").tokens.count(texts), 128)
    steps = plan(lengths, rows, 4096, np.random.default_rng(0))
    assert len(lengths) > 8000 and padding(steps, lengths) <= 0.10


@given(st.integers(1, 200), st.floats(0, 1), st.sampled_from(["linear", "cosine", "constant"]))
def test_the_rate_stays_between_nought_and_one(total: int, warmup: float, kind: str) -> None:
    rates = [rate(step, total, warmup, kind) for step in range(total)]
    assert all(0 <= one <= 1 + 1e-9 for one in rates) and max(rates) == pytest.approx(1)
    top = int(np.argmax(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_the_rate_by_hand() -> None:
    assert [round(rate(k, 5, 0.2, "linear"), 3) for k in range(5)] == [1.0, 1.0, 0.75, 0.5, 0.25]
    assert [round(rate(k, 4, 0.0, "cosine"), 3) for k in range(4)] == [1.0, 0.854, 0.5, 0.146]
    assert [rate(k, 3, 0.0, "constant") for k in range(3)] == [1.0, 1.0, 1.0]

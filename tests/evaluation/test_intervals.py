from __future__ import annotations

import resource

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.errors import RecipeError
from lingos.evaluation import scores
from lingos.evaluation.comparison import mcnemar
from lingos.evaluation.intervals import bootstrap, bootstrap_f1, bootstrap_mean, smallest_visible_gap, wilson


def test_wilson_matches_the_published_example() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
    interval = wilson(81, 263)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_its_value_and_stays_a_share(case: tuple[int, int]) -> None:
    interval = wilson(*case)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.low < interval.high


def test_no_rows_say_nothing() -> None:
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


def test_bootstrap_agrees_with_resampling_the_rows_themselves() -> None:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 5, 400)
    predicted = np.where(generator.random(400) < 0.8, targets, generator.integers(0, 5, 400))
    found = bootstrap(targets, predicted, 5, ["macro_f1", "mcc"])
    for name, interval in found.items():
        many = []
        for _ in range(1_000):
            rows = generator.integers(0, 400, 400)
            many.append(float(scores.SCORES[name](scores.count(targets[rows], predicted[rows], 5))))
        assert (interval.low, interval.high) == pytest.approx(np.quantile(many, [0.025, 0.975]), abs=0.01)
        assert interval.low < interval.value < interval.high


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(2)
    inside = 0
    for seed in range(200):
        targets = np.zeros(300, dtype=int)
        predicted = (generator.random(300) < 0.15).astype(int)
        interval = bootstrap(targets, predicted, 2, ["accuracy"], seed)["accuracy"]
        inside += interval.low <= 0.85 <= interval.high
    assert 180 <= inside <= 199


def test_a_perfect_score_is_not_certain() -> None:
    rows = np.zeros(50, dtype=int)
    found = bootstrap(rows, rows, 2, ["macro_f1"])["macro_f1"]
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low < 0.95


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    targets, predicted = np.arange(99) % 3, (np.arange(99) * 7 // 5) % 3
    assert bootstrap(targets, predicted, 3) == bootstrap(targets, predicted, 3)
    assert bootstrap(targets, predicted, 3)["mcc"] != bootstrap(targets, predicted, 3, seed=1)["mcc"]


def test_an_unknown_score_names_its_neighbour() -> None:
    with pytest.raises(RecipeError, match="did you mean 'macro_f1'"):
        bootstrap(np.zeros(3, int), np.zeros(3, int), 2, ["makro_f1"])


def test_f1_of_each_class_has_an_interval() -> None:
    targets = np.array([0] * 50 + [1] * 50)
    predicted = np.array([0] * 50 + [1] * 25 + [0] * 25)
    first, second, third = bootstrap_f1(targets, predicted, 3)
    assert first.value == pytest.approx(0.8)
    assert second.value == pytest.approx(2 / 3)
    assert second.low < second.value < second.high
    assert (third.value, third.high) == (0.0, 0.0)


def test_bootstrap_of_a_mean_is_close_to_the_normal_interval() -> None:
    values = np.random.default_rng(0).exponential(size=2_000)
    interval = bootstrap_mean(values)
    half = 1.96 * values.std() / np.sqrt(2_000)
    assert (interval.low, interval.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.006)


def test_three_thousand_rows_and_77_classes_cost_less_than_two_seconds() -> None:
    generator = np.random.default_rng(0)
    targets = generator.integers(0, 77, 3_000)
    predicted = np.where(generator.random(3_000) < 0.9, targets, generator.integers(0, 77, 3_000))
    start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    bootstrap(targets, predicted, 77, ["accuracy", "macro_f1", "mcc"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - start < 2.0


@pytest.mark.parametrize(("rows", "accuracy"), [(300, 0.8), (1_000, 0.9), (3_000, 0.94)])
def test_the_smallest_visible_gap_is_found_four_times_in_five(rows: int, accuracy: float) -> None:
    gap, differ = smallest_visible_gap(rows, accuracy), 1 - accuracy
    generator = np.random.default_rng(0)
    found = 0
    for _ in range(300):
        lost, won, _same = generator.multinomial(rows, [(differ - gap) / 2, (differ + gap) / 2, 1 - differ])
        found += mcnemar(int(lost), int(won)) < 0.05
    # McNemar's exact test is a little stricter than the normal formula.
    assert 0.68 <= found / 300 <= 0.88


def test_more_rows_see_smaller_gaps() -> None:
    gaps = [smallest_visible_gap(rows, 0.9) for rows in (5, 50, 500, 5_000)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] <= 1.0

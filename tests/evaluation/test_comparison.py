from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.evaluation.made import evidence

from lingos.errors import DataError, RecipeError
from lingos.evaluation.comparison import compare, mcnemar, paired, significantly_worse, worse_probability


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (1, 9), (5, 5), (40, 61), (2_000, 2_130)])
def test_mcnemar_is_the_binomial_test(lost: int, won: int) -> None:
    wanted = stats.binomtest(lost, lost + won, 0.5).pvalue if lost + won else 1.0
    assert mcnemar(lost, won) == pytest.approx(wanted)


def test_a_clear_difference_is_said_in_points_from_either_side() -> None:
    truth = np.zeros(1_000, int)
    worse, better = (np.arange(1_000) < 100).astype(int), (np.arange(1_000) < 60).astype(int)
    found = paired(truth, worse, better, 2)
    assert found.value == pytest.approx(0.04)
    assert 0 < found.low < 0.04 < found.high
    assert found.sentence(("old", "new")).startswith("new is better by 4.0 points [")
    back = paired(truth, better, worse, 2)
    assert back.sentence(("old", "new")).startswith("old is better by 4.0 points [")
    assert back.sentence(("旧", "新")).told("zh").startswith("旧 更好，高 4.0 个百分点")


def test_a_small_difference_is_not_made_into_one() -> None:
    truth = np.zeros(200, int)
    first, second = (np.arange(200) < 20).astype(int), ((np.arange(200) > 3) & (np.arange(200) < 22)).astype(int)
    found = paired(truth, first, second, 2)
    assert not found.real
    assert "no difference that this data can show" in found.sentence()
    assert "200 rows" in found.sentence()


def test_equal_answers_do_not_prove_equality() -> None:
    rows = np.zeros(100, int)
    found = paired(rows, rows, rows, 2)
    assert found.low == pytest.approx(-0.0295, abs=1e-3)
    assert found.high == pytest.approx(0.0295, abs=1e-3)


def test_any_score_can_be_compared_and_a_wrong_name_is_told() -> None:
    truth, first = np.arange(300) % 3, np.arange(300) % 3
    second = np.where(np.arange(300) < 60, 0, first)
    found = paired(truth, first, second, 3, "macro_f1")
    assert found.real
    assert found.value < 0
    with pytest.raises(RecipeError, match="unknown score"):
        paired(truth, first, second, 3, "acuracy")


def test_skills_with_other_label_lists_are_compared_by_name() -> None:
    first = evidence([0, 1, 2, 0], [0, 1, 2, -1], labels=("a", "b", "c"))
    second = evidence([2, 1, 0, 3], [2, 1, 0, 3], labels=("c", "b", "a", "stranger"))
    found = compare(first, second)
    assert (found.first, found.second) == (0.75, 1.0)
    assert (found.only_first, found.only_second) == (0, 1)


def test_other_rows_or_other_truths_are_refused() -> None:
    first = evidence([0, 1], [0, 1])
    with pytest.raises(DataError, match="not asked the same rows"):
        compare(first, evidence([0], [0]))
    with pytest.raises(DataError, match="two different labels"):
        compare(first, evidence([0, 1], [0, 2]))


def test_significantly_worse_is_one_sided() -> None:
    a, b = np.array([0] * 8 + [1] * 92), np.ones(100, int)
    assert significantly_worse(a, b)
    assert not significantly_worse(b, a)
    assert not significantly_worse(a, a)
    assert worse_probability(a, b) == pytest.approx(0.5**8)


def test_rows_of_one_group_count_once() -> None:
    a, b = np.array([0] * 8 + [1] * 92), np.ones(100, int)
    one_group = np.array([0] * 8 + list(range(1, 93)))
    assert not significantly_worse(a, b, groups=one_group)
    assert worse_probability(a, b, groups=np.arange(100)) == pytest.approx(0.5**8, abs=2e-3)


def test_false_alarms_stay_below_alpha() -> None:
    generator = np.random.default_rng(0)
    alarms = sum(significantly_worse(generator.random(500) < 0.9, generator.random(500) < 0.9) for _ in range(400))
    assert alarms <= 30

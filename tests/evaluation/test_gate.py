from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from tests.evaluation.made import evidence

from lingos.errors import DataError, RecipeError
from lingos.evaluation.gate import GateOptions, gate


def with_errors(rows: int, wrong: range | list[int], classes: int = 3) -> tuple[list[int], list[int]]:
    targets = [i % classes for i in range(rows)]
    return [(k + 1) % classes if i in set(wrong) else k for i, k in enumerate(targets)], targets


OLD = evidence(*with_errors(1_000, range(50)))


def test_a_first_version_passes_and_a_variant_needs_its_skill() -> None:
    assert gate(None, OLD).accepted
    with pytest.raises(RecipeError, match="a variant needs"):
        gate(None, OLD, "variant")


def test_an_equal_or_better_version_passes() -> None:
    assert gate(OLD, OLD).accepted
    better = gate(OLD, evidence(*with_errors(1_000, range(20))))
    assert better.accepted
    assert better.numbers["difference"] == pytest.approx(0.03)


def test_a_worse_version_is_refused_with_the_gap() -> None:
    verdict = gate(OLD, evidence(*with_errors(1_000, range(90))))
    assert not verdict.accepted
    assert verdict.reason.startswith("worse than the version in use by 4.0 points [")
    assert verdict.numbers["p_worse"] < 0.05


def test_a_broken_class_is_refused_though_the_whole_is_not_worse() -> None:
    # Class "a" loses 30 rows, the others win 40.
    lost = [i for i in range(1_000) if i % 3 == 0][:30]
    old_wrong = [i for i in range(1_000) if i % 3][:40]
    old, new = evidence(*with_errors(1_000, old_wrong)), evidence(*with_errors(1_000, lost))
    verdict = gate(old, new)
    assert not verdict.accepted
    assert verdict.reason.endswith("broken for: a")


def test_a_lost_label_is_refused_unless_allowed() -> None:
    old = evidence([0, 1] * 50, [0, 1] * 50, labels=("a", "b", "gone"))
    new = evidence([0, 1] * 50, [0, 1] * 50, labels=("a", "b"))
    assert gate(old, new).reason == "labels lost: gone"
    assert gate(old, new, options=GateOptions(lost_labels=True)).accepted


def test_a_small_test_set_passes_but_says_what_it_can_not_see() -> None:
    old, new = evidence(*with_errors(60, [])), evidence(*with_errors(60, [1, 2]))
    verdict = gate(old, new)
    assert verdict.accepted
    assert "with 60 rows a gap below" in verdict.reason


@pytest.mark.parametrize(("flips", "accepted"), [(0, True), (2, True), (3, False)])
def test_a_variant_may_flip_one_label_in_500(flips: int, accepted: bool) -> None:
    new = evidence(*with_errors(1_000, range(50 + flips)))
    verdict = gate(OLD, new, "variant")
    assert verdict.accepted is accepted
    assert verdict.numbers["flips"] == flips
    assert f"{flips} of 1,000 labels flip" in verdict.reason


def test_flips_that_all_hurt_are_refused_even_if_few() -> None:
    new = evidence(*with_errors(1_000, range(60)))
    verdict = gate(OLD, new, "variant", GateOptions(flips=0.02))
    assert not verdict.accepted
    assert verdict.reason.startswith("worse than the skill")


def test_a_variant_with_other_labels_is_refused() -> None:
    other = dataclasses.replace(OLD, labels=("a", "b", "d"), targets=np.where(OLD.targets == 2, -1, OLD.targets))
    assert "another list of labels" in gate(OLD, other, "variant").reason


def test_other_rows_and_unknown_kinds_are_errors() -> None:
    with pytest.raises(DataError, match="not asked the same rows"):
        gate(OLD, OLD.take(np.arange(10)))
    with pytest.raises(RecipeError, match="did you mean 'variant'"):
        gate(OLD, OLD, "varient")  # type: ignore[arg-type]


def test_every_verdict_is_told_in_chinese_too() -> None:
    wrong = with_errors(1_000, range(90))
    verdicts = [
        gate(None, OLD),
        gate(OLD, evidence(*wrong)),
        gate(OLD.take(np.arange(60)), OLD.take(np.arange(60))),
        gate(OLD, evidence(*wrong), "variant"),
        gate(OLD, OLD, "variant"),
    ]
    for verdict in verdicts:
        assert not re.search("[a-z]{2,}", verdict.reason.told("zh")), verdict.reason.told("zh")
    assert verdicts[1].reason.told("zh").startswith("比使用中的版本差 4.0 个百分点 [")
    assert "相差 +0.0 个百分点" in verdicts[2].reason.told("zh")

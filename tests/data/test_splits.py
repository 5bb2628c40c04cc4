"""Splits: nothing straddles, every class trains, seeds repeat, order does not matter."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.contracts import Example
from lingos.data.source import example_ids
from lingos.data.splits import Split, folds, hold_out, merge_groups, shots
from lingos.errors import DataError

ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 12)), min_size=2, max_size=60)


def made(labels: list[str]) -> list[Example]:
    ids = example_ids((f"text {i}", label) for i, label in enumerate(labels))
    return [Example({"text": f"text {i}"}, label, ids[i]) for i, label in enumerate(labels)]


@given(ROWS, st.floats(0.05, 0.6), st.integers(0, 5))
def test_hold_out_keeps_clusters_whole_and_every_class_in_train(
    rows: list[tuple[str, int]], fraction: float, seed: int
) -> None:
    examples, clusters = made([label for label, _ in rows]), [cluster for _, cluster in rows]
    try:
        kept, held = hold_out(examples, clusters, fraction=fraction, seed=seed)
    except DataError:
        homes = {label: {cluster for name, cluster in rows if name == label} for label, _ in rows}
        mixed = [label for label, where in homes.items() if len(where) > 1]
        alone = {label for label, where in homes.items() if len(where) == 1}
        movable = [c for c in clusters if not alone & {label for label, cluster in rows if cluster == c}]
        assert not mixed or not movable
        return
    assert sorted([*kept, *held]) == list(range(len(rows)))
    assert not {clusters[i] for i in kept} & {clusters[i] for i in held}
    assert {examples[i].target for i in kept} == {label for label, _ in rows}


def test_hold_out_takes_the_share_of_every_class() -> None:
    labels = ["a"] * 100 + ["b"] * 50 + ["c"] * 10
    _, held = hold_out(made(labels), range(160), fraction=0.2, seed=3)
    assert Counter(labels[i] for i in held) == {"a": 20, "b": 10, "c": 2}


def test_hold_out_rounds_so_that_the_sum_is_right() -> None:
    labels = [f"l{i % 77}" for i in range(77 * 3)]
    _, held = hold_out(made(labels), range(len(labels)), fraction=0.2, seed=0)
    assert len(held) == round(0.2 * len(labels))


def test_large_groups_come_near_the_share() -> None:
    labels = ["a", "b"] * 100
    _, held = hold_out(made(labels), [i // 15 for i in range(200)], fraction=0.2, seed=1)
    assert 25 <= len(held) <= 55


def test_a_cluster_larger_than_the_share_is_held_when_there_is_no_other() -> None:
    _, held = hold_out(made(["a", "b"] * 10), [i // 10 for i in range(20)], fraction=0.1, seed=0)
    assert len(held) == 10


@pytest.mark.parametrize(("labels", "clusters"), [(["a", "b"], [0, 1]), (["a"] * 5, [0] * 5)])
def test_nothing_to_hold_is_an_error(labels: list[str], clusters: list[int]) -> None:
    with pytest.raises(DataError, match="no row can be held out"):
        hold_out(made(labels), clusters, fraction=0.2, seed=0)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_outside_0_and_1_is_an_error(fraction: float) -> None:
    with pytest.raises(DataError, match="share"):
        hold_out(made(["a", "a"]), [0, 1], fraction=fraction, seed=0)


@given(ROWS, st.integers(2, 5), st.integers(0, 5))
def test_every_row_is_in_one_fold_and_clusters_stay_whole(rows: list[tuple[str, int]], count: int, seed: int) -> None:
    examples, clusters = made([label for label, _ in rows]), [cluster for _, cluster in rows]
    if len(set(clusters)) < count:
        with pytest.raises(DataError, match="folds"):
            folds(examples, clusters, count=count, seed=seed)
        return
    parts = folds(examples, clusters, count=count, seed=seed)
    assert sorted(np.concatenate(parts)) == list(range(len(rows)))
    where = {clusters[i]: {number for number, part in enumerate(parts) if i in part} for i in range(len(rows))}
    assert all(len(numbers) == 1 for numbers in where.values())


@given(st.lists(st.sampled_from("abcdef"), min_size=5, max_size=80), st.integers(0, 5))
def test_no_class_of_two_rows_is_missing_from_a_training_part(labels: list[str], seed: int) -> None:
    parts = folds(made(labels), range(len(labels)), count=5, seed=seed)
    counts = Counter(labels)
    for part in parts:
        rest = Counter(labels) - Counter(labels[i] for i in part)
        assert all(rest[label] for label, count in counts.items() if count > 1)


def test_folds_are_stratified_and_even() -> None:
    labels = ["a"] * 50 + ["b"] * 25 + ["c"] * 3
    parts = folds(made(labels), range(78), count=5, seed=0)
    assert all(Counter(labels[i] for i in part)["a"] == 10 for part in parts)
    assert all(Counter(labels[i] for i in part)["b"] == 5 for part in parts)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_choice_depends_on_seed_and_content_not_on_order(random: object, seed: int) -> None:
    examples = made([f"l{i % 3}" for i in range(30)])
    order = list(range(30))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = [examples[i] for i in order]
    clusters = [i // 2 for i in range(30)]
    _, held = hold_out(examples, clusters, fraction=0.3, seed=seed)
    _, again = hold_out(shuffled, [clusters[i] for i in order], fraction=0.3, seed=seed)
    assert {examples[i].id for i in held} == {shuffled[i].id for i in again}
    few = {examples[i].id for i in shots(examples, per_class=2, seed=seed)}
    assert few == {shuffled[i].id for i in shots(shuffled, per_class=2, seed=seed)}


def test_another_seed_is_another_split() -> None:
    examples = made(["a"] * 100)
    one, two = (hold_out(examples, range(100), fraction=0.2, seed=seed)[1].tolist() for seed in (0, 1))
    assert one != two


def test_shots_gives_k_per_class_or_all_there_are() -> None:
    labels = ["a"] * 20 + ["b"] * 2
    chosen = shots(made(labels), per_class=5, seed=0)
    assert Counter(labels[i] for i in chosen) == {"a": 5, "b": 2}
    unlabelled = [Example({"text": "x"}, None, "x")]
    assert len(shots(unlabelled, per_class=5, seed=0)) == 0
    with pytest.raises(DataError):
        shots(made(labels), per_class=0, seed=0)


@given(st.lists(st.tuples(st.integers(0, 8), st.one_of(st.none(), st.integers(0, 4))), max_size=30))
def test_merged_groups_are_the_connected_components(rows: list[tuple[int, int | None]]) -> None:
    merged = merge_groups([cluster for cluster, _ in rows], [group for _, group in rows])
    naive = list(range(len(rows)))
    for _ in rows:
        for i, (cluster, group) in enumerate(rows):
            for j, (other, name) in enumerate(rows):
                if cluster == other or (group is not None and group == name):
                    naive[i] = naive[j] = min(naive[i], naive[j])
    assert [[a == b for b in merged] for a in merged] == [[a == b for b in naive] for a in naive]
    assert list(dict.fromkeys(merged)) == list(range(len(set(merged))))


def test_a_split_returns_from_its_ids_in_a_reordered_file() -> None:
    examples = made(["a", "b", "a", "b"])
    ids = Split((0, 1), (2,), (3,)).ids(examples)
    assert Split.from_ids(examples[::-1], ids) == Split((2, 3), (1,), (0,))
    with pytest.raises(DataError, match="not in the data any more"):
        Split.from_ids(examples[:2], ids)

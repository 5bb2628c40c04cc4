from __future__ import annotations

import itertools
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingos.text.duplicates import exact_groups, find_near, group_ids, near_clusters
from lingos.text.normalise import match_key

WORDS = (
    "refund parcel invoice where is my the a was twice charged please account open close card lost late today".split()
)


def jaccard(first: str, second: str) -> float:
    left, right = (
        {raw[at : at + 4] for at in range(len(raw) - 3)}
        for raw in (match_key(first).encode(), match_key(second).encode())
    )
    return len(left & right) / max(len(left | right), 1)


def texts(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    made = [" ".join(rng.choices(WORDS, k=rng.randint(6, 14))) for _ in range(count)]
    return made + [text + rng.choice(["!", " now", " ok"]) for text in made[: count // 2]]


def test_pairs_are_those_of_an_exhaustive_search() -> None:
    every = texts(120, 1)
    wanted = {(i, j) for i, j in itertools.combinations(range(len(every)), 2) if jaccard(every[i], every[j]) >= 0.85}
    found = find_near(every, 0.85)
    pairs = {tuple(sorted(pair)) for pair in zip(found.first.tolist(), found.second.tolist(), strict=True)}
    assert pairs <= wanted
    assert len(pairs) >= 0.97 * len(wanted) > 30


def test_scores_are_exact() -> None:
    every = texts(60, 2)
    found = find_near(every, 0.8)
    for first, second, score in zip(found.first, found.second, found.score, strict=True):
        assert abs(jaccard(every[first], every[second]) - score) < 1e-12


def test_chinese_copy_with_one_changed_character_is_found() -> None:
    clusters = near_clusters(
        ["我的订单已经付款但是一直没有发货请帮我查询", "我的订单已经付款但是一直没有发货请帮我查看", "今天天气很好"]
    )
    assert clusters.tolist() == [0, 0, 1]


def test_empty_and_missing_texts_stand_alone() -> None:
    assert len(set(near_clusters(["", None, " ", "\u200b", "a"]).tolist())) == 5


def test_nothing_at_all() -> None:
    assert near_clusters([]).tolist() == []
    assert near_clusters(pa.chunked_array([], pa.string())).tolist() == []


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(alphabet="aAb Ｂ\u200b", max_size=4), max_size=25))
def test_exact_groups_are_equal_keys(texts: list[str]) -> None:
    groups, names = exact_groups(texts).tolist(), [match_key(text) for text in texts]
    for i, j in itertools.combinations(range(len(texts)), 2):
        assert (groups[i] == groups[j]) == (names[i] == names[j] != "")


def test_clusters_number_from_zero_in_order() -> None:
    clusters = near_clusters(texts(50, 3))
    _, first = np.unique(clusters, return_index=True)
    assert (np.diff(first) > 0).all()


def test_chunks_and_slices_do_not_matter() -> None:
    every = texts(80, 4)
    column = pa.chunked_array([pa.array(["x", *every[:30]])[1:], pa.array(every[30:])])
    assert near_clusters(column).tolist() == near_clusters(every).tolist()


def test_a_chain_is_one_cluster() -> None:
    start = "the quick brown fox jumps over the lazy dog near the river bank"
    chain = [start, start + " at", start + " at noon", start + " at noon ok"]
    assert set(near_clusters(chain, 0.9).tolist()) == {0}


def test_group_ids_leaves_single_rows_out() -> None:
    assert [rows.tolist() for rows in group_ids(np.array([3, 1, 3, 2, 1, 3]))] == [[0, 2, 5], [1, 4]]


def test_a_search_that_stops_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(6)
    templated = [f"the order of a red lamp from our shop in town was sent on day {rng.random()}" for _ in range(300)]
    assert find_near(texts(100, 5), 0.8).complete
    monkeypatch.setattr("lingos.text.duplicates.PAIRS_A_ROW", 0.01)
    assert not find_near(templated, 0.8).complete

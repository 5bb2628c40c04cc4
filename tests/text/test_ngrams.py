"""Words and characters as features."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.text.ngrams import Ngrams, features

TEXTS = ["turn the lamp on", "turn it off", "酒店不错,早餐很好", "酒店很差", "Turn the LAMP on!", ""]


def test_words_pairs_and_characters() -> None:
    found = features("Turn on")
    assert {"wturn", "won", "wturn on", "c tu", "curn ", "con "} <= set(found)
    assert not any(gram.startswith("c") and len(gram) == 2 for gram in found)


def test_chinese_has_single_characters_and_no_borders() -> None:
    found = set(features("酒店不错"))
    assert {"c酒", "c酒店", "c店不错", "c酒店不错", "w酒", "w店 不"} <= found
    assert not any(" " in gram for gram in found if gram.startswith("c"))


def test_chinese_and_other_words_beside_each_other_are_cut_apart() -> None:
    found = set(features("15寸屏幕。好"))
    assert {"w15", "w寸", "w15 寸", "w。 好", "c 15", "c寸屏幕"} <= found
    assert not any("5寸" in gram for gram in found)


def test_spelling_variants_of_one_character_are_one_feature() -> None:
    assert features("ＡＢＣ") == features("abc") == features("ABC")


def test_rare_characters_go_and_rare_words_stay() -> None:
    grams = Ngrams.of(["apple", "pear"])
    assert {"wapple", "wpear"} <= set(grams.vocabulary)
    assert not any(gram.startswith("c") for gram in grams.vocabulary)
    assert len(Ngrams.of(TEXTS, kept=5).vocabulary) == 5


def test_the_vocabulary_does_not_depend_on_the_order_of_the_texts() -> None:
    first, second = Ngrams.of(TEXTS), Ngrams.of(TEXTS[::-1])
    assert first.vocabulary == second.vocabulary and np.array_equal(first.idf, second.idf)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_each_block_has_unit_length_and_any_text_is_read(texts: list[str]) -> None:
    grams = Ngrams.of([*TEXTS, *texts])
    starts, indices, data = grams.rows(texts)
    assert starts[-1] == len(indices) == len(data) and np.isfinite(data).all()
    words = np.array([gram.startswith("w") for gram in grams.vocabulary])
    for start, stop in itertools.pairwise(starts):
        for block in (words, ~words):
            norm = float((data[start:stop][block[indices[start:stop]]] ** 2).sum())
            assert norm == pytest.approx(1, abs=1e-5) or norm == 0


def test_projection_is_the_sparse_product() -> None:
    from scipy.sparse import csr_matrix

    grams, rng = Ngrams.of(TEXTS), np.random.default_rng(0)
    weight = rng.normal(size=(len(grams.vocabulary), 3)).astype(np.float16)
    bias = rng.normal(size=3).astype(np.float32)
    starts, indices, data = grams.rows(TEXTS)
    rows = csr_matrix((data, indices, starts), shape=(len(TEXTS), len(grams.vocabulary)))
    found = grams.project(TEXTS, weight, bias)
    assert found.dtype == np.float32
    assert np.allclose(found, rows @ weight.astype(np.float64) + bias, atol=1e-4)
    assert np.array_equal(found[-1], bias), "a text without a known feature gets the bias"


def test_the_known_share_reads_words_where_there_are_spaces_and_characters_where_not() -> None:
    grams = Ngrams.of(["turn the lamp on", "turn the lamp off", "酒店不错", "酒店很差", "酒店不好", "turn the lamp"])
    known = grams.known(
        ["turn the lamp on", "turn the radio on", "where is my parcel", "酒店", "包裹", "", "酒店 lamp"]
    )
    assert known[[0, 3, 6]].tolist() == [1.0, 1.0, 1.0]
    assert known[[2, 4, 5]].tolist() == [0.0, 0.0, 0.0]
    assert 0.3 < known[1] < 0.9
    assert known.dtype == np.float32

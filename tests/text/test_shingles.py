from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lingos.text.shingles import shingles, signatures, similarity


@settings(deadline=None)
@given(st.lists(st.text(max_size=10), max_size=12), st.integers(0, 3))
def test_windows_never_cross_a_text(texts: list[str], skip: int) -> None:
    tokens, counts = shingles(pa.array(texts, pa.large_string())[skip:])
    wanted = [
        raw[at : at + 4] for raw in (text.encode() for text in texts[skip:]) for at in range(max(len(raw) - 3, 0))
    ]
    assert [int(token).to_bytes(4, "little") for token in tokens] == wanted
    assert counts.tolist() == [max(len(text.encode()) - 3, 0) for text in texts[skip:]]


def test_similarity_counts_distinct_shingles() -> None:
    tokens, counts = shingles(pa.array(["abcdabcd", "abcd", "wxyz"]))
    pairs = np.array([0, 0, 1]), np.array([1, 2, 1])
    assert similarity(tokens, counts, *pairs).tolist() == [0.25, 0.0, 1.0]


def test_signatures_do_not_depend_on_batches() -> None:
    texts = [f"this is text number {number} of many" for number in range(40)]
    whole = signatures([pa.array(texts)], 40)
    parts = signatures([pa.array(texts[:7]), pa.array(texts[7:])], 40)
    assert (whole.bands == parts.bands).all()
    assert (whole.slots == parts.slots).all()


def test_candidates_come_once_and_in_order() -> None:
    texts = ["where is the parcel i ordered last week"] * 3 + ["something else altogether, far away"]
    seen: list[tuple[int, int]] = []
    for first, second in signatures([pa.array(texts)], 4).candidates(0.8):
        seen += zip(first.tolist(), second.tolist(), strict=True)
    assert sorted(seen) == [(0, 1), (0, 2), (1, 2)]

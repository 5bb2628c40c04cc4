"""Source: rows, lines, ids that survive a reordered file."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.data.source import FILE, LINE, Columns, Source, example_ids
from lingos.errors import DataError

PAIRS = st.lists(st.tuples(st.text("ab", max_size=2), st.sampled_from(["x", "y", None])), max_size=30)


def source(pairs: list[tuple[str | None, str | None]], **more: list[str]) -> Source:
    table = {"text": [text for text, _ in pairs], "label": [label for _, label in pairs], **more}
    arrays = {name: pa.array(cells, pa.string()) for name, cells in table.items()}
    return Source(
        "a.csv", pa.table({**arrays, LINE: pa.array(range(2, len(pairs) + 2), pa.int64())}), Columns("text", "label")
    )


@given(PAIRS)
def test_ids_are_unique_and_equal_to_those_of_pairs(pairs: list[tuple[str, str | None]]) -> None:
    made = source(list(pairs))
    ids = [example.id for example in made.examples()]
    assert ids == example_ids(pairs) == made.ids()
    assert len(set(ids)) == len(pairs)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_set_of_ids_survives_reordering(pairs: list[tuple[str, str | None]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(example_ids(pairs)) == sorted(example_ids(shuffled))


def test_the_kth_repeat_is_counted() -> None:
    first, second, other, third = example_ids([("a", "x"), ("a", "x"), ("a", "y"), ("a", "x")])
    assert (second, third) == (f"{first}-1", f"{first}-2")
    assert len(other) == 16 and other != first


def test_chosen_rows_come_in_the_order_asked_for_with_the_ids_of_the_whole() -> None:
    made = source([("a", "x"), ("b", "x"), ("a", "x"), (None, None)])
    everything = list(made.examples())
    assert list(made.examples([2, 0])) == [everything[2], everything[0]]
    assert everything[2].id.endswith("-1")
    assert [example.line for example in everything] == [2, 3, 4, 5] == made.lines().tolist()
    assert (everything[3].fields["text"], everything[3].target) == ("", None)


def test_rows_of_a_folder_name_their_file() -> None:
    made = source([("a", "x"), ("b", "y")], **{FILE: ["f/x/1.txt", "f/y/2.txt"]})
    assert made.file_of(1) == "f/y/2.txt" == list(made.examples())[1].file
    assert source([("a", "x")]).file_of(0) == "a.csv"


def test_a_column_that_does_not_exist_tells_the_nearest() -> None:
    with pytest.raises(DataError, match="did you mean 'label'"):
        source([("a", "x")]).column("lable")
    with pytest.raises(DataError):
        source([("a", "x")]).column(LINE)

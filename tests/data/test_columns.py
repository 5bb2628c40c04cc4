"""Which column is what: by name, by content, or an error that lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from lingos.data.columns import find_columns, has_header
from lingos.data.source import Columns
from lingos.errors import DataError

TEXTS = [f"where is my parcel number {i}" for i in range(40)]
FEW = [f"l{i % 3}" for i in range(40)]
FREE = {"text": None, "label": None, "group": None}


def find(
    cells: Mapping[str, Sequence[str | None]], kinds: dict[str, set[str]] | None = None, **wanted: str | None
) -> Columns:
    table = pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()})
    return find_columns(table, {**FREE, **wanted}, kinds or {}, True, "a.csv")


@pytest.mark.parametrize(
    ("text", "label"),
    [("text", "label"), ("Sentence", "Intent"), ("内容", "标签"), ("Query ", "category"), ("文本", "类别")],
)
def test_usual_names_decide(text: str, label: str) -> None:
    found = find({"id": [str(i) for i in range(40)], label: FEW, text: TEXTS})
    assert (found.text, found.label, found.others) == (text, label, ("id",))
    assert found.reasons == {"text": "by its name", "label": "by its name"}


def test_content_decides_where_names_do_not() -> None:
    found = find({"c1": FEW, "c2": TEXTS, "c3": [f"2026-01-{i:02}T10:00:00.000000000000000000000" for i in range(40)]})
    assert (found.text, found.label) == ("c2", "c1")
    assert "only column of text" in found.reasons["text"]
    assert "3 different values" in found.reasons["label"]


def test_the_longest_of_several_texts_is_taken_if_it_is_clearly_so() -> None:
    found = find({"title": [f"t{i} a" for i in range(40)], "body": TEXTS, "label": FEW})
    assert (found.text, found.others) == ("body", ("title",))
    with pytest.raises(DataError, match="which column of a.csv is the text") as caught:
        find({"title": TEXTS, "body": TEXTS[::-1], "label": FEW})
    assert "'title'" in str(caught.value)
    assert "--text" in caught.value.cure


def test_two_possible_labels_are_an_error_that_lists_them() -> None:
    with pytest.raises(DataError, match="'p' and 'q' could both be it"):
        find({"text": TEXTS, "p": FEW, "q": FEW[::-1]})
    with pytest.raises(DataError, match="'intent' and 'category'"):
        find({"text": TEXTS, "intent": FEW, "category": FEW})
    assert find({"text": TEXTS, "label": FEW, "category": FEW}).label == "label"


def test_no_label_is_told_not_invented() -> None:
    found = find({"text": TEXTS})
    assert found.label is None
    assert found.reasons["label"].startswith("no column")


def test_named_columns_win_and_unknown_ones_tell_the_nearest() -> None:
    found = find({"text": TEXTS, "label": FEW, "user": FEW}, label="user", group="label")
    assert (found.label, found.group, found.reasons["label"]) == ("user", "label", "named by you")
    with pytest.raises(DataError, match="did you mean 'label'"):
        find({"text": TEXTS, "label": FEW}, label="lable")
    with pytest.raises(DataError, match="two roles"):
        find({"text": TEXTS, "label": FEW}, text="label", label="label")


def test_continuous_numbers_are_regression() -> None:
    with pytest.raises(DataError, match="regression"):
        find({"text": TEXTS, "label": [f"{i / 7:.4f}" for i in range(40)]})
    assert find({"text": TEXTS, "label": [f"{i % 4}.0" for i in range(40)]}).label == "label"
    assert find({"text": TEXTS, "label": [str(i % 4) for i in range(40)]}).label == "label"


def test_lists_are_another_task() -> None:
    with pytest.raises(DataError, match="multi-label"):
        find({"text": TEXTS, "labels": ['["a"]'] * 40}, {"labels": {"list"}})
    found = find({"text": TEXTS, "tag": ['["a"]'] * 40, "intent": FEW}, {"tag": {"list"}})
    assert found.label == "intent"


def test_free_text_and_pairs_are_another_task() -> None:
    with pytest.raises(DataError, match="free text"):
        find({"text": TEXTS, "target": [text * 2 for text in TEXTS]})
    with pytest.raises(DataError, match="pair"):
        find({"text1": TEXTS, "text2": TEXTS, "label": FEW})


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["text", "label"], ["hi", "a"]], True),
        ([["内容", "x"], ["你好", "a"]], True),
        ([["utterance_raw", "cls"], ["where is my very late parcel", "a"], ["it is not in my house", "b"]], True),
        ([["0", "hello there"], ["1", "bye"]], False),
        ([["greet", "hello there"], ["greet", "hi you"]], False),
        ([["hello there my dear old friend", "a"], ["bye", "b"]], False),
        ([["hi", "a"], ["yo", "b"]], False),
        ([], False),
    ],
)
def test_headers(rows: list[list[str]], expected: bool) -> None:
    found, why = has_header(rows)
    assert found is expected
    assert why

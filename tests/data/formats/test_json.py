"""JSON Lines and JSON documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.data.readers import ReadOptions, read
from lingos.data.source import Source
from lingos.errors import DataError

RECORDS = [{"text": f"hello {i}", "label": f"l{i % 2}"} for i in range(9)]
KEYS = st.dictionaries(st.sampled_from(["text", "a", "b"]), st.none() | st.text(max_size=6) | st.integers(), max_size=3)


def make(folder: Path, content: str | bytes, name: str = "a.json") -> Source:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        "\ufeff" + json.dumps(RECORDS),
        json.dumps({"version": 1, "data": RECORDS, "more": {"a": [1]}}),
        json.dumps({"text": [r["text"] for r in RECORDS], "label": [r["label"] for r in RECORDS]}),
        json.dumps(
            {
                "text": {i: r["text"] for i, r in enumerate(RECORDS)},
                "label": {i: r["label"] for i, r in enumerate(RECORDS)},
            }
        ),
        json.dumps({str(i): r for i, r in enumerate(RECORDS)}),
        "".join(json.dumps(record) + "\n" for record in RECORDS),
    ],
    ids=["array", "indented", "bom", "data", "columns", "pandas columns", "pandas index", "lines in .json"],
)
def test_every_shape_of_document_is_the_same_rows(tmp_path: Path, text: str) -> None:
    made = make(tmp_path, text)
    assert [(e.fields["text"], e.target) for e in made.examples()] == [(r["text"], r["label"]) for r in RECORDS]
    assert not made.malformed


def test_rows_have_the_line_on_which_they_begin(tmp_path: Path) -> None:
    assert make(tmp_path, json.dumps(RECORDS, indent=1)).lines().tolist() == [2 + 4 * i for i in range(9)]


def test_small_windows_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingos.data.encoding.BLOCK", 7)
    monkeypatch.setattr("lingos.data.formats.json_document.REFILL", 7)
    made = make(
        tmp_path, json.dumps([{"text": "你好 " * 9, "label": 12345678}, {"text": "b", "label": 1.50}], indent=1)
    )
    assert made.table.to_pydict() == {"text": ["你好 " * 9, "b"], "label": ["12345678", "1.5"], "__line__": [2, 6]}


def test_a_broken_element_costs_one_row(tmp_path: Path) -> None:
    text = (
        '[\n{"text":"a","label":"x"},\n{"text":"b" "label":"y"},\n{"text":"c","label":"x"}\n{"text":"d","label":"y"},\n'
    )
    made = make(tmp_path, text + '{"text":"e","label":"y"}\n]')
    assert [(m.line, m.row) for m in made.malformed] == [(3, 1), (5, 3)]
    assert [e.fields["text"] for e in made.examples()] == ["a", "", "c", "", "e"]


BROKEN = [
    ('[\n{"text":"a"},\n{"text": oops}, {"text":"b"},\n{"text":"c"}\n]', ["a", "", "b", "c"], [3]),
    ('[{"text":"a"},{"text": oops, "m": [{"text":"no"}, {"k":1}]},{"text":"b"}]', ["a", "", "b"], [1]),
    ('[{"text":"a"},{"text":"b"},{"text": oops}]', ["a", "b", ""], [1]),
    ('[{"text":"a"}},{"text":"b"},{"text":"c"}]', ["a", "", "b", "c"], [1]),
    ('[\n{"text":"a", "m": {"k": 1},\n{"text":"b"},\n{"text":"c"}\n]', ["", "b", "c"], [2]),
    ('[\n{"text":"a},\n{"text":"b, "n": "x"},\n{"text":"c"},\n{"text":"d}\n]', ["", "", "c", ""], [2, 3, 5]),
    ('[{"text": "a },\n {"text": "b"},\n {"text": "c"}]', ["", "b", "c"], [1]),
    ('[{"text": oops "]},", "m": ","}, {"text":"b"}]', ["", "b"], [1]),
    ('{"data": [{"text":"a"}, {"text": oops}, {"text":"b"}], "more": {"k": [1]}}', ["a", "", "b"], [1]),
]


@pytest.mark.parametrize(("text", "texts", "lines"), BROKEN)
@pytest.mark.parametrize("refill", [7, 1 << 20])
def test_no_row_behind_a_broken_element_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, texts: list[str], lines: list[int], refill: int
) -> None:
    monkeypatch.setattr("lingos.data.encoding.BLOCK", min(refill, 5))
    monkeypatch.setattr("lingos.data.formats.json_document.REFILL", refill)
    (tmp_path / "a.json").write_text(text)
    made = read(tmp_path / "a.json", text="text", options=ReadOptions(labelled=False))
    assert [e.fields["text"] for e in made.examples()] == texts
    assert [m.line for m in made.malformed] == lines


@pytest.mark.parametrize("fault", ["oops", '"x" "y"', '{"k": [oops]}', "[1, {}, 2"])
def test_a_broken_element_of_an_indented_document_costs_one_row(tmp_path: Path, fault: str) -> None:
    records = [{"text": f"t{i}", "m": {"list": [{"text": "no"}, {"text": "no"}], "k": i}} for i in range(5)]
    text = json.dumps(records, indent=2).replace('"t2"', fault)
    made = make(tmp_path, text)
    assert [e.fields["text"] for e in made.examples()] == ["t0", "t1", "", "t3", "t4"]
    assert [m.row for m in made.malformed] == [2]


def test_a_comma_behind_the_last_row_is_no_row(tmp_path: Path) -> None:
    made = make(tmp_path, '[{"text":"a","label":"x"},\n{"text":"b","label":"y"},\n]')
    assert (made.rows, made.malformed) == (2, ()) and "line 3: the comma behind the last row" in made.notes[0]


def test_columns_by_key_are_joined_by_key(tmp_path: Path) -> None:
    made = make(tmp_path, '{"text": {"0": "a", "1": "b"}, "label": {"1": "y", "0": "x"}}')
    assert [(e.fields["text"], e.target) for e in made.examples()] == [("a", "x"), ("b", "y")]
    with pytest.raises(DataError, match="name different rows; '0' is not in all"):
        make(tmp_path, '{"text": {"0": "a"}, "label": {"2": "y"}}')


@pytest.mark.parametrize(
    "text", ['[{"text":"a","la', '[{"text":"a"}', '[{"text":"a"},', '{"data": [{"text":"a"}', "[1] x"]
)
def test_a_document_that_is_cut_off_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="not a JSON document"):
        make(tmp_path, text)


def test_two_lists_of_rows_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="two lists of rows, 'train' and 'test'"):
        make(tmp_path, json.dumps({"train": RECORDS, "test": RECORDS}))
    with pytest.raises(DataError, match="unequal length"):
        make(tmp_path, json.dumps({"text": ["a"], "label": ["a", "b"]}))


def test_bytes_that_do_not_decode_cost_one_row(tmp_path: Path) -> None:
    good = '{"text":"酒店很好下次再来","label":"x"}'.encode()
    made = make(tmp_path, b'[{"text":"\xff","label":"x"},' + good + b',{"text":"b","label":"y"}]')
    assert [(m.row, m.code, m.message[:9]) for m in made.malformed] == [(0, "broken-encoding", "byte 0xff")]
    assert made.table.column("label").to_pylist() == [None, "x", "y"]


def test_lines_that_are_no_objects_are_rows_and_told(tmp_path: Path) -> None:
    lines = [
        '{"text":"a \\ud83d x","label":"x"}',
        '{"text":"ok","label":1}',
        "[1]",
        "5",
        "",
        "{bad",
        '{"text":"c"}',
        "9" * 5000,
    ]
    made = make(tmp_path, "\n".join(lines), "a.jsonl")
    assert [(m.line, m.row, m.code) for m in made.malformed] == [
        (1, 0, "broken-encoding"),
        (3, 2, "malformed-row"),
        (4, 3, "malformed-row"),
        (6, 4, "malformed-row"),
        (8, 6, "malformed-row"),
    ]
    assert made.table.column("label").to_pylist() == [None, "1", None, None, None, None, None]


def test_a_row_with_many_broken_cells_is_one_malformed_row(tmp_path: Path) -> None:
    half = '{"text": "a \\ud83d", "label": "b \\ud83d", "more": "c \\ud83d"}\n'
    made = make(tmp_path, half + '{"text": "good", "label": "x"}\n' + '{"text": "fine", "label": "y"}\n', "a.jsonl")
    assert [m.row for m in made.malformed] == [0] and made.rows == 3
    made = make(tmp_path, half * 2 + '{"text": "good", "label": "x"}\n' * 2, "b.jsonl")
    assert [m.row for m in made.malformed] == [0, 1], "more broken cells than rows, yet two rows are good"
    assert [e.fields["text"] for e in made.examples()] == ["", "", "good", "good"]


def test_values_keep_their_spelling(tmp_path: Path) -> None:
    line = '{"text":"a","label":3,"p":1.50,"t":true,"n":null,"nan":NaN,"o":{"k":[1.5,"中"]},"big":12345678901234567890}'
    row = make(tmp_path, line + "\n" + line, "a.jsonl").table.slice(0, 1).to_pylist()[0]
    assert row == {
        "text": "a",
        "label": "3",
        "p": "1.50",
        "t": "true",
        "n": None,
        "nan": None,
        "o": '{"k": [1.5, "中"]}',
        "big": "12345678901234567890",
        "__line__": 1,
    }


def test_keys_may_appear_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingos.data.writer.BATCH_ROWS", 4)
    records = [
        {"text": f"t{i}", **({"label": "x"} if i > 5 else {}), **({f"k{i}": "v"} if i % 5 == 0 else {})}
        for i in range(20)
    ]
    made = make(tmp_path, "".join(json.dumps(record) + "\n" for record in records), "a.jsonl")
    assert made.columns.others == ("k0", "k5", "k10", "k15")
    assert made.table.column("k15").to_pylist() == [None] * 15 + ["v"] + [None] * 4
    assert made.table.column("label").null_count == 6


def test_a_new_key_per_row_is_an_error(tmp_path: Path) -> None:
    text = "".join(json.dumps({f"k{i}": "v"}) + "\n" for i in range(1001))
    with pytest.raises(DataError, match="more than 1000 different columns"):
        make(tmp_path, text, "a.jsonl")


@given(st.lists(KEYS.filter(lambda record: bool(record)), min_size=1, max_size=12), st.sampled_from([None, 0, 3]))
def test_arrays_and_lines_hold_the_same(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], indent: int | None
) -> None:
    folder = tmp_path_factory.mktemp("json")
    (folder / "a.json").write_text(json.dumps([{"text": "x", **r} for r in records], indent=indent), encoding="utf-8")
    (folder / "b.jsonl").write_text("".join(json.dumps({"text": "x", **r}) + "\n" for r in records), encoding="utf-8")
    options = ReadOptions(labelled=False)
    one, two = (
        read(folder / "a.json", options=options, text="text"),
        read(folder / "b.jsonl", options=options, text="text"),
    )
    assert one.table.drop_columns("__line__").equals(two.table.drop_columns("__line__"))
    expected = [None if r.get("a") is None else str(r["a"]) for r in records]
    assert "a" not in one.table.column_names or one.table.column("a").to_pylist() == expected

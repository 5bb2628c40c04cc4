"""CSV and TSV as they are found: every row is a row of the table or is told, at its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.data.readers import ReadOptions, read
from lingos.data.source import Source

CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"), min_size=1, max_size=12)


@pytest.fixture
def source(tmp_path: Path):  # type: ignore[no-untyped-def]
    def make(content: str | bytes, name: str = "a.csv", **options: object) -> Source:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, options=ReadOptions(**options))  # type: ignore[arg-type]

    return make


def rows(source: Source) -> list[tuple[object, object, int]]:
    return [(example.fields["text"], example.target, example.line) for example in source.examples()]


def bad(source: Source) -> list[tuple[int, int, str]]:
    return [(one.line, one.row, one.code) for one in source.malformed]


def test_semicolons_quotes_and_newlines_in_gb18030(source) -> None:  # type: ignore[no-untyped-def]
    body = "".join(f'"酒店, 很好; {i}\n第二行 ""引号""";{"好" if i % 2 else "差"}\n' for i in range(6))
    made = source(("内容;标签\n" + body).encode("gb18030"))
    assert made.lines().tolist() == [2, 4, 6, 8, 10, 12]
    assert rows(made)[0] == ('酒店, 很好; 0\n第二行 "引号"', "差", 2)
    assert made.notes == ("encoding gb18030 detected", "delimiter ';'")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_prose_full_of_commas_does_not_fool_the_delimiter(source, delimiter: str) -> None:  # type: ignore[no-untyped-def]
    body = "".join(f'"well, you know, it is {i}, ok"{delimiter}l{i % 3}\n' for i in range(9))
    for text in (f"text{delimiter}label\n{body}", body):
        assert rows(source(text))[8][:2] == ("well, you know, it is 8, ok", "l2")
    if delimiter != ",":
        assert rows(source(body.replace('"', "")))[0] == ("well, you know, it is 0, ok", "l0", 1)


@pytest.mark.parametrize("text", ["text\nwell, you know\nyes, I do\n", "well, you know\nyes, I do\nno, no\n"])
def test_one_column_of_prose_is_one_column(source, text: str) -> None:  # type: ignore[no-untyped-def]
    made = source(text, labelled=False)
    assert made.table.num_columns == 2
    assert rows(made)[-2][0] == ("well, you know" if text.startswith("text") else "yes, I do")


def test_a_quote_that_never_closes_costs_one_row(source) -> None:  # type: ignore[no-untyped-def]
    body = "".join(f'"he said {i},greet\n' if i % 7 == 3 else f'"some, words {i}",bye\n' for i in range(30))
    made = source("text,label\n" + body)
    assert made.rows == 30
    assert bad(made) == [
        (5, 3, "malformed-row"),
        (12, 10, "malformed-row"),
        (19, 17, "malformed-row"),
        (26, 24, "malformed-row"),
    ]
    assert rows(made)[4] == ("some, words 4", "bye", 6)
    assert rows(made)[3] == ("", None, 5)


def test_many_unclosed_quotes_stay_linear(source) -> None:  # type: ignore[no-untyped-def]
    body = "".join(f"good {i},a\n" for i in range(300)) + "".join(f'"bad {i},a\n' for i in range(2000))
    made = source("text,label\n" + body, labelled=False)
    assert (made.rows, len(made.malformed)) == (2300, 2000)


def test_tsv_with_stray_quotes(source) -> None:  # type: ignore[no-untyped-def]
    made = source("text\tlabel\n" + '5" screen\ta\nthe "best" one\tb\n' * 3, "a.tsv")
    assert not made.malformed
    assert rows(made)[:2] == [('5" screen', "a", 2), ('the "best" one', "b", 3)]


def test_wrong_cell_counts_are_told(source) -> None:  # type: ignore[no-untyped-def]
    made = source("text,label\nhello,a,,\nbye,b\n\nwell\nx,y,z\nyes,a\n")
    assert bad(made) == [(5, 2, "malformed-row"), (6, 3, "malformed-row")]
    assert made.malformed[1].message.startswith("3 cells where 2 are expected; a cell that holds the delimiter")
    assert rows(made)[0] == ("hello", "a", 2)


def test_a_line_in_another_encoding_is_told(source) -> None:  # type: ignore[no-untyped-def]
    body = [f"酒店很好{i},好\n".encode("gbk" if i == 2 else "utf-8") for i in range(8)]
    made = source(b"text,label\n" + b"".join(body))
    assert bad(made) == [(4, 2, "broken-encoding")]
    assert made.malformed[0].message == "line 4: byte 1 (0xbe) is not utf-8"


def test_a_row_of_ten_megabytes_is_told_and_the_next_are_read(source) -> None:  # type: ignore[no-untyped-def]
    made = source(b"text,label\n" + b"a " * 5_000_000 + b",x\nbye,y\nhi,x\n")
    assert bad(made) == [(2, 0, "oversized-row")]
    assert rows(made)[1:] == [("bye", "y", 3), ("hi", "x", 4)]


def test_nul_bytes_stay_for_the_doctor(source) -> None:  # type: ignore[no-untyped-def]
    assert rows(source(b"text,label\nhe\0llo my good friends,a\nbye,b\n"))[0][0] == "he\0llo my good friends"


def test_headers_given_missing_and_strange(source) -> None:  # type: ignore[no-untyped-def]
    made = source("0,酒店很好\n1,很差\n0,还可以吧\n1,不行\n")
    assert (made.columns.text, made.columns.label, made.rows) == ("c2", "c1", 4)
    assert "no header (its cell 1 is a number): columns named c1, c2" in made.notes
    assert source("text,label\nhow are you,b\n", header=False).rows == 2
    assert source("foo bar,a\nbaz qux,a\n", header=True).rows == 1
    assert source("text,label,label,,__line__\na,b,c,d,e\n").columns.others == ("label_2", "c4", "__line___2")
    assert source(" text , label \na,b\n").columns.text == "text"


def test_a_named_delimiter_is_obeyed(source) -> None:  # type: ignore[no-untyped-def]
    assert rows(source("text#label\na, b#x\n", delimiter="#")) == [("a, b", "x", 2)]
    assert rows(source("text\tlabel\na\tx\n", delimiter="tab")) == [("a", "x", 2)]


def test_carriage_returns_inside_quotes_are_kept(source) -> None:  # type: ignore[no-untyped-def]
    made = source('text,label\r\n"hello\r\nyou",a\r\nbye,b\r\n')
    assert rows(made) == [("hello\r\nyou", "a", 2), ("bye", "b", 4)]


@given(st.lists(st.tuples(CELLS, st.sampled_from("xyz")), min_size=1, max_size=20), st.sampled_from(",;\t"))
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], delimiter: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("text", "label"), *cells])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(text.getvalue().encode())
    made = read(path, options=ReadOptions(encoding="utf-8", delimiter=delimiter, labelled=False))
    assert made.table.column("text").to_pylist() == [cell for cell, _ in cells]
    assert not made.malformed

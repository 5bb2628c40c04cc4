"""The doctor as a whole: every kind of fault at its line, nothing lost, and silence where nothing is wrong."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingos.data.doctor.codes import CODES, as_markdown
from lingos.data.doctor.doctor import DoctorOptions, Examination, ModelFacts, check
from lingos.data.readers import read
from lingos.data.source import FILE, LINE, Columns, Malformed, Source

DATA = Path(os.environ.get("LINGOS_DATA", Path(__file__).parents[4] / "shared" / "data"))
QUICK = DoctorOptions(labels=False)
TOPICS = {
    "refund": "i want my money back for the {} that i returned, the amount is still missing",
    "delivery": "the courier has not brought the {} yet, where is the parcel and when does it arrive",
    "login": "my password for the {} is not accepted any more and the account is locked",
}
THINGS = (
    "red lamp,oak table,phone case,blue jacket,garden hose,coffee mill,winter boots,desk fan,shredder,wool rug,"
    "bread knife,picture frame,travel bag,rain coat,alarm clock,yoga mat,board game,bath towel,glasses,bike lock"
).split(",")


def clean_rows() -> list[tuple[str, str]]:
    rng = random.Random(5)
    rows = []
    for label, pattern in TOPICS.items():
        words = pattern.split()
        for thing in THINGS:
            shuffled = " ".join(rng.sample(words, 9)).replace("{}", "")
            rows.append((f"{thing}: {shuffled}", label))
    rng.shuffle(rows)
    return rows


def source(rows: list[tuple[str | None, str | None]], file: str = "a.csv", **more: Any) -> Source:
    columns = {"text": [row[0] for row in rows], "label": [row[1] for row in rows], **more}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    table = table.append_column(LINE, pa.array(range(2, len(rows) + 2), pa.int64()))
    return Source(file, table, Columns("text", "label", others=tuple(more)))


def codes(found: Examination, *severities: str) -> set[str]:
    return {one.code for one in found.findings if one.severity in (severities or ("error", "warning"))}


def with_rows(*extra: tuple[str | None, str | None], options: DoctorOptions = QUICK) -> Examination:
    return check(source([*clean_rows(), *extra]), options=options)


def lines_of(found: Examination, code: str) -> set[int]:
    return {line for one in found.of(code) for line in one.lines}


LAST = len(TOPICS) * len(THINGS) + 2  # the line of the first row that a test adds


def test_clean_rows_raise_nothing() -> None:
    assert codes(with_rows(options=DoctorOptions())) == set()


@pytest.mark.parametrize(
    ("code", "text", "label"),
    [
        ("empty-text", "", "refund"),
        ("empty-text", None, "refund"),
        ("empty-text", "  \t\u3000", "refund"),
        ("empty-text", "\u200b\u2060\ufeff", "refund"),
        ("missing-label", "a text that has no label at all", None),
        ("missing-label", "a text that has no label at all", " \u200b"),
        ("nul-byte", "a text\0 that was cut", "refund"),
        ("nul-byte", "a text with a broken label", "ref\0und"),
        ("broken-characters", "the shop in S\ufffdo Paulo is closed", "refund"),
        ("mojibake", "the cafÃ© in MÃ¼nchen is closed", "refund"),
        ("mojibake", "浣犲ソ锛屾垜鐨勮鍗曞湪鍝噷", "delivery"),
        ("html-remains", "salt &amp; pepper set is late", "delivery"),
        ("html-remains", "late again<br>and again", "delivery"),
        ("control-characters", "rings the bell\x07 at noon", "delivery"),
        ("control-characters", "soft\u200bly broken words here", "delivery"),
        ("label-twin", "nobody brought the sofa to our house", "Delivery"),
        ("label-twin", "nobody brought the sofa to our house", "delivery "),
        ("label-twin", "nobody brought the sofa to our house", "delivrey"),
        ("label-twin", "nobody brought the sofa to our house", "ｄｅｌｉｖｅｒｙ"),
        ("rare-class", "do you have a shop in town", "opening hours"),
        ("personal-data", "write to jane@example.org about it", "refund"),
        ("personal-data", "call me: 13812345678", "refund"),
        ("foreign-language", "我的包裹到底在哪里", "delivery"),
        ("foreign-language", "Bonjour, je voudrais savoir quand le colis arrivera chez nous", "delivery"),
    ],
)
def test_fault_is_found_at_its_line(code: str, text: str | None, label: str | None) -> None:
    found = with_rows((text, label))
    assert lines_of(found, code) == {LAST}
    assert codes(found) == {code}
    assert found.used == found.rows - (CODES[code].severity == "error")


def test_duplicates_and_conflicts() -> None:
    text, label = clean_rows()[0]
    assert lines_of(with_rows((text.upper(), label)), "duplicate") == {2, LAST}
    assert lines_of(with_rows((text + "!", label)), "near-duplicate") == {2, LAST}
    other = next(name for name in TOPICS if name != label)
    found = with_rows((text, other))
    assert (lines_of(found, "conflict"), codes(found)) == ({2, LAST}, {"conflict"})
    found = with_rows((text + "!", other))
    assert (lines_of(found, "near-conflict"), codes(found)) == ({2, LAST}, {"near-conflict"})


def test_clusters_hold_copies_together() -> None:
    text, label = clean_rows()[3]
    clusters = with_rows((text, label), (text + "?", label)).clusters
    assert clusters[3] == clusters[-1] == clusters[-2]
    assert len(clusters) == LAST


def test_rows_set_aside_match_nothing() -> None:
    found = with_rows(("the very same unlabelled text", None), ("the very same unlabelled text", None))
    assert found.clusters[-1] != found.clusters[-2]
    assert not found.of("duplicate")


def test_malformed_rows_keep_their_reason_and_are_named_once() -> None:
    rows = source([*clean_rows(), (None, None), (None, None)])
    bad = (
        Malformed(LAST, LAST - 2, "an open quote", "malformed-row"),
        Malformed(LAST + 1, LAST - 1, "bytes", "broken-encoding"),
    )
    found = check(Source("a.csv", rows.table, rows.columns, bad), options=QUICK)
    assert [(one.code, one.lines, one.message) for one in found.errors] == [
        ("broken-encoding", (LAST + 1,), "bytes"),
        ("malformed-row", (LAST,), "an open quote"),
    ]


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("no-rows", []),
        ("no-rows", [("", "a"), (None, "b")]),
        ("one-class", [("one text", "a"), ("another text", "a")]),
        ("labels-too-many", [("one text", "a"), ("another text", "b"), ("a third", "c")]),
        ("number-labels", [("one text", "0.31"), ("another text", "0.2"), ("a third", "1.0"), ("the fourth", "0.31")]),
    ],
)
def test_file_errors(code: str, rows: list[tuple[str | None, str | None]]) -> None:
    found = check(source(rows))
    assert [one.code for one in found.file_errors] == [code]
    assert found.has_file_errors


def test_no_label_column() -> None:
    table = pa.table({"text": ["one", "two"], LINE: [1, 2]})
    assert check(Source("a.txt", table, Columns("text"))).file_errors[0].code == "no-label-column"


@pytest.mark.parametrize("labels", [["1.0", "2.0"], ["0", "1"], ["3", "5"]])
def test_whole_numbers_are_classes(labels: list[str]) -> None:
    rows = [(text, labels[row % 2]) for row, (text, _) in enumerate(clean_rows())]
    assert not check(source(rows), options=QUICK).has_file_errors


def test_overlap_names_lines_of_the_test_file() -> None:
    rows = clean_rows()
    test = source(
        [("something new altogether", "refund"), (rows[4][0], "login"), (rows[9][0] + "!", "login")], "test.csv"
    )
    found = check(source(rows), test=test, options=QUICK)
    assert [(one.code, one.file, one.lines, one.rows) for one in found.warnings] == [
        ("near-overlap", "test.csv", (4,), (2,)),
        ("overlap", "test.csv", (3,), (1,)),
    ]
    assert "a.csv:6" in found.of("overlap")[0].message
    assert found.rows_with("warning") == frozenset()


def test_leak_columns() -> None:
    rows = clean_rows()
    order = sorted(range(len(rows)), key=lambda row: rows[row][1])
    ids, dates = [""] * len(rows), [""] * len(rows)
    for place, row in enumerate(order):
        ids[row], dates[row] = f"T-{1000 + place}", f"2024-{1 + place // 28:02d}-{1 + place % 28:02d}"
    copy = [f"is {label}" for _, label in rows]
    rng = random.Random(1)
    harmless = [str(rng.randrange(10**6)) for _ in rows]
    kind = [rng.choice("xyz") for _ in rows]
    found = check(source(rows, id=ids, date=dates, copy=copy, harmless=harmless, kind=kind), options=QUICK)
    assert {one.message.split("'")[1] for one in found.of("leak-column")} == {"id", "date", "copy"}


def test_base_language_names_two_better_bases() -> None:
    rows = [(f"第{number}个订单还没有收到，请帮我查一下物流信息", "ab"[number % 2]) for number in range(40)]
    facts = ModelFacts("mini", ("en",), unknown_share=lambda texts: 0.62, better={"zh": ("zh-base", "multi-base")})
    one = check(source(rows), model=facts, options=QUICK).of("base-language")[0]
    assert "100% of the texts are zh" in one.message
    assert "62% of the tokens" in one.message
    assert "zh-base" in one.cure
    assert "multi-base" in one.cure
    english = check(source(clean_rows()), model=ModelFacts("mini", ("en",)), options=QUICK)
    assert not english.of("base-language")


def test_texts_that_are_cut_are_counted() -> None:
    facts = ModelFacts("mini", ("en",), 30, lambda texts: [len(text.split()) for text in texts])
    rows = [*clean_rows(), ("so much to say " * 10, "refund")]
    one = check(source(rows), model=facts, options=QUICK).of("text-cut")[0]
    assert one.lines == (LAST,)
    assert "10 tokens cut" in one.message


def test_wrong_labels_are_found_and_few_right_ones_accused() -> None:
    rng = random.Random(9)
    rows = [(f"{rng.choice(THINGS)} {number}: {' '.join(rng.sample(TOPICS[label].split(), 9))}", label)
            for number in range(100) for label in TOPICS]  # fmt: skip
    wrong = {10, 77, 150, 222}
    turned = [(text, next(name for name in TOPICS if name != label) if row in wrong else label)
              for row, (text, label) in enumerate(rows)]  # fmt: skip
    found = check(source(turned))
    named = {line - 2 for line in lines_of(found, "likely-wrong-label")}
    assert wrong <= named
    assert len(named) <= 6
    assert not check(source(turned), options=QUICK).of("likely-wrong-label")


def test_folder_findings_name_the_file_of_each_row() -> None:
    rows = [*clean_rows(), ("<br>late", "refund"), ("&amp; later", "refund")]
    table = source(rows).table.append_column(FILE, pa.array([f"refund/{row}.txt" for row in range(len(rows))]))
    found = check(Source("folder", table, Columns("text", "label")), options=QUICK)
    assert [one.file for one in found.of("html-remains")] == [f"refund/{LAST - 2}.txt", f"refund/{LAST - 1}.txt"]


def test_messages_hold_no_personal_data() -> None:
    found = with_rows(("&amp; write to jane@example.org", "refund"), ("call 13812345678 now", "refund"))
    printed = json.dumps(found.to_json())
    assert "jane@example.org" not in printed
    assert "13812345678" not in printed


def test_json_has_what_scripts_rely_on() -> None:
    document = with_rows(("", "refund")).to_json()
    assert (document["rows"], document["used"]) == (LAST - 1, LAST - 2)
    error = document["findings"][0]
    assert {"code", "severity", "file", "line", "lines", "message", "cure"} <= set(error)
    assert (error["code"], error["line"], error["lines"]) == ("empty-text", LAST, [LAST])
    json.dumps(document)


CELLS = (
    st.none()
    | st.text(max_size=30)
    | st.sampled_from(["", " ", "a\0b", "<br>", "1.5", "a@b.cc", "锟斤拷", "\ud7ff", "好" * 9])
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=25), st.data())
def test_no_row_is_lost_whatever_the_cells_hold(rows: list[tuple[str | None, str | None]], data: st.DataObject) -> None:
    bad = tuple(
        Malformed(row + 2, row, "bad", "malformed-row")
        for row in data.draw(st.lists(st.integers(0, len(rows) - 1), unique=True) if rows else st.just([]))
    )
    plain = source(rows)
    given_source = Source("a.csv", plain.table, plain.columns, bad)
    found = check(given_source, test=plain, options=QUICK)
    named = {row for one in found.errors if one.scope == "row" for row in one.rows}
    assert named == set(found.set_aside)
    assert found.rows == len(rows) == found.used + len(found.set_aside)
    assert len(found.clusters) == len(rows)
    for one in found.findings:
        assert (one.severity, one.scope) == (CODES[one.code].severity, CODES[one.code].scope)
        assert len(one.lines) == len(one.rows)
        assert one.message
        assert one.cure


def test_every_code_is_documented() -> None:
    assert all(f"`{name}`" in as_markdown() for name in CODES)


def test_few_warnings_on_hwu64() -> None:
    path = DATA / "hwu64" / "train.jsonl"
    if not path.exists():
        pytest.skip(f"needs the shared data: {path}")
    found = check(read(path), options=QUICK)
    assert len(found.rows_with("warning")) <= 0.015 * found.rows
    assert not found.errors


def test_the_overlap_of_chnsenticorp_is_what_its_readme_says() -> None:
    folder = DATA / "chnsenticorp"
    if not folder.exists():
        pytest.skip(f"needs the shared data: {folder}")
    found = check(read(folder / "train.jsonl"), test=read(folder / "test.jsonl"), options=QUICK)
    assert len(lines_of(found, "overlap")) == 331

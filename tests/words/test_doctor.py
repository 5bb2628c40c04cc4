"""What the doctor finds is told in Chinese: every code, from the doctor itself to the page."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from tests.data.doctor.test_doctor import clean_rows, source
from tests.evaluation.made import noisy

from lingos.contracts import Finding
from lingos.data.doctor.codes import CODES
from lingos.data.doctor.doctor import DoctorOptions, ModelFacts, check
from lingos.data.source import Columns, Malformed, Source
from lingos.evaluation.evaluate import EvaluateOptions, evaluate
from lingos.evaluation.report import ReportContext, report_html, report_json, report_markdown
from lingos.words.said import WORDS, Said, told

HAN = re.compile("[\u4e00-\u9fff]")
QUICK = DoctorOptions(labels=False)
BASE = ModelFacts("minilm", ("en",), 16, lambda texts: [len(one) // 3 for one in texts], lambda texts: 0.5)
# English that a Chinese sentence of ours may hold: terms, codes, flags, names.
TERMS = set(
    """CSV JSON UTF NUL HTML IBAN IP U FFFD F caf token minilm label COLUMN fix base set class weights balanced near
    duplicate lingos text privacy mask a b csv en de zh OS max length thresholds macro f""".split()
)
ROWS: list[tuple[str | None, str | None]] = [
    ("", "refund"),
    ("text", None),
    ("cut\0off", "refund"),
    ("the cafÃ© is closed now", "refund"),
    ("lost \ufffd char here", "refund"),
    ("<b>bold</b> &amp; text", "login"),
    ("ctrl\x07 here", "login"),
    ("one row", "alone"),
    ("13812345678 is mine", "login"),
    *[("same text here", label) for label in ("login", "login", "refund")],
    ("nearly the very same text stands here in this row one", "refund"),
    ("nearly the very same text stands here in this row two", "refund"),
    ("quite another long text stands here in that row of one", "refund"),
    ("quite another long text stands here in that row of two", "login"),
    ("turn the light on", "login"),
    ("turn the light off", "login"),
    ("我的包裹在哪里呢请帮我查一下", "delivery"),
    ("twin label", "Refund "),
    ("few rows here", "few"),
    ("so few rows there", "few"),
]


def _cases() -> Iterator[tuple[Finding, ...]]:
    rows = clean_rows()
    broken = [
        Malformed(2, 0, Said("row.cells", {"count": 1, "width": 2, "more": ""}), "malformed-row"),
        Malformed(3, 1, Said("row.bytes", {"codec": "utf-8"}), "broken-encoding"),
        Malformed(4, 2, Said("row.wide", {"size": 2_000_000, "most": 1_000_000}), "oversized-row"),
    ]
    made = source([*rows, *ROWS])
    close = [(rows[10][0] + "s", rows[10][1]), rows[11]]
    yield check(Source("a.csv", made.table, made.columns, tuple(broken)), model=BASE, options=QUICK,
                test=source([*close])).findings  # fmt: skip
    by_label = sorted(rows, key=lambda row: row[1])
    yield check(source([*by_label], copy=[label for _, label in by_label]), options=QUICK).findings
    for labels in (lambda k: "a", str, lambda k: str(k / 7), lambda k: "ab"[k > 54], lambda k: "ab"[k > 58]):
        yield check(source([(text, labels(k)) for k, (text, _) in enumerate(rows)]), options=QUICK).findings
    yield check(source([("", "a"), ("", "b")]), options=QUICK).findings
    yield check(Source("a.csv", made.table, Columns("text", None)), options=QUICK).findings
    dice = random.Random(1)
    wrong = [(text, dice.choice(["refund", "login"]) if k % 15 == 0 else label) for k, (text, label) in enumerate(rows)]
    yield check(source([*wrong]), options=DoctorOptions(sample=59)).findings


@cache
def findings() -> Mapping[str, Finding]:
    return {one.code: one for found in _cases() for one in found}


@pytest.mark.parametrize("code", CODES)
def test_message_and_cure_are_told_in_chinese(code: str) -> None:
    finding = findings()[code]
    for said in (finding.message, finding.cure, CODES[code].about):
        assert isinstance(said, Said) and said.told("en") == said
        shown = re.sub("“[^”]*”", "", said.told("zh"))  # without what is quoted from the data
        assert HAN.search(shown), shown
        assert set(re.findall("[A-Za-z]+", shown)) <= TERMS | {*SPELT}, shown
        assert not re.search("[\u4e00-\u9fff] ?[,;:!?()]", shown), f"half-width punctuation: {shown}"


SPELT = "refund login delivery few alone utf row copy".split()


def test_a_chinese_report_has_no_english_finding() -> None:
    found = evaluate(noisy(), options=EvaluateOptions(language="zh"))
    context: ReportContext = {"findings": list(findings().values()), "data": {"rows": 9, "set_aside": 1}}
    for page in (report_html(found, context), report_markdown(found, context)):
        plain = page.replace("\\", "").replace("&#39;", "'")
        for one in findings().values():
            assert told(one.cure, "zh") in plain, one.code
            assert str(one.cure) not in plain, one.code
    plain = report_json(found, context)["findings"]
    assert {one["code"]: one["message"] for one in plain} == {c: str(one.message) for c, one in findings().items()}
    assert all(one["message_code"] in WORDS and one["cure_code"] in WORDS for one in plain)

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.evaluation.made import evidence, noisy

from lingos.contracts import Finding, Prediction, Recipe, Refusal, Setting
from lingos.errors import ResourceError
from lingos.evaluation.evaluate import EvaluateOptions, evaluate
from lingos.evaluation.report import ReportContext, report_html, report_markdown, write_report
from lingos.evaluation.result import Evaluation
from lingos.ladder.forecast import Forecast
from lingos.words.said import Said

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}[x](javascript:alert(1))|`|'
RUNGS: list[dict[str, Any]] = [
    {"method": "majority", "score": 0.3, "low": 0.2, "high": 0.4, "seconds": 0.1, "size_mb": 0.0, "ms_per_text": 0.0,
     "chosen": False, "reason": "", "skipped": None},
    {"method": "tfidf", "score": 0.9, "low": 0.88, "high": 0.92, "seconds": 3.0, "size_mb": 7.0, "ms_per_text": 0.2,
     "chosen": True, "reason": "", "skipped": None},
    {"method": "full", "skipped": "forecast 9 min, budget 4 min"},
]  # fmt: skip


class Page(HTMLParser):
    """Collects tags and what they would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "img", "br", "link", "input"):
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "action", "xlink:href") and not str(value).startswith("#"):
                self.fetched.append(str(value))
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile() -> tuple[Evaluation, ReportContext]:
    """Hostile texts at every place where data reaches the page."""
    names = (f"a{HOSTILE}", f"b{HOSTILE}")
    seen = evidence(
        [0, 1] * 20 + [1] * 9 + [0], [0, 1] * 20 + [0] * 9 + [-1], names, [f"{HOSTILE} {i}" for i in range(50)]
    )
    examples = [dataclasses.replace(e, fields={**e.fields, HOSTILE: HOSTILE * (i % 2)}, file=HOSTILE)
                for i, e in enumerate(seen.examples)]  # fmt: skip

    def session(inputs: Any) -> list[Prediction]:
        return [Prediction(names[len(str(one["text"])) % 2], 1.0, False, ()) for one in inputs]

    found = evaluate(
        dataclasses.replace(seen, examples=examples), session, EvaluateOptions(refusal=Refusal(HOSTILE, 0.1))
    )
    context: ReportContext = {
        "skill": HOSTILE,
        "method": HOSTILE,
        "ladder": [{**rung, "method": HOSTILE, "skipped": rung["skipped"] and HOSTILE} for rung in RUNGS],
        "ladder_reason": HOSTILE,
        "findings": [Finding("code" + HOSTILE, "warning", "row", HOSTILE, HOSTILE, HOSTILE, (1, 2))],
        "data": {HOSTILE: HOSTILE},
        "seconds": 3.0,
        "recipe": {HOSTILE: {"value": HOSTILE, "source": HOSTILE, "reason": HOSTILE}},
    }
    return found, context


SECRETS = ("ann@example.org", "+44 20 7946 0958", "13812345678")


def test_personal_data_is_on_no_page(tmp_path: Path) -> None:
    """Confused texts, doubtful and unknown labels, columns, slips of the finger: in HTML, Markdown and JSON."""
    texts = [f"{'call' if k % 2 else 'mail'} {SECRETS[k % 3]} about row {k}" for k in range(60)]
    seen = evidence([0, 1] * 20 + [1] * 19 + [0], [0, 1] * 20 + [0] * 19 + [-1], ("a", "b"), texts)
    examples = [
        dataclasses.replace(e, fields={**e.fields, "agent": SECRETS[k % 2]}) for k, e in enumerate(seen.examples)
    ]
    last = dataclasses.replace(examples[-1], target=SECRETS[0])

    def session(inputs: Any) -> list[Prediction]:
        return [Prediction("ab"[len(str(one["text"])) % 2], 1.0, False, ()) for one in inputs]

    found = evaluate(dataclasses.replace(seen, examples=[*examples[:-1], last]), session)
    assert found.confusions and found.doubts and found.unknown and found.robustness
    assert {part.column for part in found.slices} == {"length", "agent"}
    for path in write_report(found, {}, tmp_path):
        page = path.read_text("utf-8")
        assert "[email]" in page.replace("\\[", "[").replace("\\]", "]") and "[phone]" in page.replace("\\", "")
        assert not any(secret in page for secret in SECRETS), path.name
    assert not any(secret in json.dumps(found.to_json()) for secret in SECRETS)


def test_a_number_at_the_cut_is_masked_whole() -> None:
    seen = evidence([0, 1], [0, 0], texts=["ok", "x" * 388 + " call +44 20 7946 0958 now" + " y" * 900])
    [pair] = evaluate(seen).confusions
    assert pair.quotes[0].text.endswith("[phone...") and "7946" not in pair.quotes[0].text


def test_hostile_texts_stay_texts() -> None:
    page = report_html(*hostile())
    seen = Page(page)
    assert seen.tags.count("script") == 1
    assert "img" not in seen.tags
    assert seen.fetched == seen.handlers == []
    assert "{{ 7*7 }}" in page  # not evaluated
    assert page.count("&lt;script&gt;") >= 20


def test_the_page_allows_its_own_script_only_and_fetches_nothing() -> None:
    page = report_html(evaluate(noisy()), {})
    assert re.search(r"default-src &#39;none&#39;.*script-src &#39;sha256-[\w+/=]+&#39;", page)
    assert not re.search(r"https?://|@import|url\(", page)


def test_hostile_texts_break_no_markdown() -> None:
    text = report_markdown(*hostile())
    assert "<script" not in text.replace(r"\<script", "")
    assert "](javascript" not in text.replace(r"\]", "")
    for row in re.findall(r"^\|.*", text, re.MULTILINE):
        assert row.endswith("|")


@pytest.mark.parametrize(("language", "word"), [("en", "get the right answer"), ("zh", "条回答正确")])
def test_the_summary_comes_first_in_the_language_of_the_skill(language: str, word: str) -> None:
    found = evaluate(noisy(), options=EvaluateOptions(language=language, refusal=Refusal("softmax", 0.4, 0.05)))
    page = report_html(found, {"skill": "tickets@3", "ladder": RUNGS})
    assert f'<html lang="{language}">' in page
    assert page.index(word) < page.index('id="ladder"')
    assert str(round(100 * found.test.primary.low, 1)) in page
    assert word in report_markdown(found, {})


def test_a_chinese_page_has_no_english_words_of_ours() -> None:
    found = evaluate(noisy(), options=EvaluateOptions(language="zh"))
    text = re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", report_html(found, {"ladder": RUNGS}), flags=re.DOTALL)
    terms = {"MB", "MCC", "ECE", "F1", "Fisher", "Holm", "json", "LingOS", "OS", "softmax"}
    known = terms | set("tfidf majority full forecast min budget test csv report row channel".split())
    assert {word for word in re.findall(r"[A-Za-z]{2,}", text) if not re.fullmatch(r"x+|c\d", word)} - known == set()


BEST = Said("ladder.from", {"method": "top", "skill": "t@1"})
FULL = {"forecast": Forecast(60.0, 480.0, 10.0, 20.0).said, "left": "4"}
SAID: ReportContext = {
    "ladder_reason": Said(
        "ladder.cheapest", {"rung": "tfidf", "best": BEST, "gap": "0.4", "rows": 900, "chance": "0.31", "doubts": ""}
    ),
    "ladder": [*RUNGS[:2], {"method": "full", "skipped": Said("skipped.fit", FULL)}],
    "recipe": {
        "epochs": {"value": 3, "source": "default", "reason": "the default"},
        "seed": {"value": 3, "source": "user", "reason": "asked for"},
    },
}


def test_a_chinese_page_tells_the_reasons_in_chinese(tmp_path: Path) -> None:
    found = evaluate(noisy(), options=EvaluateOptions(language="zh"))
    page, text, plain = (path.read_text("utf-8") for path in write_report(found, SAID, tmp_path))
    for shown in (page, text):
        assert "没有更贵的方法显著优于 tfidf，更省的又不如它（top（从 t@1 开始）" in shown.replace("\\", "")
        assert "预计每次拟合需要 9 分钟、10 MB 内存、20 MB 磁盘；各折与重新拟合只剩 4 分钟" in shown
        assert "默认值" in shown and "用户指定" in shown
        assert not re.search("cheapest|forecast|the default|asked for", shown)
    told = json.loads(plain)
    assert told["ladder_reason"].startswith(
        "tfidf is the cheapest than which no dearer method is significantly better (top from t@1"
    )
    assert told["ladder_reason_code"] == "ladder.cheapest"
    assert told["ladder"][2]["skipped"].startswith("forecast 9 min, 10 MB of memory, 20 MB of disk a fit; 4 min left")
    assert told["ladder"][2]["skipped_code"] == "skipped.fit"
    assert "skipped_code" not in told["ladder"][1]


def test_every_class_rung_and_setting_is_on_the_page() -> None:
    found = evaluate(noisy(classes=20, rows=900))
    recipe = Recipe("classify", "b", "top", "normal", 1, {"learning_rate": Setting(0.001, "derived", "measured here")})
    page = report_html(found, {"ladder": RUNGS, "recipe": recipe, "findings": []})
    text = re.sub(r"<[^>]+>", " ", page)
    assert all(re.search(rf"\bc{k}\b", text) for k in range(20))
    assert "skipped: forecast 9 min, budget 4 min" in text
    assert "measured here" in text
    assert "Nothing to report." in text
    assert page.count('class="chosen"') == 1


def test_the_three_files_say_the_same(tmp_path: Path) -> None:
    found = evaluate(noisy(), options=EvaluateOptions(refusal=Refusal("softmax", 0.4, 0.05)))
    paths = write_report(found, {"skill": "tickets@3", "ladder": RUNGS, "data": {"rows": 9}}, tmp_path / "deep" / "er")
    assert [path.name for path in paths] == ["report.html", "report.md", "report.json"]
    plain = json.loads(paths[2].read_text("utf-8"))
    assert plain["test"]["primary"]["value"] == found.test.primary.value
    assert plain["ladder"][1]["method"] == "tfidf"
    value = f"{100 * found.test.primary.value:.1f}"
    assert value in paths[0].read_text("utf-8")
    assert value in paths[1].read_text("utf-8")


def test_lone_surrogates_and_infinities_do_not_cost_the_report(tmp_path: Path) -> None:
    seen = evidence([0, 1], [0, 0], texts=["ok", "half \ud83d a smile"])
    paths = write_report(evaluate(seen), {"seconds": float("inf"), "data": {"x": np.float64("nan")}}, tmp_path)
    assert json.loads(paths[2].read_text("utf-8"))["seconds"] is None


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="can not write the report"):
        write_report(evaluate(noisy()), {}, tmp_path / "file" / "report")

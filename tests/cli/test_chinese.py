"""Chinese rows are answered in Chinese; the JSON document stays English."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.made import call, csv, document

WORDS = {"退款": "请把这笔订单的钱退给我", "物流": "我的包裹现在送到哪里了", "发票": "麻烦给我开一张发票"}
ROWS = [(f"{text}，商品是{'红绿蓝大小新旧'[k % 7]}色{'衣裤鞋帽袜包伞'[k // 7 % 7]}", label)
        for k in range(28) for label, text in WORDS.items()]  # fmt: skip
# Names, codes, flags, commands and terms; a sentence of ours in English would hold other words.
KNOWN = set("""tfidf guarded softmax AUROC F MCC MB lingos predict explain serve check tickets report html csv fix json
    zh empty text missing label languages near duplicate overlap similar texts base none""".split())  # fmt: skip


def english(said: str, place: Path) -> set[str]:
    """Words of ours in Latin letters that are no known names."""
    found = re.sub(r"\S*(?:/|\\)\S*|`[^`]*`", " ", said.replace(str(place), "/"))
    return set(re.findall("[A-Za-z]{2,}", found)) - KNOWN


def test_the_way_from_check_to_compare_is_told_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "rows.csv", ROWS)
    test = csv(tmp_path / "test.csv", [(text.replace("请", "麻烦") + "呢", label) for text, label in ROWS[::2]])
    flags = ("--test", test, "--method", "tfidf", "--effort", "quick", "--refuse", "5%")
    code, out, err = call(capsys, "tune", data, "--name", "tickets", *flags)
    assert code == 0, err
    assert english(out + err, tmp_path) == set()
    assert "方法阶梯（折外预测）" in out and "准确率" in out and "文本列：“text”，根据列名" in err and "拒答依据" in err
    for words in (("evaluate", "tickets", test), ("compare", "tickets", "tickets", "--data", test)):
        code, out, err = call(capsys, *words)
        assert code == 0 and english(out + err, tmp_path) == set(), out + err
    plain = document(capsys, "compare", "tickets", "tickets", "--data", test, "--json")
    assert plain["sentence"].startswith("no difference that this data can show")
    assert (plain["sentence_code"], plain["language"]) == ("compare.none", "zh")
    page = (tmp_path / "report" / "report.md", tmp_path / "report" / "report.json")
    call(capsys, "evaluate", "tickets", test, "--report", tmp_path / "report")
    assert "准确率" in page[0].read_text("utf-8") and json.loads(page[1].read_text("utf-8"))["language"] == "zh"


def test_findings_are_told_in_chinese_and_kept_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "rows.csv", [*ROWS, ("", "退款"), ("我要开发票", "")])
    code, out, err = call(capsys, "check", data, "--base", "none", "--fix")
    assert code == 2 and english(out + err, tmp_path) == set(), out + err
    assert "第 86 行\n    没有文本，或没有可见的内容\n    -> 补上文本，或删除该行" in out
    assert "行可用" in out and "删除重复" in err
    code, out, _ = call(capsys, "check", data, "--base", "none", "--json")
    first = next(one for one in json.loads(out)["findings"] if one["code"] == "empty-text")
    assert (first["message"], first["cure"]) == (
        "no text, or nothing that can be seen",
        "fill in the text or delete the row",
    )
    assert (first["message_code"], first["cure_code"]) == ("doctor.empty-text", "cure.empty-text")

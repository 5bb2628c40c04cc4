from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lingos.text.mojibake import is_mojibake, repair

DATA = Path(os.environ.get("LINGOS_DATA", Path(__file__).parents[3] / "shared" / "data"))
CHINESE = ["请帮我查询明天北京的天气，谢谢。", "退款什么时候到账，请尽快处理！", "我的包裹在哪里？"]


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_read_as_latin_1_is_repaired(text: str) -> None:
    assert repair(text.encode().decode("latin-1")) == text
    assert repair(text.encode("gb2312").decode("latin-1")) == text


@pytest.mark.parametrize("text", CHINESE)
def test_chinese_read_as_gbk_is_seen(text: str) -> None:
    wrong = text.encode().decode("gb18030", errors="replace")
    assert is_mojibake(wrong)
    assert len(set(repair(wrong)) & set(text)) >= 0.7 * len(set(text))


@pytest.mark.parametrize("text", ["the café in München", "naïve façade", "itâ€™s late", "¿Dónde está?"])
def test_european_text(text: str) -> None:
    assert repair(text) == text.replace("â€™", "’")


@pytest.mark.parametrize(
    "text", [*CHINESE, "Ääkköset ja öljy", "ÄÖÜ äöü ß", "«Où êtes-vous ?»", "price: 5 € ± 10 %", "½"]
)
def test_good_text_is_left_alone(text: str) -> None:
    assert repair(text) == text


@pytest.mark.parametrize("name", ["chnsenticorp/validation", "financial_phrasebank/validation", "multi30k_en_de/test"])
def test_no_false_alarm_on_real_text(name: str) -> None:
    path = DATA / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"needs the shared data: {path}")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [value for row in rows for value in row.values() if isinstance(value, str) and is_mojibake(value)] == []

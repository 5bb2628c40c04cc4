"""Files to be judged by: by the skill's own columns, and an error where there is nothing to judge by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.made import ROWS, call, csv, document

from lingos.errors import DataError
from lingos.store.store import Store
from lingos.tuning.options import ReadingOptions, TuneOptions
from lingos.tuning.promote import promote
from lingos.tuning.run import tune
from lingos.tuning.verbs import compare, evaluate


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "home")
    options = TuneOptions(name="t", method="tfidf", effort="quick", personal=False)
    tune(csv(tmp_path / "train.csv"), options, store=made)
    return made


def test_a_file_without_labels_is_no_score_of_zero(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "texts.csv"
    data.write_text("text,n\n" + "".join(f"{text},{n}\n" for n, (text, _) in enumerate(ROWS)), encoding="utf-8")
    for verb in (lambda: evaluate("t", str(data), store=store), lambda: compare("t", "t", str(data), store=store)):
        with pytest.raises(DataError, match="has no column of labels") as told:
            verb()
        assert "--label" in told.value.cure and told.value.expected
    tune(tmp_path / "train.csv", TuneOptions(name="t", method="majority", effort="quick"), store=store)
    store.promote("t", 1)
    with pytest.raises(DataError, match="has no column of labels"):
        promote("t@2", data=str(data), store=store)


def test_labels_that_the_skill_does_not_know(store: Store, tmp_path: Path) -> None:
    strange = csv(tmp_path / "strange.csv", [(text, f"{label} x") for text, label in ROWS])
    with pytest.raises(DataError, match=r"no label in .* is one of t@1, such as 'cancel x'") as told:
        evaluate("t", str(strange), store=store)
    assert "bill, cancel, late" in told.value.expected
    some, news = csv(tmp_path / "some.csv", [*ROWS[:10], ("where is it", "other")]), list[str]()
    found = evaluate("t", str(some), store=store, say=news.append)
    assert found["test"]["unknown_rows"] == 1
    assert "1 of 11 rows have a label that t@1 does not know: they count as mistakes" in news


def test_what_can_not_be_learned_from_can_still_judge(store: Store, tmp_path: Path) -> None:
    alone = csv(tmp_path / "alone.csv", [row for row in ROWS if row[1] == "late"][:5])
    each = csv(tmp_path / "each.csv", ROWS[:3])
    assert evaluate("t", str(alone), store=store)["test"]["rows"] == 5
    assert evaluate("t", str(each), store=store)["test"]["rows"] == 3


def test_unknown_labels_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = csv(tmp_path / "test.csv", [*ROWS[:9], ("where is it", "other"), ("who are you", "other")])
    tuned = ("tune", csv(tmp_path / "a.csv"), "--test", test, "--method", "tfidf", "--name", "t")
    code, out, err = call(capsys, *tuned)
    assert code == 0 and "unknown labels      2 rows, counted as mistakes" in out
    assert "2 of 11 test rows have a label that no training row has: 'other'" in err
    assert "unknown labels      2 rows" in call(capsys, "evaluate", "t", test)[1]
    assert document(capsys, "evaluate", "t", test, "--json")["test"]["unknown_rows"] == 2
    other = csv(tmp_path / "other.csv", [(text, f"{label} x") for text, label in ROWS])
    code, _, err = call(capsys, "tune", tmp_path / "a.csv", "--test", other, "--method", "tfidf", "--name", "u")
    assert code == 2 and "no test row of" in err


TWO = "q,reply,cat,label\n" + "".join(f'"{text}","answer number {n} to the {text}",{label},x{n % 2}\n'
                                     for n, (text, label) in enumerate(ROWS))  # fmt: skip


@pytest.fixture
def odd(store: Store, tmp_path: Path) -> Path:
    """A skill "odd" whose columns are found by no rule: two texts, two labels."""
    data = tmp_path / "odd.csv"
    data.write_text(TWO, encoding="utf-8")
    options = TuneOptions(name="odd", method="tfidf", effort="quick", text="q", label="cat", personal=False)
    tune(data, options, store=store)
    return data


def all_rows(found: dict[str, Any]) -> int:
    """Rows that were compared and rows that were left out because they were learned."""
    assert found["rows"] > 0
    return int(found["rows"] + found["learned"])


def test_the_own_columns_of_a_skill_come_first(odd: Path, store: Store) -> None:
    assert evaluate("odd", str(odd), store=store)["test"]["primary"]["value"] > 0.9
    assert all_rows(compare("odd", "odd", str(odd), store=store)) == len(ROWS)


def test_columns_and_format_may_be_named(odd: Path, store: Store, tmp_path: Path) -> None:
    data = tmp_path / "other.data"
    data.write_text(TWO.replace("q,reply,cat,label", "a,b,c,d"), encoding="utf-8")
    with pytest.raises(DataError, match="format of .* is not known"):
        evaluate("odd", str(data), store=store)
    said = ReadingOptions(text="a", label="c", format="csv")
    assert evaluate("odd", str(data), reading=said, store=store)["test"]["primary"]["value"] > 0.9
    assert all_rows(compare("odd", "t", str(data), reading=said, store=store)) == len(ROWS)


def test_the_flags_of_reading(odd: Path, tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str],
                              monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("LINGOS_HOME", str(store.home))
    data = tmp_path / "other.data"
    data.write_text(TWO.replace("q,reply,cat,label", "a,b,c,d"), encoding="utf-8")
    flags = ("--text", "a", "--label", "c", "--format", "csv")
    assert document(capsys, "evaluate", "odd", data, *flags, "--json")["test"]["rows"] == len(ROWS)
    assert all_rows(document(capsys, "compare", "odd", "t", "--data", data, *flags, "--json")) == len(ROWS)
    labels = [label for _, label in ROWS]
    for file, more in ((odd, ()), (data, flags)):
        found = document(capsys, "predict", "odd", "--file", file, *more, "--json")["predictions"]
        assert [one["label"] for one in found] == labels
    lines = tmp_path / "t.jsonl"
    lines.write_text('{"q": "x", "reply": "send me the invoice"}\n', encoding="utf-8")
    found = document(capsys, "predict", "odd", "--file", lines, "--text", "reply", "--json")["predictions"]
    assert [one["label"] for one in found] == ["bill"]
    document(capsys, "tune", odd, "--text", "q", "--label", "cat", "--name", "odd", "--method", "majority", "--json")
    assert call(capsys, "skills", "promote", "odd@2")[0] == 0
    code, _, err = call(capsys, "skills", "promote", "odd@1", "--data", data, *flags)
    assert code == 0 and "rows of other.data" in err
    code, _, err = call(capsys, "skills", "promote", "odd@1", *flags)
    assert code == 2 and "--text, --label, --format without --data" in err

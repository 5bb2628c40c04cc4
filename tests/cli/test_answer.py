"""`lingos predict`: light, in order, and as soon as a line comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.made import call, csv, document

HEAVY = ("torch", "transformers", "sklearn", "pyarrow", "rich.console")
WATCHED = f"""
import sys
from lingos.cli.main import run
code = run(sys.argv[1:])
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def skill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    document(
        capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--name", "tickets", "--refuse", "5%", "--json"
    )
    return "tickets"


def test_predict_imports_neither_torch_nor_transformers(skill: str) -> None:
    done = _python(WATCHED, "predict", skill, "send the invoice", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["predictions"][0]["label"] == "bill"
    assert done.stderr.strip() == "[]"


def test_importing_and_helping_is_cheap(skill: str) -> None:
    assert _seconds("import lingos") < 0.2
    assert _seconds("from lingos.cli.main import run; run(['--help'])") < 1.0  # 0.3 s on an idle core; the bar is 0.5
    assert _seconds(f"from lingos.cli.main import run; run(['predict', {skill!r}, 'hello'])") < 2.0


def test_a_slow_producer_is_answered_line_by_line(skill: str) -> None:
    code = "from lingos.cli.main import main; main()"
    command = [sys.executable, "-c", code, "predict", skill, "--jsonl"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as running:
        assert running.stdin and running.stdout
        for text, label in (("send the invoice", "bill"), ("cancel order", "cancel")):
            running.stdin.write(f"{text}\n".encode())
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["label"] == label, "answered before the input ends"
        running.stdin.close()
        assert running.wait(30) == 0


def test_what_came_before_a_broken_line_is_answered(
    skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = tmp_path / "t.txt"
    texts.write_bytes("send the invoice\n退款\n".encode() + b"\xb0\xd1\ncancel order\n")
    code, out, err = call(capsys, "predict", skill, "--file", texts, "--jsonl")
    assert code == 2 and len(out.splitlines()) == 2
    assert "line 3 is not UTF-8" in err and "iconv" in err


def test_tables_and_json_lines_are_files_too(skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "t.jsonl"
    lines.write_text('{"text": "send the invoice"}\n{"text": "cancel order"}\n', encoding="utf-8")
    table = csv(tmp_path / "t.csv", [("send the invoice", "x"), ("cancel order", "y")])
    for path in (lines, table):
        found = document(capsys, "predict", skill, "--file", path, "--json")
        assert [one["label"] for one in found["predictions"]] == ["bill", "cancel"], path
    lines.write_text('{"text": "a"}\n{"txt": "b"}\n', encoding="utf-8")
    code, _, err = call(capsys, "predict", skill, "--file", lines)
    assert code == 2 and "line 2" in err


def test_blank_texts_are_refused_not_dropped(skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = tmp_path / "t.txt"
    texts.write_text("send the invoice\n\n   \ncancel order", encoding="utf-8")
    found = document(capsys, "predict", skill, "--file", texts, "--json")["predictions"]
    assert [one["refused"] for one in found[1:3]] == [True, True] and len(found) == 4


def test_rows_of_a_table_that_can_not_be_read_are_told(
    skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("text;n\nsend the invoice;1\ntoo;many;cells\ncancel order;2\n", encoding="utf-8")
    for flag in ("--json", "--jsonl"):
        code, out, err = call(capsys, "predict", skill, "--file", table, flag)
        found = json.loads(out)["predictions"] if flag == "--json" else [json.loads(one) for one in out.splitlines()]
        assert code == 2 and [one["label"] for one in found] == ["bill", "cancel"]
        assert f"{table}, line 3: 3 cells where 2 are expected" in err and "delimiter ';'" in err
        assert "1 of 3 rows" in err and "do now: " in err


def test_what_excludes_each_other_is_an_error(skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = csv(tmp_path / "t.csv", [("send the invoice", "x")])
    for more, part in (
        (("cancel order", "--file", file), "--file changes nothing here: the texts are arguments"),
        (("cancel order", "--encoding", "gb18030"), "--encoding changes nothing here"),
        (("--text", "text"), "--text changes nothing here: there is no --file"),
        (("cancel order", "--json", "--jsonl"), "--json and --jsonl at once"),
    ):
        code, out, err = call(capsys, "predict", skill, *more)
        assert code == 2 and out == "" and part in err and "expected: " in err


def test_a_blank_line_of_json_lines_is_no_row(skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "t.jsonl"
    lines.write_text('\ufeff\n{"text": "send the invoice"}\n\n  \r\n{"text": "cancel order"}\n', encoding="utf-8")
    found = document(capsys, "predict", skill, "--file", lines, "--json")["predictions"]
    assert [one["label"] for one in found] == ["bill", "cancel"]


def test_a_folder_without_rights(
    skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)  # as Python does where the folder is closed; chmod does not stop root
    code, _, err = call(capsys, "predict", skill, "--file", tmp_path / "t.txt")
    assert code == 2 and "can not be read: Permission denied" in err
    assert "expected: a file that this user may read" in err and "do now: " in err


def test_the_text_form_is_aligned_by_cells(skill: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "predict", skill, "send the invoice", "qqq zzz 天气")
    assert code == 0
    first, others, second, _ = out.splitlines()
    assert first.startswith("bill ") and first.endswith("send the invoice")
    assert first.index("send") == second.index("qqq")
    assert "cancel" in others


def _python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=100)


def _seconds(code: str) -> float:
    """Least processor time of two runs, in seconds, without the interpreter's own start."""
    times = f"import sys, time; a = time.process_time(); {code}; print(time.process_time() - a, file=sys.stderr)"
    return min(float(_python(times).stderr.split()[-1]) for _ in range(2))

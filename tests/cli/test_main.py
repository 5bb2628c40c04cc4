"""One entry, one exit code, one place for errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.made import ROWS, call, csv, document

from lingos.cli import main as cli
from lingos.errors import LingosError


def test_the_table_of_commands_is_what_the_files_add() -> None:
    assert _commands(None) == set(cli.COMMANDS)
    for name, part in cli.COMMANDS.items():
        assert _commands(name) == {other for other, place in cli.COMMANDS.items() if place == part}


def _commands(name: str | None) -> set[str]:
    group: Any = typer.main.get_command(cli.build(name))
    return set(group.commands)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "--help")
    assert code == 0
    assert all(f"  {name} " in out for name in cli.COMMANDS)
    assert all(len(one) <= 80 for one in out.splitlines())


@pytest.mark.parametrize("arguments", [[], ["skills"]])
def test_without_a_command_help_is_shown(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, *arguments)
    assert "Usage: lingos" in out + err
    assert code in (0, 2)


def test_version(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert call(capsys, "--version")[:2] == (0, f"{wanted}\n")


class Interrupted(LingosError):
    pass


CODES = [
    (LingosError("x", expected="y", cure="z"), 2, "error: x"),
    (Interrupted("x"), 130, "error: x"),
    (KeyboardInterrupt(), 130, "stopped"),
    (ZeroDivisionError("x"), 1, "fault of LingOS"),
    (ModuleNotFoundError("x", name="gradio.blocks"), 2, "pip install 'lingos[studio]'"),
    (ModuleNotFoundError("x", name="lingos.nowhere"), 1, "fault of LingOS"),
]


@pytest.mark.parametrize(("error", "wanted", "part"), CODES, ids=lambda one: type(one).__name__)
def test_exit_codes(
    error: BaseException, wanted: int, part: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.delenv("LINGOS_DEBUG", raising=False)
    monkeypatch.setattr(cli, "_call", fail)
    code, out, err = call(capsys, "bases")
    assert code == wanted and out == "" and part in err


@pytest.mark.parametrize(
    ("library", "extra", "command"),
    [
        ("sqlalchemy", "assistant", "['history']"),
        ("fastapi", "serving", "['serve', 'tickets']"),
        ("gradio", "studio", "['studio', '--no-browser']"),
    ],
)
def test_a_library_that_is_not_there_is_told(library: str, extra: str, command: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules['{library}'] = None; from lingos.cli.main import run; sys.exit(run({command}))"
    environment = {**os.environ, "LINGOS_HOME": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert found.returncode == 2, found.stderr
    assert f"{library} is not installed" in found.stderr and f"lingos[{extra}]" in found.stderr


def test_debug_shows_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setenv("LINGOS_DEBUG", "1")
    monkeypatch.setattr(cli, "_call", fail)
    with pytest.raises(ZeroDivisionError):
        cli.run(["bases"])


def test_skills_are_listed_promoted_rolled_back_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no skills yet" in call(capsys, "skills", "list")[2]
    data = csv(tmp_path / "a.csv")
    for seed in (0, 1):
        document(capsys, "tune", data, "--method", "majority", "--name", "t", "--seed", seed, "--json")
    assert call(capsys, "skills", "promote", "t@1")[0] == 0
    assert document(capsys, "predict", "t", "x", "--json")["skill"] == "t@1"
    assert "t@production is now t@2" in call(capsys, "skills", "promote", "t")[2], (
        "the newest, not the one in production"
    )
    assert "t@production is t@1 again" in call(capsys, "skills", "rollback", "t")[2]
    rows = document(capsys, "skills", "list", "--json")
    assert [(row["skill"], row["aliases"]) for row in rows] == [("t@1", ["production"]), ("t@2", [])]
    assert "production" in call(capsys, "skills", "list")[1]
    assert json.loads(call(capsys, "skills", "show", "t@2")[1])["name"] == "t"
    code, _, err = call(capsys, "skills", "remove", "t@1")
    assert code == 2 and "--force" in err
    assert call(capsys, "skills", "remove", "t@2")[0] == 0
    assert [row["skill"] for row in document(capsys, "skills", "list", "--json")] == ["t@1"]


CHINESE = {"退款": "请把钱退给我", "物流": "我的包裹到哪里了", "发票": "请给我开发票"}


def test_a_chinese_skill_tells_its_reasons_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        (f"{text}，第{place}次{'红绿蓝大小新'[place % 6]}", label)
        for place in range(14)
        for label, text in CHINESE.items()
    ]
    data = csv(tmp_path / "a.csv", rows)
    code, out, err = call(capsys, "tune", data, "--base", "none", "--effort", "quick", "--name", "t")
    assert code == 0, err
    assert "更省的方法" in out and "已选" in out and "跳过：没有基座" in out
    assert "行折外预测得分" in err and "跳过：没有基座" in err
    plain = json.loads(next(Path(os.environ["LINGOS_HOME"]).rglob("report.json")).read_text("utf-8"))
    assert plain["ladder_reason_code"].startswith("ladder.") and "method" in plain["ladder_reason"]


def test_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--name", "t", "--json")
    code, _, err = call(capsys, "skills", "export", "t", tmp_path / "out", "--format", "standalone")
    assert code == 0, err
    assert (tmp_path / "out" / "skill.json").is_file()
    code, _, err = call(capsys, "skills", "export", "t", tmp_path / "out", "--format", "standalone")
    assert code == 2 and "in use" in err
    code, _, err = call(capsys, "skills", "export", "t", tmp_path / "new", "--format", "onnxx")
    assert code == 2 and "did you mean 'onnx'?" in err


def test_a_standalone_bundle_travels_without_its_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "R&D secret").mkdir()
    data = csv(tmp_path / "R&D secret" / "a.csv")
    document(capsys, "tune", data, "--test", data, "--method", "tfidf", "--name", "t", "--json")
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, "skills", "export", "t", "--standalone")
    assert code == 0 and "t@1 as standalone: t-standalone" in err
    files = [path for path in (tmp_path / "t-standalone").rglob("*") if path.is_file()]
    assert [path.name for path in files if b"secret" in path.read_bytes()] == []
    monkeypatch.setenv("LINGOS_HOME", str(tmp_path / "home"))
    assert "added: t@1" in call(capsys, "skills", "add", "t-standalone")[2]
    assert "added: t@2" in call(capsys, "skills", "add", "t-standalone")[2]
    found = document(capsys, "predict", "t", ROWS[0][0], "--json")
    assert found["skill"] == "t@2" and found["predictions"][0]["label"] == ROWS[0][1]
    code, _, err = call(capsys, "skills", "add", tmp_path)
    assert code == 2 and "has no skill.json" in err and "do now: " in err
    code, _, err = call(capsys, "skills", "export", "t", "new", "--standalone", "--format", "onnx")
    assert code == 2 and "--standalone and --format onnx at once" in err


def test_code_runs_without_lingos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--name", "t", "--json")
    code, out, err = call(capsys, "code", "t", "--out", tmp_path / "code")
    assert code == 0, err
    assert out.strip() and list((tmp_path / "code").glob("*.py"))
    code, _, err = call(capsys, "code", "t", "--out", tmp_path / "code")
    assert code == 2 and "in use" in err


def test_looking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert any(row["method"] == "tfidf" for row in document(capsys, "methods", "--json"))
    assert any("zh" in row["languages"] for row in document(capsys, "bases", "--json"))
    assert "tfidf" in call(capsys, "methods")[1] and "MiniLM" in call(capsys, "bases")[1]
    document(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--name", "t", "--json")
    found = document(capsys, "explain", "t", "please send the invoice", "--json")
    assert found["label"] == "bill" and "invoice" in [word["text"] for word in found["words"]][:3]
    assert "invoice" in call(capsys, "explain", "t", "please send the invoice")[1]


def test_evaluate_and_compare_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "a.csv")
    for method in ("majority", "tfidf"):
        assert call(capsys, "tune", data, "--method", method, "--name", method)[0] == 0
    code, out, _ = call(capsys, "evaluate", "tfidf", data, "--report", tmp_path / "report")
    assert code == 0 and f"on {len(ROWS)} rows" in out and (tmp_path / "report" / "report.html").is_file()
    fresh = csv(tmp_path / "fresh.csv", [(f"good day, {text}, thank you", label) for text, label in ROWS])
    code, out, _ = call(capsys, "compare", "majority", "tfidf", "--data", fresh)
    assert code == 0 and out.startswith("tfidf@1 is better by ")


def test_many_findings_of_one_kind_are_shortened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "a.csv", [*ROWS, *ROWS[:9]])
    code, out, _ = call(capsys, "check", data, "--base", "none")
    assert code == 0 and out.count("same text and label") == 4
    assert "duplicate: 5 more, lines 6, 7, 8, 9, 10, 48, 49, 50, 51, 52; --json lists all" in out
    assert len(document(capsys, "check", data, "--base", "none", "--json")["findings"]) > 8


def test_check_writes_a_cleaned_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "a.csv", [*ROWS, ROWS[0], ("", "late")])
    before = data.read_bytes()
    code, _, err = call(capsys, "check", data, "--base", "none", "--fix")
    assert code == 2 and "copies removed" in err
    assert data.read_bytes() == before and (tmp_path / "a.clean.csv").is_file()
    code, _, err = call(capsys, "check", data, "--base", "none", "--fix")
    assert code == 2 and "exist already" in err
    call(capsys, "check", data, "--base", "none", "--fix", "--out", tmp_path / "b.jsonl")
    assert (tmp_path / "b.jsonl").read_text(encoding="utf-8").startswith('{"text"')
    code, _, err = call(capsys, "check", data, "--base", "none", "--out", tmp_path / "c.csv")
    assert code == 2 and "--out without --fix" in err

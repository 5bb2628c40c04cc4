from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import bars

ECHO = 'echo noise; echo \'{"a": [{"b": 0.5}], "yes": true}\''


def _file(folder: Path, *rows: str) -> Path:
    path = folder / "bars.toml"
    path.write_text("\n".join(f"[[bar]]\n{row}" for row in rows), encoding="utf-8")
    return path


def _row(name: str, command: str, rest: str) -> str:
    return f"name = '{name}'\ncommand = '''{command}'''\n{rest}\n"


def test_the_table_tells_what_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(
        tmp_path,
        _row("low", ECHO, "read = 'a.0.b'\nminimum = 0.4"),
        _row("high", ECHO, "read = 'a.0.b'\nmaximum = 0.4"),
        _row("flag", ECHO, "read = 'yes'\nminimum = 1"),
        _row("broken", "exit 3", "read = 'a'\nminimum = 1"),
        _row("absent", ECHO, "read = 'a.0.c'\nminimum = 1"),
        _row("silent", "true", "read = 'a'\nminimum = 1"),
    )
    assert bars.main(["--file", str(path), "--cache", str(tmp_path / "c")]) == 1
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    assert [line[0].strip("| ") for line in lines] == ["low", "high", "flag", "broken", "absent", "silent"]
    assert [line[-1].strip("| ") for line in lines] == ["yes", "**no**", "yes", "**no**", "**no**", "**no**"]
    assert [line[-2] for line in lines][:4] == ["0.5", "0.5", "1", "exit code 3"]
    kept = json.loads((tmp_path / "results" / "bars.json").read_text(encoding="utf-8"))["claims"]
    assert [(told["what"], told["value"], told["limit"], told["holds"]) for told in kept] == [
        ("low", 0.5, ">= 0.4", True),
        ("high", 0.5, "<= 0.4", False),
        ("flag", 1.0, ">= 1", True),
    ]
    assert all(told["command"] == ECHO and told["commit"] and told["machine"]["cores"] for told in kept)
    assert "a.0.c" in lines[4][-2]
    assert lines[5][-2] == "no JSON"


def test_a_result_is_kept_and_a_failure_is_not(tmp_path: Path) -> None:
    count = tmp_path / "count"
    command = f"echo x >> {count}; echo 1"
    good, bad = bars.Bar("b", command, "", 1), bars.Bar("c", f"{command}; exit 1", "", 1)
    for _ in range(2):
        assert bars.document(good, tmp_path / "c", "abc")["document"] == 1
    assert len(count.read_text().split()) == 1
    bars.document(good, tmp_path / "c", "other commit")
    bars.document(good, tmp_path / "c", "abc", fresh=True)
    assert len(count.read_text().split()) == 3
    for _ in range(2):
        assert not bars.document(bad, tmp_path / "c", "abc")["ok"]
    assert len(count.read_text().split()) == 5


def test_a_command_that_is_too_slow_is_told(tmp_path: Path) -> None:
    assert "longer than 1 s" in bars.document(bars.Bar("b", "sleep 5", "a", 1, timeout=1), tmp_path, "abc")["error"]


@pytest.mark.parametrize("rest", ["read = 'a'", "read = 'a'\nminimum = 1\nmaximum = 2"])
def test_a_bar_has_exactly_one_limit(tmp_path: Path, rest: str) -> None:
    with pytest.raises(SystemExit, match="exactly one"):
        bars.load(_file(tmp_path, _row("b", "true", rest)))


def test_names_are_unique(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="twice"):
        bars.load(_file(tmp_path, *[_row("b", "true", "read = 'a'\nminimum = 1")] * 2))


def test_the_projects_own_bars_load() -> None:
    assert bars.load(Path(bars.__file__).with_name("bars.toml"))


def test_a_bar_measured_again_takes_the_place_of_the_old_result(tmp_path: Path) -> None:
    for value in (1, 2):
        command = f"""echo '{{"a": {value}}}'"""
        path = _file(tmp_path, _row("b", command, "read = 'a'\nminimum = 2"))
        bars.main(["--file", str(path), "--cache", str(tmp_path / "c")])
    kept = json.loads((tmp_path / "results" / "bars.json").read_text(encoding="utf-8"))["claims"]
    assert [(told["value"], told["holds"]) for told in kept] == [(2.0, True)]

"""Every kind of bad input ends with what happened, what was expected and what to do; exit code 2, no traceback."""

from __future__ import annotations

import errno
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import tiny
from tests.cli.made import ROWS, call, csv, document

from lingos.cli.main import run
from lingos.store.store import Store

NOBODY = 65534
Make = Callable[[Path], Path]


def _missing(home: Path) -> Path:
    csv(home / "tickets.csv")
    return home / "tikets.csv"


def _binary(home: Path) -> Path:
    (home / "a.csv").write_bytes(random.Random(0).randbytes(4000))
    return home / "a.csv"


def _one_each(home: Path) -> Path:
    return csv(home / "a.csv", [(text, f"class {place}") for place, (text, _) in enumerate(ROWS)])


def _floats(home: Path) -> Path:
    return csv(home / "a.csv", [(text, f"{place / 7:.4f}") for place, (text, _) in enumerate(ROWS)])


def _nul(home: Path) -> Path:
    path = csv(home / "a.csv")
    path.write_bytes(path.read_bytes().replace(b"number 3", b"num\x00ber 3"))
    return path


def _mixed(home: Path) -> Path:
    path = csv(home / "a.csv", [(f"{text} 退款", label) for text, label in ROWS])
    lines = path.read_bytes().split(b"\n")
    for place in (4, 9, 14):
        lines[place] = lines[place].decode().encode("gb18030")
    path.write_bytes(b"\n".join(lines))
    return path


BAD: dict[str, tuple[Make, str]] = {
    "missing file": (_missing, "did you mean"),
    "empty file": (lambda home: csv(home / "a.csv", [], head=""), "is empty"),
    "0 rows": (lambda home: csv(home / "a.csv", []), "no rows"),
    "1 class": (lambda home: csv(home / "a.csv", [(text, "one") for text, _ in ROWS]), "have the label 'one'"),
    "1 row per class": (_one_each, "different labels"),
    "10 MB single row": (lambda home: csv(home / "a.csv", [("word " * 2_000_000, "a")]), "1,000,000 characters"),
    "binary file": (_binary, "binary"),
    "NUL bytes": (_nul, "NUL byte"),
    "mixed encodings": (_mixed, "is not utf-8"),
    "label of floats": (_floats, "fractions"),
    "folder without texts": (lambda home: home, "folder without text files"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_data_stops_before_a_model_loads(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, part = BAD[kind]
    code, out, err = call(capsys, "tune", make(tmp_path), "--method", "tfidf", "--name", "x")
    assert code == 2 and out == ""
    assert part in err
    _three_parts(err)
    assert Store().names() == []


def test_an_empty_name_is_not_the_working_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(csv(tmp_path / "a.csv"))
    for command in (
        ["check", ""],
        ["check", file, "--test", ""],
        ["tune", "", "--name", "t"],
        ["tune", file, "--test", ""],
    ):
        code, _, err = call(capsys, *command)
        assert code == 2 and "the name of the file is empty" in err, err


@pytest.mark.parametrize("kind", BAD)
def test_check_ends_with_2_too(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, part = BAD[kind]
    code, out, err = call(capsys, "check", make(tmp_path), "--base", "none")
    assert code == 2
    assert part in out + err and "Traceback" not in err


def test_no_row_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = csv(tmp_path / "a.csv", [*ROWS, ("word " * 2_000_000, "late")])
    code, out, _ = call(capsys, "check", long, "--base", "none", "--json")
    assert code == 2
    found = json.loads(out)
    rows = {line for one in found["findings"] if one["severity"] == "error" for line in one["lines"]}
    assert found["rows"] == len(ROWS) + 1 == found["used"] + len(rows)


def test_a_folder_without_rights(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "closed.csv")
    data.chmod(0)
    code, err = _as_nobody(["check", str(data), "--base", "none"], tmp_path, capfd)
    assert code == 2 and "no right to read" in err and "do now:   chmod" in err
    assert "Traceback" not in err


def test_a_store_without_rights(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, home = csv(tmp_path / "a.csv"), tmp_path / "home"
    home.mkdir(mode=0o500)
    monkeypatch.setenv("LINGOS_HOME", str(home))
    code, err = _as_nobody(["tune", str(data), "--method", "tfidf", "--name", "x"], tmp_path, capfd)
    assert code == 2 and str(home) in err
    _three_parts(err)


FLAGS = [
    (["tune", "a.csv", "--methd", "tfidf"], "did you mean '--method'?"),
    (["check", "a.csv", "--jsn"], "did you mean '--json'?"),
    (["predict", "x", "--tpo", "3"], "did you mean '--top'?"),
    (["tun", "a.csv"], "did you mean 'tune'?"),
    (["skills", "lst"], "did you mean 'list'?"),
    (["tune", "{data}", "--method", "tfdif"], "did you mean 'tfidf'?"),
    (["tune", "{data}", "--effort", "quik"], "did you mean 'quick'?"),
    (["tune", "{data}", "--method", "tfidf", "--set", "penalti=2"], "did you mean 'penalty'?"),
    (["tune", "{data}", "--method", "tfidf", "--set", "penalty"], "--set name=value"),
    (["tune", "{data}", "--method", "tfidf", "--set", "penalty=much"], "penalty"),
    (["tune", "{data}", "--method", "tfidf", "--refuse", "50"], "less than 1"),
    (["tune", "{data}", "--method", "tfidf", "--text", "txt"], "'txt'"),
    (["tune", "{data}", "--method", "tfidf", "--name", "a/b"], "can not be the name"),
    (["tune", "{data}", "--method", "tfidf", "--test", "nowhere.csv"], "no file nowhere.csv"),
    (["tune", "{data}", "--method", "head", "--base", "bge-smal-zh-v1.5"], "unknown base"),
    (["tune", "{data}", "--seed", "x"], "--seed"),
    (["predict", "tikets", "hello"], "unknown skill"),
    (["evaluate", "tikets", "{data}"], "unknown skill"),
    (["predict", "../../etc", "hello"], "can not be the name"),
]


@pytest.mark.parametrize(("arguments", "part"), FLAGS, ids=lambda one: " ".join(one) if isinstance(one, list) else "")
def test_a_wrong_word(arguments: list[str], part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = csv(tmp_path / "a.csv")
    code, out, err = call(capsys, *(one.format(data=data) for one in arguments))
    assert code == 2 and out == ""
    assert part in err
    _three_parts(err)


def test_an_unknown_key_of_a_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("task: classify\nbase: none\nmethod: tfidf\neffort: quick\nseed: 0\nsettings:\n  penalti: 2\n")
    _, _, err = call(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--recipe", recipe)
    assert "'penalti'" in err and "did you mean 'penalty'?" in err
    recipe.write_text("task: classify\nbase: none\nmethod: tfidf\neffort: quick\nsed: 0\n")
    code, _, err = call(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--recipe", recipe)
    assert code == 2 and "did you mean 'seed'?" in err
    _three_parts(err)


def test_another_backbone_under_the_known_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lingos.backbones.text.EMBEDDED_SHA256", "0" * 64)
    code, out, err = call(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "head", "--name", "x")
    assert code == 2 and out == ""
    assert "has SHA-256" in err and "0" * 64 in err
    _three_parts(err)


def test_a_disk_that_fills_during_a_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    base, data = tiny.folder(tmp_path, "bert"), csv(tmp_path / "a.csv")
    tune = ("tune", data, "--method", "head", "--base", base, "--name", "x", "--set", "epochs=2")
    with monkeypatch.context() as patched:
        patched.setattr("lingos.training.loop.STATE_SECONDS", 0.0)
        patched.setattr("lingos.training.checkpoint.save_file", full)
        code, out, err = call(capsys, *tune)
    assert code == 2 and out == ""
    assert "the disk is full" in err and "run the same command again" in err
    _three_parts(err)
    assert Store().names() == []
    assert document(capsys, *tune, "--json")["version"] == 1


@pytest.fixture
def skill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    document(capsys, "tune", csv(tmp_path / "a.csv"), "--method", "tfidf", "--name", "tickets", "--json")
    return Store().get("tickets").folder


def test_a_skill_that_is_nearly_named(skill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "predict", "tikets", "hello")
    assert code == 2 and "did you mean 'tickets'?" in err
    assert call(capsys, "predict", "tickets@7", "hello")[0] == 2
    assert call(capsys, "predict", "tickets", "hello", "--variant", "int7")[0] == 2


@pytest.mark.parametrize("name", ["linear.safetensors", "ngrams.json", "skill.json"])
def test_a_tampered_skill_is_refused(name: str, skill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = skill / name
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, out, err = call(capsys, "predict", "tickets", "hello")
    assert code == 2 and out == ""
    _three_parts(err)


@pytest.mark.parametrize("name", ["linear.safetensors", "skill.json"])
def test_a_truncated_skill_is_refused(name: str, skill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = skill / name
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-7])
    code, _, err = call(capsys, "predict", "tickets", "hello")
    assert code == 2
    _three_parts(err)


def _three_parts(err: str) -> None:
    last = err[err.index("error: ") :]
    assert "\n  expected: " in last and "\n  do now:   " in last
    assert "Traceback" not in err and "fault of LingOS" not in err


def _as_nobody(arguments: list[str], home: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run as a user who may not do everything: root can read and write what is closed."""
    if os.name == "nt":
        pytest.skip("needs POSIX rights")
    capfd.readouterr()
    for folder in (home, *list(home.parents)[:3]):
        if folder.owner() == Path.home().owner() and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    child = os.fork()
    if child == 0:
        _child(arguments)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, capfd.readouterr().err


def _child(arguments: list[str]) -> None:
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    os._exit(run(arguments))

"""Every file in examples/ runs from an empty store, and is short enough to be read at once."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
FILES = sorted(path for path in EXAMPLES.glob("*.py") if path.name not in ("demo.py", "the_loop.py"))
SAYS = {
    "compare_two_methods": "words@1",
    "evaluate_with_report": "report.html",
    "explain_an_answer": "invoice",
    "refusal_slider": "20%",
    "serve_a_skill": "401",
    "talk_to_the_assistant": "done: the front door is unlocked",
    "tune_and_predict": "double_charge",
}


def test_every_example_is_known() -> None:
    assert {path.stem for path in FILES} <= set(SAYS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_runs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(path.read_text("utf-8").splitlines()) < 60
    runpy.run_path(str(path), run_name="__main__")
    assert SAYS[path.stem] in capsys.readouterr().out

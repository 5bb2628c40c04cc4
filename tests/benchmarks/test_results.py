from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.record import claim
from tools import results

MACHINE = {"processor": "P", "cores": 2, "flags": ["avx2"], "memory_gib": 23.5}
OTHER = MACHINE | {"flags": [], "accelerator": "card"}
BARS = """
[[bar]]
name = "rows a second"
command = "python a.py | tail"
read = "x"
minimum = 10

[[bar]]
name = "seconds"
command = "python b.py"
read = "x"
maximum = 5
"""


def _of(machine: dict[str, Any], commit: str = "abc") -> dict[str, Any]:
    return {"commit": commit, "when": "2026-11-24", "machine": machine}


def _page(folder: Path, *files: dict[str, Any]) -> str:
    (folder / "bars.toml").write_text(BARS)
    for number, told in enumerate(files):
        (folder / f"{number}.json").write_text(json.dumps(told))
    return results.measured(folder, folder / "bars.toml")


def test_every_bar_stands_there_measured_or_not(tmp_path: Path) -> None:
    told = claim("rows a second", "python a.py | tail", 17900.4, _of(MACHINE), least=10)
    page = _page(tmp_path, {"title": "Bars", "claims": [told]})
    line = "| rows a second | `python a.py \\| tail` | >= 10 | 17,900 | yes | 2026-11-24, abc, machine 1 |"
    assert line in page
    assert "| seconds | `python b.py` | <= 5 | not measured yet |  |  |" in page
    assert "1. P, 2 cores, 23.5 GiB; avx2" in page


def test_a_result_of_another_command_or_limit_is_not_shown(tmp_path: Path) -> None:
    other = claim("rows a second", "python old.py", 99, _of(MACHINE), least=10)
    lower = claim("seconds", "python b.py", 6, _of(MACHINE), most=7)
    page = _page(tmp_path, {"title": "Bars", "claims": [other, lower]})
    assert page.count("not measured yet") == 2
    assert "Nothing was measured yet." in page


def test_a_race_shows_claims_sides_notes_and_its_machine(tmp_path: Path) -> None:
    claims = [claim("A by B", "python race.py", 4.04999, _of(MACHINE), least=5, unit="times")]
    claims += [claim("C by D", "python race.py", None, _of(OTHER), unit="times")]
    table = {"columns": ["", "A", "B"], "rows": [["seconds", 12.3456, None], ["command", "`x`", "`y`"]]}
    page = _page(tmp_path, {"title": "Race", "claims": claims, "tables": [table], "notes": ["one", "two"]})
    assert "## Race" in page
    assert "| A by B | `python race.py` | >= 5 | 4.05 times | **no** | 2026-11-24, abc, machine 1 |" in page
    assert "| C by D | `python race.py` |  | not reached |  | 2026-11-24, abc, machine 2 |" in page
    assert "| seconds | 12.35 | not reached |" in page
    assert "- one\n- two" in page
    assert "2. P, 2 cores, 23.5 GiB; no wide vectors; card" in page

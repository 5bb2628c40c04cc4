"""The measured part of docs/benchmarks.md, made from the files in benchmarks/results/; no number of ours is typed.

`python -m tools.generated` writes it into the page; `python -m tools.results [FOLDER]` prints it.

Every number stands beside its command, and says of which files, when and on which machine it was measured. A bar
without a result of this very command and limit is told as not measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import bars
from benchmarks.record import RESULTS, ROOT, claim

__all__ = ["measured", "number"]

HEAD = ("what", "command", "asked", "reached", "holds", "measured")
Claim = Mapping[str, Any]


def measured(folder: Path = RESULTS, file: Path = ROOT / "benchmarks" / "bars.toml") -> str:
    """All tables: the bars of the file, then one part for each race, then the machines."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    kept = [told for result in found if result["title"] == "Bars" for told in result["claims"]]
    machines: list[str] = []
    parts = ["## Bars", _table(HEAD, [_bar(bar, kept, machines) for bar in bars.load(file)])]
    for result in (result for result in found if result["title"] != "Bars"):
        parts += _race(result, machines)
    listed = "\n".join(f"{place}. {told}" for place, told in enumerate(machines, 1))
    return "\n\n".join([*parts, "## Machines", listed or "Nothing was measured yet."]) + "\n"


def number(value: Any) -> str:
    """A number in the digits that mean something; words as they are.

    >>> [number(value) for value in (17900.4, 94.0312, 1.25, 0.0149, 3, None, "a")]
    ['17,900', '94.03', '1.25', '0.0149', '3', 'not reached', 'a']
    """
    if value is None or isinstance(value, str):
        return value or "not reached"
    whole = float(value).is_integer() or abs(value) >= 1000
    return f"{value:,.0f}" if whole else f"{value:.4g}"


def main() -> int:
    """Print the tables of a folder of results."""
    print(measured(Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS))
    return 0


# -- parts -----------------------------------------------------------------------------------------------------------
def _bar(bar: bars.Bar, kept: Sequence[Claim], machines: list[str]) -> list[str]:
    asked = claim(bar.name, bar.command, None, {}, least=bar.minimum, most=bar.maximum)
    same = [told for told in kept if all(told[key] == asked[key] for key in ("what", "command", "limit"))]
    return (
        _line(same[-1], machines)
        if same
        else [bar.name, f"`{bar.command}`", asked["limit"], "not measured yet", "", ""]
    )


def _race(result: Mapping[str, Any], machines: list[str]) -> list[str]:
    parts = [f"## {result['title']}", _table(HEAD, [_line(told, machines) for told in result["claims"]])]
    for table in result["tables"]:
        parts.append(_table(table["columns"], [[number(cell) for cell in row] for row in table["rows"]]))
    return [*parts, "\n".join(f"- {note}" for note in result["notes"])]


def _line(told: Claim, machines: list[str]) -> list[str]:
    holds = ("yes" if told["holds"] else "**no**") if told["limit"] else ""
    unit = f" {told['unit']}" if told["unit"] and told["value"] is not None else ""
    where = _machine(told["machine"])
    if where not in machines:
        machines.append(where)
    place = f"{told['when']}, {told['commit']}, machine {machines.index(where) + 1}"
    return [told["what"], f"`{told['command']}`", told["limit"], number(told["value"]) + unit, holds, place]


def _machine(facts: Mapping[str, Any]) -> str:
    told = [f"{facts['processor']}, {facts['cores']} cores, {facts['memory_gib']:g} GiB"]
    told += [
        ", ".join(facts["flags"]) or "no wide vectors",
        *([facts["accelerator"]] if "accelerator" in facts else []),
    ]
    return "; ".join(told)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())

"""Commands that make and judge skills: check, tune, evaluate, compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from lingos.cli.console import bar, document, fold, line, show, table, width
from lingos.later import later
from lingos.settings import flags
from lingos.tuning.options import CheckOptions, TuneOptions
from lingos.words.said import phrase, told

__all__ = ["add"]

File = Annotated[str, typer.Argument(help="labelled file, folder, hub:owner/name, or - for standard input")]
Name = Annotated[str, typer.Argument(help="skill: name, name@3 or name@production")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]
Column = Annotated[str | None, typer.Option(help="column name; default: found by name and content")]

tune_file = later("lingos.tuning.run", "tune")
examine = later("lingos.tuning.verbs", "check")
judge_file = later("lingos.tuning.verbs", "evaluate")
compare_skills = later("lingos.tuning.verbs", "compare")
fix_file = later("lingos.data.fix", "fix")


SHOWN = 4  # findings of one kind


def add(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (check, tune, evaluate, compare):
        app.command()(command)


@flags(TuneOptions)
def tune(train: File, options: TuneOptions, as_json: Json = False) -> None:
    """Make a skill from a labelled file: check, split, climb the ladder, calibrate, evaluate, save."""
    with bar(not as_json) as progress:
        tuned = tune_file(train, options, say=line, progress=progress)
    if as_json:
        document(tuned.to_json())
        return
    language = tuned.evaluation.language
    _ladder(tuned.ladder, language)
    show(f"{told(tuned.reason, language)}\n")
    _scores(tuned.evaluation.to_json())
    show(f"\n{tuned.skill} in {tuned.seconds:.0f} s; report: {tuned.folder / 'report.html'}")
    name = tuned.skill.name
    show(f'try: lingos predict {name} "..."   lingos explain {name} "..."   lingos serve {name}')


@flags(CheckOptions)
def check(file: File, options: CheckOptions, as_json: Json = False) -> None:
    """Say what is wrong with a labelled file, at which line, and what to do. Exits with 2 on any error."""
    asked = options.model_dump(exclude={"fix"})
    source, found = examine(file, **asked)
    if as_json:
        document(found.to_json())
    else:
        _findings(found.findings)
        show(f"{found.rows} rows, {found.used} can be used, {found.rows - found.used} can not")
    if options.fix:
        made = fix_file(source, found)
        line(f"{made.kept} rows in {made.clean}, {made.changed} of them changed: see {made.changes}")
        line(f"{made.removed} copies removed, {made.rejected_rows} rows that can not be used: {made.rejected}")
    if found.errors:
        raise typer.Exit(2)


def evaluate(
    name: Name,
    data: File,
    report: Annotated[Path | None, typer.Option(help="folder for report.html, report.md and report.json")] = None,
    as_json: Json = False,
) -> None:
    """Score a skill on a labelled file: intervals, calibration, refusal, slices, robustness."""
    found = judge_file(name, data, report=report, say=line)
    document(found) if as_json else _scores(found)


def compare(
    first: Annotated[str, typer.Argument(help="skill A")],
    second: Annotated[str, typer.Argument(help="skill B")],
    data: Annotated[str, typer.Option(help="labelled file")],
    as_json: Json = False,
) -> None:
    """Say whether B is better than A on the same rows, with an interval, or that this data can not show it."""
    found = compare_skills(first, second, data, say=line)
    document(found) if as_json else show(found["sentence"])


def _findings(findings: Sequence[Any]) -> None:
    """Of one kind at most SHOWN in full; the lines of the others are named."""
    kinds: dict[tuple[str, str], list[Any]] = {}
    for finding in findings:
        kinds.setdefault((finding.severity, finding.code), []).append(finding)
    for (severity, code), found in kinds.items():
        for finding in found[:SHOWN]:
            _finding(finding)
        if rest := found[SHOWN:]:
            lines = sorted({number for finding in rest for number in finding.lines})
            show(f"{severity} {code}: {len(rest)} more, lines {_some(lines, 24)}; --json lists all")


def _finding(finding: Any) -> None:
    where = f", line{'s' * (len(finding.lines) > 1)} {_some(finding.lines)}" if finding.lines else ""
    show(f"{finding.severity} {finding.code}: {finding.file}{where}")
    for part in (finding.message, f"-> {finding.cure}"):
        for piece in fold(part, width() - 4):
            show(f"    {piece}")


def _some(lines: Sequence[int], count: int = 8) -> str:
    return ", ".join(map(str, lines[:count])) + (f" and {len(lines) - count} more" if len(lines) > count else "")


def _ladder(rungs: Sequence[Any], language: str) -> None:
    rows = []
    for rung in rungs:
        score = _percent(rung["score"], rung["low"], rung["high"]) if "score" in rung else ""
        size = f"{rung['size_mb']:.1f}" if "size_mb" in rung else ""
        speed = f"{rung['ms_per_text']:.1f}" if "ms_per_text" in rung else ""
        note = phrase("ladder.chosen", language) if rung["chosen"] else ""
        if rung["skipped"]:
            note = phrase("ladder.skipped", language).format(reason=told(rung["skipped"], language))
        rows.append([told(rung["method"], language), score, str(rung.get("seconds", "")), size, speed, note])
    table("Ladder (rows out of fold)", ["method", "score, 95 % interval", "seconds", "MB", "ms/text", ""], rows)


def _percent(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def _scores(found: Any) -> None:
    """The lines that matter most; the report has all."""
    test, refusal = found["test"], found["refusal"]
    first = test["primary"]["name"]
    for score in test["scores"]:
        if score["name"] in (first, "macro_f1", "mcc"):
            of_rows = f" on {test['rows']} rows" if score["name"] == first else ""
            show(f"{score['name']:20}{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]{of_rows}")
    show(f"{'calibration error':20}{found['calibration']['error']:.3f}")
    if refusal and refusal["refused"]:
        kept = refusal["answered"]
        show(f"{'refused':20}{refusal['refused']:.3f}, {kept['name']} of the rest {kept['value']:.3f}")
    for pair in [one for one in found["confusions"] if one["count"] > 1][:3]:
        show(f"{'most confused':20}{pair['truth']} read as {pair['guess']}: {pair['count']} rows")
    show(f"a gap below {100 * test['visible_gap']:.1f} points can not be seen with {test['rows']} rows")

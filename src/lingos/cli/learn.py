"""Commands that make and judge skills: check, tune, evaluate, compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from lingos.cli.console import bar, document, fold, line, pad, show, table, width
from lingos.errors import RecipeError
from lingos.later import later
from lingos.settings import flags
from lingos.tuning.options import CheckOptions, ReadingOptions, TuneOptions
from lingos.words.said import Said, at_lines, coded, language_of, numbered, phrase, teller, told

__all__ = ["add"]

File = Annotated[str, typer.Argument(help="labelled file, folder, hub:owner/name, or - for standard input")]
Name = Annotated[str, typer.Argument(help="skill: name, name@3 or name@production")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]

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
    made = {"skill": str(tuned.skill), "seconds": tuned.seconds, "path": tuned.folder / "report.html"}
    show("\n" + Said("terminal.made", made).told(language))
    show(Said("terminal.try", {"name": tuned.skill.name}).told(language))


@flags(CheckOptions)
def check(file: File, options: CheckOptions, as_json: Json = False) -> None:
    """Say what is wrong with a labelled file, at which line, and what to do. Exits with 2 on any error."""
    if options.out and not options.fix:
        raise RecipeError("--out without --fix", expected="a copy to write", cure="add --fix")
    source, found = examine(file, test=options.test, base=options.base, reading=options)
    if as_json:
        document(found.to_json())
    else:
        _findings(found.findings, source.language)
        counts = {"rows": found.rows, "used": found.used, "lost": found.rows - found.used}
        show(Said("terminal.rows", counts).told(source.language))
    if options.fix:
        out = Path(options.out) if options.out else None
        made, say = fix_file(source, found, out), teller(line, source.language)
        kept = {"kept": made.kept, "file": made.clean, "changed": made.changed, "changes": made.changes}
        say(Said("terminal.kept", kept))
        gone = {"removed": made.removed, "rejected": made.rejected_rows, "file": made.rejected}
        say(Said("terminal.removed", gone))
    if found.errors:
        raise typer.Exit(2)


@flags(ReadingOptions)
def evaluate(
    name: Name,
    data: File,
    reading: ReadingOptions,
    report: Annotated[Path | None, typer.Option(help="folder for report.html, report.md and report.json")] = None,
    as_json: Json = False,
) -> None:
    """Score a skill on a labelled file: intervals, calibration, refusal, slices, robustness."""
    found = judge_file(name, data, report=report, reading=reading, say=line)
    document(found) if as_json else _scores(found)


@flags(ReadingOptions)
def compare(
    first: Annotated[str, typer.Argument(help="skill A")],
    second: Annotated[str, typer.Argument(help="skill B")],
    data: Annotated[str, typer.Option(help="labelled file")],
    reading: ReadingOptions,
    as_json: Json = False,
) -> None:
    """Say whether B is better than A on the same rows, with an interval, or that this data can not show it."""
    found = compare_skills(first, second, data, reading=reading, say=line)
    document(coded(found)) if as_json else show(told(found["sentence"], found["language"]))


def _findings(findings: Sequence[Any], language: str) -> None:
    """Of one kind at most SHOWN in full; the lines of the others are named."""
    kinds: dict[tuple[str, str], list[Any]] = {}
    for finding in findings:
        kinds.setdefault((finding.severity, finding.code), []).append(finding)
    for (severity, code), found in kinds.items():
        for finding in found[:SHOWN]:
            _finding(finding, language)
        if rest := found[SHOWN:]:
            lines = sorted({number for finding in rest for number in finding.lines})
            more = {"severity": Said(severity), "code": code, "count": len(rest), "lines": numbered(lines, 24)}
            show(Said("terminal.more", more).told(language))


def _finding(finding: Any, language: str) -> None:
    where = at_lines(finding.lines)
    head = {"severity": Said(finding.severity), "code": finding.code, "file": finding.file, "where": where}
    show(Said("terminal.finding", head).told(language))
    for part in (told(finding.message, language), f"-> {told(finding.cure, language)}"):
        for piece in fold(part, width() - 4):
            show(f"    {piece}")


def _ladder(rungs: Sequence[Any], language: str) -> None:
    rows = []
    for rung in rungs:
        score = _percent(rung["score"], rung["low"], rung["high"]) if "score" in rung else ""
        size = f"{rung['size_mb']:.1f}" if "size_mb" in rung else ""
        speed = f"{rung['ms_per_text']:.1f}" if "ms_per_text" in rung else ""
        note = phrase("ladder.chosen", language) if rung["chosen"] else ""
        if rung["skipped"]:
            note = phrase("ladder.skipped", language).format(reason=told(rung["skipped"], language))
        elif not rung["chosen"] and "reason" in rung:
            note = told(rung["reason"], language)
        rows.append([told(rung["method"], language), score, str(rung.get("seconds", "")), size, speed, note])
    names = ("terminal.method", "terminal.score", "terminal.seconds", "terminal.size", "terminal.speed")
    table(phrase("terminal.ladder", language), [*(phrase(name, language) for name in names), ""], rows)


def _percent(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def _scores(found: Any) -> None:
    """The lines that matter most, in the language of the skill; the report has all."""
    test, refusal, language = found["test"], found["refusal"], found["language"]
    first = test["primary"]["name"]
    for score in test["scores"]:
        if score["name"] in (first, "macro_f1", "mcc"):
            said = f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"
            whole = Said("terminal.score.rows", {"score": said, "rows": test["rows"]})
            _row(_name(score["name"], language), whole if score["name"] == first else said, language)
    if test["unknown_rows"]:
        _row(Said("terminal.unknown"), Said("terminal.unknown.rows", {"rows": test["unknown_rows"]}), language)
    _row(Said("terminal.calibration"), f"{found['calibration']['error']:.3f}", language)
    if refusal and refusal["refused"]:
        kept = {"score": _name(refusal["answered"]["name"], language), "value": refusal["answered"]["value"]}
        _row(Said("terminal.refused"), Said("terminal.rest", {"share": refusal["refused"], **kept}), language)
    for pair in [one for one in found["confusions"] if one["count"] > 1][:3]:
        _row(Said("terminal.confused"), Said("terminal.pair", pair), language)
    show(Said("terminal.visible", {"gap": 100 * test["visible_gap"], "rows": test["rows"]}).told(language))


def _row(name: str, value: str, language: str) -> None:
    show(pad(told(name, language), 20) + told(value, language))


def _name(score: str, language: str) -> str:
    """A score's name: in English as the JSON document spells it."""
    return score if language_of(language) == "en" else phrase(score, language)

"""The report: one HTML file that opens offline, the same as Markdown and JSON."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lingos.contracts import Finding, Recipe, Setting
from lingos.errors import ResourceError
from lingos.evaluation import charts
from lingos.evaluation.result import Evaluation
from lingos.words.said import Said, coded, table, told

__all__ = ["ReportContext", "report_html", "report_json", "report_markdown", "write_report"]

FOLDER = Path(__file__).parent / "templates"
FAR = 0.25
SHOWN = 15  # classes before the fold, labels in doubt
MARKS = "\\`*_{}[]<>#|!~"


class ReportContext(TypedDict, total=False):
    """What the report tells besides the evaluation; each part is left out where it is not given.

    A ladder row: method, score, low, high (shares), seconds, size_mb, ms_per_text, chosen, reason, skipped (or why).
    """

    skill: str  # "tickets@3"
    method: str
    ladder: Sequence[Mapping[str, Any]]
    ladder_reason: str
    findings: Sequence[Finding | Mapping[str, Any]]
    data: Mapping[str, Any]
    seconds: float
    recipe: Recipe | Mapping[str, Mapping[str, Any]]  # setting -> value, source, reason
    variant: Mapping[str, Any]  # see served.variant_facts


def write_report(evaluation: Evaluation, context: ReportContext, folder: Path) -> list[Path]:
    """Write report.html, report.md and report.json into `folder` (made if missing); returns the three paths."""
    texts = {
        "report.html": report_html(evaluation, context),
        "report.md": report_markdown(evaluation, context),
        "report.json": json.dumps(report_json(evaluation, context), ensure_ascii=False, indent=1, allow_nan=False),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # A lone surrogate in a text must not cost the report.
            (folder / name).write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise ResourceError(
            f"can not write the report to {folder}: {error.strerror}",
            expected="a folder with room and rights to write",
            cure="choose another folder or free space",
        ) from error
    return [folder / name for name in texts]


def report_html(evaluation: Evaluation, context: ReportContext) -> str:
    """One page: styles, script and charts inside, nothing fetched. Every text of the data is escaped."""
    script = (FOLDER / "theme.js").read_text(encoding="utf-8").strip()
    # The policy allows only this script by its hash: even a text that slipped through could not run.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"
    own = {
        "style": Markup((FOLDER / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": policy,
        "charts": charts,
    }
    return _environment(True).get_template("report.html.j2").render(**_view(evaluation, context), **own)


def report_markdown(evaluation: Evaluation, context: ReportContext) -> str:
    """The same findings as Markdown; marks inside texts are escaped."""
    return _environment(False).get_template("report.md.j2").render(**_view(evaluation, context))


def report_json(evaluation: Evaluation, context: ReportContext) -> dict[str, Any]:
    """The evaluation's JSON and the context beside it, under the context's names; sentences in English, with codes."""
    found: dict[str, Any] = _plain({**evaluation.to_json(), **context})
    return found


def _view(evaluation: Evaluation, context: ReportContext) -> dict[str, Any]:
    given: dict[str, Any] = {**context}
    words = table(evaluation.language)
    return {
        "t": words,
        "e": evaluation,
        "skill": given.get("skill", "LingOS"),
        "method": given.get("method", ""),
        "seconds": given.get("seconds"),
        "data": _plain(given.get("data", {})),
        "ladder": [_told(rung, evaluation.language) for rung in _rungs(given.get("ladder", ()))],
        "ladder_reason": told(given.get("ladder_reason", ""), evaluation.language),
        "ladder_bounds": _ladder_bounds(given.get("ladder", ())),
        "findings": [_told(_fields(one), evaluation.language) for one in given["findings"]]
        if "findings" in given
        else None,
        "served": told(given.get("variant", {}).get("reason", ""), evaluation.language),
        "recipe": [_told(setting, evaluation.language) for setting in _settings(given.get("recipe"))],
        "verdict": _verdict(evaluation, words),
        "classes": sorted(evaluation.test.classes, key=lambda one: (one.f1, -one.rows)),
        "shown": SHOWN,
    }


def _verdict(evaluation: Evaluation, words: Mapping[str, str]) -> list[str]:
    """The summary: how good, how certain, what refusal buys, where it is weaker."""
    test, refused = evaluation.test, evaluation.refusal
    right = next(score for score in test.scores if score.name == "accuracy")
    said = [words["verdict"].format(value=math.floor(100 * right.value + 0.5))]
    said.append(words["verdict.range"].format(
        low=_points(right.low), high=_points(right.high), rows=f"{test.rows:,}"))  # fmt: skip
    if refused.threshold is not None:
        said.append(words["verdict.refusal"].format(
            share=_percent(refused.refused), value=_points(refused.answered.value)))  # fmt: skip
    empty = words["slices.empty"]
    weak = [f"{column_name(words, part.column)} {part.value or empty}" for part in evaluation.slices if part.weak]
    if weak:
        said.append(words["verdict.weak"].format(names=", ".join(weak[:3])))
    return said


def column_name(words: Mapping[str, str], column: str) -> str:
    """The shown name of a slice column: the standing ones are translated, a user's column keeps its name."""
    return words.get(f"column.{column}", column)


def _rungs(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    empty = dict.fromkeys(("score", "low", "high", "seconds", "size_mb", "ms_per_text", "reason", "skipped"))
    return [{**empty, "chosen": False, **row} for row in rows]


def _ladder_bounds(rows: Sequence[Mapping[str, Any]]) -> charts.Scale:
    """The axis of the ladder. A rung far below the best (majority) would squeeze the others: it is cut off."""
    ran = [row for row in _rungs(rows) if row["score"] is not None]
    best = max((row["score"] for row in ran), default=0.0)
    near = [row for row in ran if row["score"] > best - FAR]
    return charts.scale([row[side] for row in near for side in ("low", "high")])


def _settings(recipe: Recipe | Mapping[str, Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    if recipe is None:
        return []
    found = recipe.settings if isinstance(recipe, Recipe) else recipe
    rows = [{"name": name, "reason": "", **_fields(setting)} for name, setting in found.items()]
    # A recipe that was read from a file is English; the two sentences that stand in every recipe have every language.
    plain = ("the default", "asked for")
    return [row | {"reason": Said(row["reason"]) if row["reason"] in plain else row["reason"]} for row in rows]


def _fields(record: Finding | Setting | Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a record, as they are."""
    if isinstance(record, Mapping):
        return record
    return {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}


def _told(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {name: value.told(language) if isinstance(value, Said) else value for name, value in row.items()}


def _plain(value: Any) -> Any:
    """JSON values only: records become mappings, infinities and NaN become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain({one.name: getattr(value, one.name) for one in dataclasses.fields(value)})
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in coded(value).items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


@cache
def _environment(escaped: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=escaped,  # noqa: S701 - off for Markdown only, whose filter `md` escapes
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"percent": _percent, "points": _points, "number": _number, "md": _markdown}
    made.globals["column_name"] = column_name
    return made


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _number(value: float | int | str | None) -> str:
    if value is None or isinstance(value, str | bool):
        return "-" if value is None else str(value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def _markdown(value: object) -> str:
    text = " ".join(str(value).split())
    return "".join(f"\\{letter}" if letter in MARKS else letter for letter in text)

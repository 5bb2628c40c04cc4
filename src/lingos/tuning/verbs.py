"""The other verbs of the public interface: check, evaluate, compare, load."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lingos.backbones.text import load as load_base
from lingos.contracts import Example
from lingos.data.doctor.doctor import DoctorOptions, Examination
from lingos.data.doctor.doctor import check as examine
from lingos.data.source import Source
from lingos.engines.base import EngineOptions
from lingos.errors import DataError
from lingos.evaluation.comparison import compare as compare_evidence
from lingos.evaluation.report import ReportContext, write_report
from lingos.evaluation.served import variant_facts
from lingos.inference import Session, open_session
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tuning.judge import evidence_of, judge
from lingos.tuning.learned import learned, unlearned
from lingos.tuning.options import ReadingOptions
from lingos.tuning.prepare import facts_of, judging_rows
from lingos.tuning.reading import read_as, read_beside
from lingos.words.said import Said, language_of, teller

__all__ = ["check", "compare", "evaluate", "load", "rows_for"]

Say = Callable[[str], None]
DETECTED = ReadingOptions()


def load(name: str, *, store: Store | None = None, variant: str | None = None, top: int = 5) -> Session:
    """The session of a skill: call it with a list of texts; `.outputs` gives the raw arrays."""
    store = store or Store()
    return open_session(store.get(name), store, variant=variant, top=top, options=EngineOptions(threads=2))


def check(
    file: str,
    *,
    test: str | None = None,
    base: str = "default",
    reading: ReadingOptions = DETECTED,
) -> tuple[Source, Examination]:
    """Examine a labelled file; `base="none"` asks no base. No model is loaded, only its tokenizer."""
    source = read_as(file, reading)
    other = read_beside(test, reading, source) if test is not None else None
    facts = None if base == "none" else facts_of(load_base(base))
    return source, examine(source, test=other, model=facts, options=DoctorOptions())


def evaluate(
    name: str,
    data: str,
    *,
    report: Path | None = None,
    reading: ReadingOptions = DETECTED,
    store: Store | None = None,
    say: Say = lambda text: None,
) -> dict[str, Any]:
    """Scores of a skill on a labelled file, as JSON, with its method and ladder; with `report` the page as well.
    `learned` counts the rows that it has learned: they are judged all the same, and told.
    """
    began = time.monotonic()
    session = load(name, store=store)
    say = teller(say, _language(session))
    rows = rows_for(data, session, say, reading)
    known = len(rows) - len(unlearned([row.id for row in rows], learned(session.skill)))
    if known:
        say(Said("say.learned", {"skill": str(session.skill.ref), "count": known, "rows": len(rows)}))
    found, _ = judge(session, rows)
    if report is not None:
        manifest = session.skill.manifest
        facts, served = {"file": data}, variant_facts(manifest)
        context = ReportContext(skill=str(session.skill.ref), method=manifest.method, data=facts, variant=served)
        say(Said("say.report", {"path": write_report(found, context, report)[0]}))
    skill = session.skill
    named = {"skill": skill.manifest.name, "version": skill.ref.version, "method": skill.manifest.method}
    seconds = round(time.monotonic() - began, 1)
    return {**named, "seconds": seconds, "learned": known, **found.to_json(), "ladder": _ladder(skill)}


def _ladder(skill: Skill) -> list[dict[str, Any]]:
    """The ladder that chose the method, from the report in the bundle; empty without one."""
    if "report.json" not in skill.manifest.files:
        return []
    found = json.loads(skill.path("report.json").read_text("utf-8")).get("ladder", [])
    return list(found)


def compare(
    first: str,
    second: str,
    data: str,
    *,
    reading: ReadingOptions = DETECTED,
    store: Store | None = None,
    say: Say = lambda text: None,
) -> dict[str, Any]:
    """The paired difference of two skills on the same rows, or that this data shows none. Rows that one of them has
    learned are left out; `learned` counts them. `sentence` is `Said`, in the language of the first by `language`.

    Raises:
        DataError: no row is left.
    """
    sessions = [load(name, store=store) for name in (first, second)]
    names = (str(sessions[0].skill.ref), str(sessions[1].skill.ref))
    say = teller(say, _language(sessions[0]))
    rows = rows_for(data, sessions[0], say, reading)
    fair = [rows[k] for k in unlearned([row.id for row in rows], learned(*(one.skill for one in sessions)))]
    left = len(rows) - len(fair)
    if not fair:
        raise DataError(
            f"{names[0]} and {names[1]} can not be compared: one of them has learned each row of {data}",
            expected="labelled rows that neither has learned",
            cure="give another file with --data FILE",
        )
    if left:
        say(Said("say.left", {"left": left, "rows": len(rows), "first": names[0], "second": names[1]}))
    old, new = (evidence_of(session, fair) for session in sessions)
    found = compare_evidence(old, new)
    numbers = {"value": found.value, "low": found.low, "high": found.high, "p": found.p_value, "rows": found.rows}
    said = {"sentence": found.sentence(names), "language": _language(sessions[0])}
    return {"first": names[0], "second": names[1], **said, "learned": left, **numbers}


def rows_for(data: str, session: Session, say: Say, reading: ReadingOptions = DETECTED) -> list[Example]:
    """The rows of a labelled file that a session can be judged by; what can not be used is told. The columns are those
    that `reading` names, else those of the skill, else they are inferred.

    Raises:
        DataError: the file has no labels, or none that the skill knows.
    """
    say = teller(say, _language(session))
    told = session.skill.manifest.data
    source = read_as(data, reading, own={"text": told.text, "label": told.label} if told else None)
    rows, found = judging_rows(source, session.task)
    if found.set_aside:
        say(Said("say.unusable", {"count": len(found.set_aside), "rows": found.rows, "file": data}))
    schema = session.skill.manifest.schema
    unknown = int((session.task.targets(rows, schema) < 0).sum())
    if unknown == len(rows):
        some = ", ".join(map(str, schema["labels"][:8]))
        raise DataError(
            f"no label in {data} is one of {session.skill.ref}, such as '{rows[0].target}'",
            expected=f"labels that the skill knows: {some}{', ...' * (len(schema['labels']) > 8)}",
            cure="name the column that holds them with --label COLUMN, or give another file",
        )
    if unknown:
        say(Said("say.unknown", {"count": unknown, "rows": len(rows), "skill": str(session.skill.ref)}))
    return rows


def _language(session: Session) -> str:
    return language_of(str(session.skill.manifest.schema.get("language", "en")))

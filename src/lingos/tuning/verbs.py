"""The other verbs of the public interface: check, evaluate, compare, load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lingos.backbones.text import load as load_base
from lingos.contracts import Example
from lingos.data.doctor.doctor import DoctorOptions, Examination
from lingos.data.doctor.doctor import check as examine
from lingos.data.readers import read
from lingos.data.source import Source
from lingos.engines.base import EngineOptions
from lingos.evaluation.comparison import compare as compare_evidence
from lingos.evaluation.report import ReportContext, write_report
from lingos.evaluation.served import variant_facts
from lingos.inference import Session, open_session
from lingos.store.store import Store
from lingos.tuning.judge import evidence_of, judge
from lingos.tuning.prepare import facts_of, usable
from lingos.words.said import Said, language_of

__all__ = ["check", "compare", "evaluate", "load", "rows_for"]

Say = Callable[[str], None]


def load(name: str, *, store: Store | None = None, variant: str | None = None, top: int = 5) -> Session:
    """The session of a skill: call it with a list of texts; `.outputs` gives the raw arrays."""
    store = store or Store()
    return open_session(store.get(name), store, variant=variant, top=top, options=EngineOptions(threads=2))


def check(
    file: str,
    *,
    test: str | None = None,
    text: str | None = None,
    label: str | None = None,
    format: str | None = None,
    base: str = "default",
) -> tuple[Source, Examination]:
    """Examine a labelled file; `base="none"` asks no base. No model is loaded, only its tokenizer."""
    source = read(file, text=text, label=label, format=format)
    columns = source.columns
    other = read(test, text=columns.text, label=columns.label) if test else None
    facts = None if base == "none" else facts_of(load_base(base))
    return source, examine(source, test=other, model=facts, options=DoctorOptions())


def evaluate(
    name: str, data: str, *, report: Path | None = None, store: Store | None = None, say: Say = lambda text: None
) -> dict[str, Any]:
    """Scores of a skill on a labelled file, as JSON; with `report` the page as well."""
    session = load(name, store=store)
    found, _ = judge(session, rows_for(data, session, say))
    if report is not None:
        manifest = session.skill.manifest
        facts, served = {"file": data}, variant_facts(manifest)
        context = ReportContext(skill=str(session.skill.ref), method=manifest.method, data=facts, variant=served)
        say(Said("say.report", {"path": write_report(found, context, report)[0]}).told(found.language))
    return {"skill": session.skill.manifest.name, "version": session.skill.ref.version, **found.to_json()}


def compare(
    first: str, second: str, data: str, *, store: Store | None = None, say: Say = lambda text: None
) -> dict[str, Any]:
    """The paired difference of two skills on the same rows, or that this data shows none. `sentence` is `Said`."""
    sessions = [load(name, store=store) for name in (first, second)]
    rows = rows_for(data, sessions[0], say)
    old, new = (evidence_of(session, rows) for session in sessions)
    found = compare_evidence(old, new)
    names = (str(sessions[0].skill.ref), str(sessions[1].skill.ref))
    numbers = {"value": found.value, "low": found.low, "high": found.high, "p": found.p_value, "rows": found.rows}
    language = language_of(str(sessions[0].skill.manifest.schema.get("language", "en")))
    said = {"sentence": found.sentence(names), "language": language}
    return {"first": names[0], "second": names[1], **said, **numbers}


def rows_for(data: str, session: Session, say: Say) -> list[Example]:
    """The rows of a labelled file that a session can be judged by; what can not be used is told."""
    source = _source(data, session)
    found = examine(source, options=DoctorOptions(labels=False, near=False, personal=False))
    rows, _ = usable(source, found)
    if found.set_aside:
        values = {"count": len(found.set_aside), "rows": found.rows, "file": data}
        say(Said("say.unusable", values).told(str(session.skill.manifest.schema.get("language", "en"))))
    return rows


def _source(data: str, session: Session) -> Source:
    """With the skill's own column names where the file has them; else they are inferred."""
    source, told = read(data), session.skill.manifest.data
    names = source.table.column_names
    if told is None or told.text not in names or told.label not in names:
        return source
    return read(data, text=told.text, label=told.label)

"""The last stage: the served variant is judged on the test rows, report and card are written, the store takes it."""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lingos.engines.base import EngineOptions
from lingos.evaluation.intervals import wilson
from lingos.evaluation.report import ReportContext, write_report
from lingos.evaluation.result import Evaluation
from lingos.evaluation.served import variant_facts
from lingos.inference import Session, open_session
from lingos.ladder.choice import Choice
from lingos.ladder.rung import Rung
from lingos.manifest import Manifest
from lingos.skill import Skill
from lingos.store.card import card
from lingos.store.store import Store
from lingos.tuning.answers import ANSWERS, dumped
from lingos.tuning.judge import judge
from lingos.tuning.learned import CALIBRATION
from lingos.tuning.prepare import Prepared
from lingos.tuning.result import Tuned
from lingos.words.said import Said

__all__ = ["finish", "rung_rows"]

TIMED = 32  # texts that are timed one by one


def finish(
    skill: Skill,
    prepared: Prepared,
    rungs: Sequence[Rung],
    choice: Choice,
    store: Store,
    seconds: float,
    say: Callable[[str], None],
) -> Tuned:
    """Evaluate, report, save. The bundle moves from its scratch folder into the store."""
    session = open_session(skill, store, options=EngineOptions(threads=2))
    evaluation, evidence = judge(session, prepared.test)
    rows = rung_rows(rungs, choice)
    context = _context(skill.manifest, prepared, rows, choice, seconds)
    whole = _written(skill, evaluation, context, dumped(evidence))
    pace, size = _milliseconds(session, prepared), _megabytes(skill)
    ref = store.put(whole)
    shutil.rmtree(skill.folder.parent, ignore_errors=True)
    folder = store.get(str(ref)).folder
    say(Said("say.saved", {"skill": str(ref), "size": size, "pace": pace, "path": folder / "report.html"}))
    serve = whole.manifest.serve or "fp32"
    return Tuned(ref, choice.rung.method.name, seconds, evaluation, rows, choice.reason, folder, serve)


def rung_rows(rungs: Sequence[Rung], choice: Choice) -> list[dict[str, Any]]:
    """The ladder's table: score and interval out of fold, seconds of all fits, size of what is the method's own,
    milliseconds for one text as it was tried (the served variant is faster), why it was skipped or stopped.
    """
    rows: list[dict[str, Any]] = []
    for rung in rungs:
        row: dict[str, Any] = {
            "method": rung.name,
            "skipped": rung.skipped or None,
            "chosen": rung is choice.rung,
        }
        if rung.held:
            right = np.concatenate([held.logits.argmax(1) for held in rung.held])
            hits = int((right == _truth(rung)).sum())
            found = wilson(hits, len(right))
            row |= {"score": hits / len(right), "low": found.low, "high": found.high, "rows": len(right)}
            row |= {"seconds": round(rung.seconds, 2), "folds": len(rung.held)}
            row |= {"ms_per_text": round(rung.held[0].ms, 2), "size_mb": round(rung.held[0].megabytes, 2)}
        if rung is choice.rung or rung.stopped:
            row["reason"] = choice.reason if rung is choice.rung else rung.stopped
        rows.append(row)
    return rows


def _truth(rung: Rung) -> Any:
    return np.concatenate([held.targets for held in rung.held])


def _written(skill: Skill, evaluation: Evaluation, context: ReportContext, answers: bytes) -> Skill:
    scratch = skill.folder.parent / "report"
    write_report(evaluation, context, scratch)
    primary = evaluation.test.primary
    summary = {"primary": dataclasses.asdict(primary), "rows": evaluation.test.rows}
    manifest = dataclasses.replace(skill.manifest, evaluation=summary)
    files: dict[str, bytes | str | Path] = {
        name: scratch / name for name in ("report.html", "report.md", "report.json")
    }
    files["evaluation.json"] = json.dumps(evaluation.to_json(), ensure_ascii=False)
    files["README.md"] = card(manifest)
    files[ANSWERS] = answers
    return skill.extended(manifest, files)


def _context(
    manifest: Manifest, prepared: Prepared, rows: Sequence[Mapping[str, Any]], choice: Choice, seconds: float
) -> ReportContext:
    found = prepared.examination
    data = {
        "file": prepared.source.file,
        "rows": found.rows,
        "used": found.used,
        "set_aside": len(found.set_aside),
        **{part: count for part, count in manifest.split.items() if part in ("train", CALIBRATION, "test")},
    }
    recipe = {name: dataclasses.asdict(setting) for name, setting in manifest.recipe.items()}
    return ReportContext(
        skill=manifest.name,
        method=manifest.method,
        ladder=list(rows),
        ladder_reason=choice.reason,
        findings=list(prepared.findings),
        data=data,
        seconds=seconds,
        recipe=recipe,
        variant=variant_facts(manifest),
    )


def _milliseconds(session: Session, prepared: Prepared) -> float:
    """Median milliseconds for one text."""
    texts = [str(row.fields["text"]) for row in prepared.test[:TIMED]]
    times = []
    for text in texts:
        began = time.perf_counter()
        session([text])
        times.append(time.perf_counter() - began)
    return 1000 * float(np.median(times))


def _megabytes(skill: Skill) -> float:
    return sum(path.stat().st_size for path in skill.folder.rglob("*") if path.is_file()) / 1e6

"""From files to rows that may be learned from: doctor, test rows, shots. No row is lost: used + reported = read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lingos.backbones import catalog
from lingos.backbones.text import TextBackbone
from lingos.contracts import Example, Finding
from lingos.data import splits
from lingos.data.doctor.doctor import DoctorOptions, Examination, ModelFacts, check
from lingos.data.readers import read
from lingos.data.source import Source
from lingos.errors import DataError
from lingos.tuning.options import TuneOptions
from lingos.words.said import Said, numbered, teller

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Prepared", "facts_of", "prepare", "usable"]

TEST_SHARE = 0.2
SET_ASIDE = 0.05  # more rows with errors than this stop a run
LONG_RUN = 20_000  # rows beyond which the slow search for wrong labels is left to `lingos check`
SHOWN = 2  # warnings of one code that are told; the report has all
LANGUAGES = ("en", "zh", "multi")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """Rows to learn from and rows to be judged by, and where each came from."""

    source: Source
    examination: Examination
    train: Sequence[Example]
    test: Sequence[Example]
    clusters: Array  # near-duplicate cluster of each training row
    unused: int = 0  # training rows left out on purpose: --shots
    fingerprint: str = ""
    findings: tuple[Finding, ...] = field(default_factory=tuple)


def prepare(train: str | Path, options: TuneOptions, backbone: TextBackbone | None, say: Say) -> Prepared:
    """Read, examine, split. File-level errors always stop; row-level ones when they are many, or with `strict`."""
    source = read(train, text=options.text, label=options.label, group=options.group, format=options.format)
    say = teller(say, source.language)
    for note in source.notes:
        say(note)
    for name, reason in source.columns.reasons.items():
        say(Said("chosen", {"role": Said(f"role.{name}"), "reason": reason}))
    given = _read_test(options, source)
    wrong = source.rows <= LONG_RUN and options.effort != "quick"
    doctor = DoctorOptions(labels=wrong, personal=options.personal, seed=options.seed)
    found = check(source, test=given, model=facts_of(backbone) if backbone else None, options=doctor)
    _tell(found, say)
    _stop_or_go(found, options.strict)
    kept, clusters = usable(source, found)
    if options.group:
        clusters = np.array(splits.merge_groups(clusters.tolist(), [example.group for example in kept]))
    return _split(source, found, kept, clusters, given, options, say)


def usable(source: Source, found: Examination) -> tuple[list[Example], Array]:
    """The rows without row-level errors, and the near-duplicate cluster of each."""
    rows = np.setdiff1d(np.arange(source.rows), np.array(found.set_aside, dtype=np.int64))
    return list(source.examples(rows.tolist())), np.asarray(found.clusters)[rows]


def facts_of(backbone: TextBackbone) -> ModelFacts:
    """What the doctor wants to know about a base."""
    return ModelFacts(
        name=backbone.info.name,
        languages=backbone.info.languages,
        max_length=backbone.info.max_length,
        count_tokens=lambda texts: backbone.tokens.count(texts).tolist(),
        unknown_share=backbone.tokens.unknown_share,
        better={language: catalog.better_for(language) for language in LANGUAGES},
    )


# -- the parts -------------------------------------------------------------------------------------------------------
def _read_test(options: TuneOptions, source: Source) -> Source | None:
    if options.test is None:
        return None
    columns = source.columns
    found = read(options.test, text=columns.text, label=columns.label, group=columns.group)
    if found.columns.label is None:
        raise DataError(
            f"{options.test} has no labels", expected=f"the column '{columns.label}'", cure="give a labelled test file"
        )
    return found


def _split(
    source: Source,
    found: Examination,
    kept: list[Example],
    clusters: Array,
    given: Source | None,
    options: TuneOptions,
    say: Say,
) -> Prepared:
    if given is not None:
        test = _judged(given, say)
        train, own = np.arange(len(kept)), clusters
    else:
        train, held = splits.hold_out(kept, clusters.tolist(), fraction=TEST_SHARE, seed=options.seed)
        test, own = [kept[k] for k in held], clusters[train]
        say(Said("say.held", {"test": len(held), "rows": len(kept)}))
    unused = 0
    if options.shots:
        chosen = splits.shots([kept[k] for k in train], per_class=options.shots, seed=options.seed)
        unused = len(train) - len(chosen)
        train, own = train[chosen], own[chosen]
        say(Said("say.shots", {"kept": len(train), "shots": options.shots, "unused": unused}))
    rows = [kept[k] for k in train]
    return Prepared(source, found, rows, test, own, unused, _fingerprint(rows), found.findings)


def _judged(given: Source, say: Say) -> list[Example]:
    """Test rows with text and label; the rest is told. They are never searched for duplicates among themselves."""
    found = check(given, options=DoctorOptions(labels=False, near=False, personal=False))
    rows, _ = usable(given, found)
    if found.set_aside:
        lines = [line for finding in found.errors for line in finding.lines]
        say(Said("say.test", {"count": len(found.set_aside), "file": given.file, "lines": numbered(lines)}))
    if not rows:
        raise DataError(
            f"{given.file} has no usable test row", expected="text and label", cure="give another test file"
        )
    return rows


def _tell(found: Examination, say: Say) -> None:
    shown: Counter[str] = Counter()
    for finding in found.errors + found.warnings:
        shown[finding.code] += 1
        if finding.severity == "error" or shown[finding.code] <= SHOWN:
            facts = {"severity": Said(finding.severity), "where": _at(finding)}
            told = {name: getattr(finding, name) for name in ("code", "message", "file", "cure")}
            say(Said("say.finding", facts | told))
    for code, count in shown.items():
        if count > SHOWN and not any(finding.code == code for finding in found.errors):
            say(Said("say.more", {"code": code, "count": count - SHOWN, "file": found.file}))
    say(Said("say.rows", {"rows": found.rows, "used": found.used, "lost": len(found.set_aside)}))


def _stop_or_go(found: Examination, strict: bool) -> None:
    stops = found.file_errors or (strict and found.errors)
    if not stops and found.share_set_aside <= SET_ASIDE:
        return
    if found.file_errors:
        listed, cure = found.file_errors, "; ".join(dict.fromkeys(finding.cure for finding in found.file_errors))
    else:
        listed, cure = (
            found.errors,
            "see `lingos check`, mend the rows, or write a cleaned copy with `lingos check --fix`",
        )
    text = "; ".join(f"{finding.message}{_at(finding)}" for finding in listed[:10])
    share = f"{len(found.set_aside)} of {found.rows} rows of {found.file} can not be used: "
    raise DataError(
        ("" if found.file_errors else share) + text,
        expected="no file-level error" if found.file_errors else f"at most {SET_ASIDE:.0%} of the rows set aside",
        cure=cure,
    )


def _at(finding: Finding) -> Said | str:
    return Said("place.lines", {"lines": numbered(finding.lines)}) if finding.lines else ""


def _fingerprint(rows: Sequence[Example]) -> str:
    state = hashlib.sha256()
    for row in sorted(rows, key=lambda each: each.id):
        state.update(f"{row.id}\n".encode())
    return state.hexdigest()

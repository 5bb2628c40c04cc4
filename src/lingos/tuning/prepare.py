"""From files to rows that may be learned from: doctor, test rows, shots. No row is lost: used + reported = read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lingos.backbones import catalog
from lingos.backbones.text import TextBackbone
from lingos.contracts import Example, Finding, Task
from lingos.data import splits
from lingos.data.doctor.doctor import DoctorOptions, Examination, ModelFacts, check
from lingos.data.source import Source
from lingos.errors import DataError
from lingos.tasks.base import task
from lingos.text.normalise import clean, shorten
from lingos.tuning.learned import unlearned
from lingos.tuning.options import TuneOptions
from lingos.tuning.origin import Origin
from lingos.tuning.reading import read_as, read_beside
from lingos.words.said import Said, at_lines, teller

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Prepared", "facts_of", "judging_rows", "prepare", "usable"]

TEST_SHARE = 0.2
SET_ASIDE = 0.05  # more rows with errors than this stop a run
LONGEST = 0.99  # share of the rows that are read whole
SHOWN = 2  # warnings of one code that are told; the report has all
LANGUAGES = ("en", "zh", "multi")
LEARNING = frozenset({"one-class", "labels-too-many"})  # faults of a file to learn from, not of one to be judged by
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
    findings: tuple[Finding, ...] = ()
    max_length: int = 0  # tokens of a text that the base reads; 0 without a base


def prepare(
    train: str | Path, options: TuneOptions, backbone: TextBackbone | None, say: Say, origin: Origin | None = None
) -> Prepared:
    """Read, examine, split. File-level errors always stop; row-level ones when they are many, or with `strict`.

    A row that `origin` has learned is no test row.
    """
    source = read_as(train, options, group=options.group)
    say = teller(say, source.language)
    for note in source.notes:
        say(note)
    for role, reason in source.columns.reasons.items():
        name = getattr(source.columns, role)
        say(Said("chosen" if name else "chosen.no", {"role": Said(f"role.{role}"), "name": name, "reason": reason}))
    given = _read_test(options, source)
    thorough = options.effort != "quick"
    if not thorough:
        say(Said("say.quick"))
    doctor = DoctorOptions(labels=thorough, personal=options.personal, seed=options.seed)
    length = _length(backbone, source, options.max_length) if backbone else 0
    found = check(source, test=given, model=facts_of(backbone, length) if backbone else None, options=doctor)
    _tell(found, say)
    _stop_or_go(found, options.strict)
    kind = task(options.task)
    beside = bool(set(kind.reads) & set(source.columns.others))
    kept, clusters = usable(source, found, whole=beside)
    kept = [kind.read(row) for row in kept]
    if options.group:
        clusters = np.array(splits.merge_groups(clusters.tolist(), [example.group for example in kept]))
    places = _usable_rows(source, found)

    def whole(held: Array) -> list[Example]:
        return [kind.read(row) for row in source.examples(places[held].tolist(), whole=True)]

    made = _split(kept, clusters, given, whole, options, say, origin)
    return Prepared(
        source=source,
        examination=found,
        train=made.train,
        test=made.test,
        clusters=made.clusters,
        unused=made.unused,
        fingerprint=_fingerprint(made.train),
        findings=(*found.findings, *made.findings),
        max_length=length,
    )


def usable(source: Source, found: Examination, *, whole: bool = False) -> tuple[list[Example], Array]:
    """The rows without row-level errors, and the near-duplicate cluster of each. `whole`: with their other columns, for
    rows that are judged by.
    """
    rows = _usable_rows(source, found)
    return list(source.examples(rows.tolist(), whole=whole)), np.asarray(found.clusters)[rows]


def judging_rows(source: Source, kind: Task) -> tuple[list[Example], Examination]:
    """The rows to be judged by: those with a text and a label. They are not searched for duplicates among themselves.

    Raises:
        DataError: the file has no label column, no usable row, or numbers in place of classes.
    """
    found = check(source, options=DoctorOptions(labels=False, near=False, personal=False))
    wrong = [finding for finding in found.file_errors if finding.code not in LEARNING]
    if wrong:
        raise _file_error(wrong)
    return [kind.read(row) for row in usable(source, found, whole=True)[0]], found


def facts_of(backbone: TextBackbone, length: int = 0) -> ModelFacts:
    """What the doctor wants to know about a base that reads `length` tokens of a text; 0 = all that it can."""
    return ModelFacts(
        name=backbone.info.name,
        languages=backbone.info.languages,
        max_length=length or backbone.info.max_length,
        count_tokens=lambda texts: backbone.tokens.count(texts).tolist(),
        unknown_share=backbone.tokens.unknown_share,
        better={language: catalog.better_for(language) for language in LANGUAGES},
    )


def _usable_rows(source: Source, found: Examination) -> Array:
    return np.setdiff1d(np.arange(source.rows), np.array(found.set_aside, dtype=np.int64))


# -- the parts -------------------------------------------------------------------------------------------------------
def _read_test(options: TuneOptions, source: Source) -> Source | None:
    if options.test is None:
        return None
    columns = source.columns
    found = read_beside(options.test, options, source)
    if found.columns.label is None:
        raise DataError(
            f"{options.test} has no labels", expected=f"the column '{columns.label}'", cure="give a labelled test file"
        )
    return found


def _length(backbone: TextBackbone, source: Source, asked: int) -> int:
    """Tokens read of a text: what was asked for, else what 99 % of the rows need, rounded up to a multiple of eight."""
    if asked:
        return asked
    texts = source.column(source.columns.text).take(list(range(0, source.rows, max(1, source.rows // 5000))))
    sample = [clean(text) for text in texts.to_pylist() if text]
    needed = int(np.quantile(backbone.tokens.count(sample), LONGEST)) if sample else 0
    return min(backbone.info.max_length, -(-max(needed, 16) // 8) * 8)


@dataclass(frozen=True)
class _Split:
    """Training rows, test rows, clusters of the former, rows not looked at, what is wrong with the test file."""

    train: list[Example]
    test: list[Example]
    clusters: Array
    unused: int
    findings: tuple[Finding, ...]


def _split(
    kept: list[Example],
    clusters: Array,
    given: Source | None,
    whole: Callable[[Array], list[Example]],
    options: TuneOptions,
    say: Say,
    origin: Origin | None,
) -> _Split:
    """`whole`: positions -> rows with their other columns."""
    if given is not None:
        test, findings = _judged(given, kept, options, say)
        test = _without_learned(test, given.file, origin, say) if origin else test
        train, own = np.arange(len(kept)), clusters
    else:
        findings = ()
        train, held = splits.hold_out(kept, clusters.tolist(), fraction=TEST_SHARE, seed=options.seed)
        if origin:
            train, held = _moved(kept, clusters, held, origin, say)
        test, own = whole(held), clusters[train]
        say(Said("say.held", {"test": len(held), "rows": len(kept)}))
    unused = 0
    if options.shots:
        chosen = splits.shots([kept[k] for k in train], per_class=options.shots, seed=options.seed)
        unused = len(train) - len(chosen)
        train, own = train[chosen], own[chosen]
        say(Said("say.shots", {"kept": len(train), "shots": options.shots, "unused": unused}))
    return _Split([kept[k] for k in train], test, own, unused, findings)


def _moved(kept: list[Example], clusters: Array, held: Array, origin: Origin, say: Say) -> tuple[Array, Array]:
    """(training, test) without test rows that the origin has learned: they and their near duplicates go to training."""
    new = unlearned([row.id for row in kept], origin.learned)
    old = np.setdiff1d(np.arange(len(kept)), new)
    left = held[~np.isin(clusters[held], clusters[old])]
    if not len(left):
        raise _all_learned(origin, f"each of the {len(held)} rows that were drawn as test rows")
    if len(left) < len(held):
        say(Said("say.moved", {"count": len(held) - len(left), "skill": origin.ref}))
    return np.setdiff1d(np.arange(len(kept)), left), left


def _without_learned(test: list[Example], file: str, origin: Origin, say: Say) -> list[Example]:
    left = unlearned([row.id for row in test], origin.learned)
    if not left:
        raise _all_learned(origin, f"each of the {len(test)} rows of {file}")
    if gone := len(test) - len(left):
        say(Said("say.uncounted", {"skill": origin.ref, "count": gone, "rows": len(test), "file": file}))
    return [test[k] for k in left]


def _all_learned(origin: Origin, what: str) -> DataError:
    return DataError(
        f"{origin.ref} has learned {what}: no score would be true",
        expected="test rows that it has not learned",
        cure="give such rows with --test FILE, or leave --from out",
    )


def _judged(
    given: Source, trained: Sequence[Example], options: TuneOptions, say: Say
) -> tuple[list[Example], tuple[Finding, ...]]:
    """Test rows with text and label, and what is wrong with the others: told, and counted as in the training file.
    Labels that no training row has are told too."""
    rows, found = judging_rows(given, task(options.task))
    errors = tuple(finding for finding in found.errors if finding.scope == "row")
    for finding in errors:
        say(_line(finding))
    if errors:
        say(Said("say.test", {"rows": found.rows, "used": found.used, "aside": len(found.set_aside)}))
    _limit(found, errors, options.strict)
    labels = {row.target for row in trained}
    strange = [row for row in rows if row.target not in labels]
    if len(strange) == len(rows):
        raise DataError(
            f"no test row of {given.file} has a label that a training row has, such as '{rows[0].target}'",
            expected=f"labels of the training rows, such as '{trained[0].target}'" if trained else "training rows",
            cure="check that both files use the same labels, and that the label column is the right one (--label)",
        )
    if strange:
        some = shorten(", ".join(f"'{label}'" for label in dict.fromkeys(row.target for row in strange[:1000])))
        say(Said("say.strange", {"count": len(strange), "rows": len(rows), "labels": some}))
    return rows, errors


def _tell(found: Examination, say: Say) -> None:
    shown: Counter[str] = Counter()
    for finding in found.errors + found.warnings:
        shown[finding.code] += 1
        if finding.severity == "error" or shown[finding.code] <= SHOWN:
            say(_line(finding))
    for code, count in shown.items():
        if count > SHOWN and not any(finding.code == code for finding in found.errors):
            say(Said("say.more", {"code": code, "count": count - SHOWN, "file": found.file}))
    say(Said("say.rows", {"rows": found.rows, "used": found.used, "lost": len(found.set_aside)}))


def _stop_or_go(found: Examination, strict: bool) -> None:
    if found.file_errors:
        raise _file_error(found.file_errors)
    _limit(found, found.errors, strict)


def _limit(found: Examination, errors: Sequence[Finding], strict: bool) -> None:
    if not (strict and errors) and found.share_set_aside <= SET_ASIDE:
        return
    share = f"{len(found.set_aside)} of {found.rows} rows of {found.file} can not be used: "
    raise DataError(
        share + _listed(errors),
        expected="no row with an error (--strict)" if strict else f"at most {SET_ASIDE:.0%} of the rows set aside",
        cure="see `lingos check`, mend the rows, or write a cleaned copy with `lingos check --fix`",
    )


def _file_error(findings: Sequence[Finding]) -> DataError:
    cures = dict.fromkeys(finding.cure for finding in findings)
    return DataError(_listed(findings), expected="no file-level error", cure="; ".join(cures))


def _listed(findings: Sequence[Finding]) -> str:
    return "; ".join(f"{finding.message}{at_lines(finding.lines)}" for finding in findings[:10])


def _line(finding: Finding) -> Said:
    facts = {"severity": Said(finding.severity), "where": at_lines(finding.lines)}
    told = {name: getattr(finding, name) for name in ("code", "message", "file", "cure")}
    return Said("say.finding", facts | told)


def _fingerprint(rows: Sequence[Example]) -> str:
    state = hashlib.sha256()
    for row in sorted(rows, key=lambda each: each.id):
        state.update(f"{row.id}\n".encode())
    return state.hexdigest()

"""Makes the skill that understands: rows from apps and reviews -> lingos.tune -> gate -> production."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lingos.assistant.journal.entry import Note
from lingos.assistant.review import Review
from lingos.assistant.understanding.grammar import Grammar
from lingos.assistant.understanding.labelled import varied
from lingos.assistant.understanding.sentences import Wish
from lingos.assistant.understanding.wishes import rows, wishes
from lingos.cli.household import SKILL, Household, owner
from lingos.cli.options import TrainOptions
from lingos.data.readers import records
from lingos.data.source import Source
from lingos.errors import DataError, StoreError
from lingos.integrity import replace_text
from lingos.methods.base import method
from lingos.tuning.options import ReadingOptions, TuneOptions
from lingos.tuning.outside import learns
from lingos.tuning.promote import promote
from lingos.tuning.reading import read_as
from lingos.tuning.run import tune

__all__ = ["Trained", "review_of", "train"]

EACH_HELD = 2  # sentences of each phrase among them, before those that phrases have word for word are left out
HELD = 1  # seed of the sentences that no version ever learns: the frozen test set is drawn with it
SHOWN = 5  # lines that an error names
READING = ReadingOptions(text="text", label="intent")


@dataclass(frozen=True)
class Trained:
    """The new version, how many rows it was made from, those that test it among them, and what the gate said."""

    skill: str
    rows: int
    reviewed: int
    seconds: float
    score: float
    promoted: bool
    reason: str

    def to_json(self) -> dict[str, Any]:
        """What `lingos assistant train --json` prints."""
        return vars(self)

    def sentence(self) -> str:
        """For a person."""
        state = "answers from now on" if self.promoted else "was not taken"
        made = f"{self.skill} from {self.rows} rows ({self.reviewed} reviewed) in {self.seconds:.0f} s"
        return f"{made} {state}: {self.reason}"


def train(
    own: Household,
    options: TrainOptions,
    *,
    say: Callable[[str], None] = lambda text: None,
    progress: Callable[[str, float], None] | None = None,
) -> Trained:
    """Train a version and let the gate decide whether it answers from now on.

    It is judged beside the version in use by rows that no version learns from: `options.frozen`, or the house's own,
    made at the first training.

    Raises:
        DataError: a line of them is no row with a text and an intent.
    """
    known = wishes(own.apps, own.world)
    judged = options.frozen or str(_frozen(own, known))
    held = {row.fields["text"] for row in _judging(judged).examples()}
    reviewed = review_of(own).rows()
    said = [one for row in reviewed for one in varied(row, known.get(row["intent"]), options.each, options.seed)]
    taught = [row for row in [*rows(known, each=options.each, seed=options.seed), *said] if row["text"] not in held]
    file = own.folder / "rows.jsonl"
    _write(file, taught)
    tuned = tune(str(file), _told(options, bool(reviewed)), store=own.store, say=say, progress=progress)
    try:
        found = promote(str(tuned.skill), data=judged, reading=READING, store=own.store, say=say)
        promoted, reason = found.accepted, found.sentence()
        own.journal.append(Note("promotion", owner(), facts={"skill": str(tuned.skill), "why": reason}))
    except StoreError as error:
        promoted, reason = False, str(error.what)
    score = tuned.evaluation.test.primary.value
    return Trained(str(tuned.skill), len(taught), len(reviewed), tuned.seconds, score, promoted, reason)


def _told(options: TrainOptions, reviewed: bool) -> TuneOptions:
    same = {name: getattr(options, name) for name in ("base", "method", "effort", "refuse", "seed", "set")}
    # Sentences of phrases are quickly made, and a tenth may set the scores; of those that people labelled each counts.
    once = not reviewed and options.method != "auto" and learns(method(options.method))
    same["calibrate"] = "held" if once else "folds"
    return TuneOptions(name=SKILL, task="understand", text="text", label="intent", **same)


def review_of(own: Household) -> Review:
    """The review of a household."""
    return Review(own.journal, wishes(own.apps, own.world), own.world)


def _frozen(own: Household, known: Mapping[str, Wish]) -> Path:
    """The house's own test rows; intents of apps that came later are added, nothing that stands there changes.

    What the phrases of the apps have word for word never reaches the skill and is no test of it.
    """
    file = own.folder / "frozen.jsonl"
    kept = [row for _, row in records(_judging(str(file))) if row] if _filled(file) else []
    there = {row["intent"] for row in kept}
    drawn = [row for row in rows(known, each=EACH_HELD, seed=HELD) if row["intent"] not in there]
    plain = Grammar(known)([row["text"] for row in drawn])
    new = [row for row, found in zip(drawn, plain, strict=True) if found.refused]
    if new:
        _write(file, [*kept, *new])
    return file


def _filled(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def _judging(file: str) -> Source:
    """A file of rows that judge, each with a text and an intent."""
    source = read_as(file, READING)
    wrong = {one.line: str(one.message) for one in source.malformed}
    for row in source.examples():
        if not (row.fields["text"] and row.target):
            wrong.setdefault(row.line, "no text, or no intent")
    if wrong:
        shown = "; ".join(f"{file}:{line}: {why}" for line, why in [*wrong.items()][:SHOWN])
        raise DataError(
            f"{len(wrong)} of {source.rows} rows of {file} can not judge: {shown}",
            expected="a text and an intent in each row",
            cure="mend these lines, or delete them",
        )
    return source


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    replace_text(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

"""The rows that a skill was trained and judged by, from the data files: a skill carries their ids, not their texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from lingos.contracts import Example
from lingos.errors import DataError
from lingos.manifest import Data
from lingos.skill import Skill
from lingos.tasks.base import label_texts
from lingos.tuning.naming import STDIN
from lingos.tuning.reading import read_again

__all__ = ["Rows", "rows_of"]


@dataclass(frozen=True)
class Rows:
    """Training and test rows in the order of the skill's split."""

    train: list[Example]
    test: list[Example]
    files: tuple[str, ...]
    judges: frozenset[str] = frozenset()  # ids of training rows that decided when to stop

    def lines(self) -> Iterator[str]:
        """rows.jsonl: {"part", "id", "text", "label"}, one row a line; "judges": true = it decides when to stop."""
        for part, rows in (("train", self.train), ("test", self.test)):
            for row in rows:
                facts = {"part": part, "id": row.id, "text": row.fields["text"], "label": row.target}
                facts |= {"judges": True} if part == "train" and row.id in self.judges else {}
                yield json.dumps(facts, ensure_ascii=False) + "\n"


def rows_of(skill: Skill, data: str | None = None, test: str | None = None) -> Rows:
    """Find the rows again. `data` and `test` say where the files lie now, if they moved.

    Raises:
        DataError: a file is gone, or rows are no longer in it; nothing is left out in silence.
    """
    told = skill.manifest.data
    if told is None:
        raise DataError(
            f"{skill.ref} does not say what it was trained on", expected="a data file", cure="tune it again"
        )
    if gone := [flag for flag, name in _places(told, data, test) if name == STDIN]:
        raise DataError(
            f"rows of {skill.ref} came from standard input, which can not be read again",
            expected="the same rows in a file",
            cure=f"name it with {' and '.join(f'{flag} FILE' for flag in gone)}, or tune again from a file",
        )
    split = json.loads(skill.path("split.json").read_text("utf-8"))
    file = told.file if data is None else data
    other = told.test_file if test is None else test
    train = _found(skill, file, split["train"], "training")
    if "label_names" in skill.manifest.recipe and skill.manifest.recipe["label_names"].value:
        train += _names(skill, train)
    held = _found(skill, file if other is None else other, split["test"], "test", given=other is not None)
    return Rows(train, held, (file,) if other is None else (file, other), frozenset(split.get("inner", ())))


def _places(told: Data, data: str | None, test: str | None) -> tuple[tuple[str, str | None], ...]:
    """The files that are read if nothing else was named, and the flag that names another."""
    return ("--data", told.file if data is None else None), ("--test", told.test_file if test is None else None)


def _names(skill: Skill, train: list[Example]) -> list[Example]:
    """The labels' own texts, which few-shot methods learn as well."""
    schema, seen = skill.manifest.schema, {row.target for row in train}
    pairs = zip(schema["labels"], label_texts(schema), strict=True)
    return [Example({"text": text}, label, f"label {label}") for label, text in pairs if label in seen]


def _found(skill: Skill, file: str, ids: list[str], part: str, given: bool = True) -> list[Example]:
    told = skill.manifest.data
    assert told is not None
    source = read_again(told, file)
    places = {name: place for place, name in enumerate(source.ids())}
    lost = [name for name in ids if name not in places]
    if lost:
        moved = "say where with --data FILE and --test FILE" if given else "name the test file with --test FILE"
        raise DataError(
            f"{len(lost)} of {len(ids)} {part} rows of {skill.ref} are not in {file}",
            expected="the file as it was when the skill was tuned",
            cure=f"if the rows stand in another file, {moved}; else tune again",
        )
    return list(source.examples([places[name] for name in ids]))

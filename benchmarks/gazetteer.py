"""`python benchmarks/gazetteer.py DATA`: what `understand` is measured beside: TF-IDF for the intent, a list for slots.

The list holds the values of slots in the training rows of the intent that TF-IDF names. Longest first, then by how
often, each that stands in a text as words of its own is marked there. The implied values are those that most often
stand together in training rows of the intent. Prints the same document as joint.py.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs by its path, too

import lingos
from benchmarks.joint import DATA, points
from lingos.contracts import Example, Mark, Prediction
from lingos.evaluation.intervals import wilson
from lingos.evaluation.slots import slots
from lingos.tasks.understand import Understand

WORD = r"[^\W㐀-鿿]"  # a letter of a word; Chinese has no spaces between its words


def main() -> None:
    """Print the document."""
    folder = DATA / sys.argv[1]
    task = Understand()
    train = [task.read(row) for row in _rows(folder / "train.jsonl")]
    schema = task.schema(train)
    train, test = ([task.settle(row, schema) for row in rows]
                   for rows in (train, map(task.read, _rows(folder / "test.jsonl"))))  # fmt: skip
    with tempfile.TemporaryDirectory() as home:
        told = lingos.TuneOptions(name="plain", text="text", label="intent", method="tfidf", effort="quick",
                                  test=str(folder / "test.jsonl"), personal=False)  # fmt: skip
        lingos.tune(str(folder / "train.jsonl"), told, store=lingos.Store(home))
        answers = lingos.load("plain", store=lingos.Store(home))([str(row.fields["text"]) for row in test])
    found = _filled(answers, test, train)
    right = wilson(sum(str(one.value) == str(row.target) for one, row in zip(found, test, strict=True)), len(test))
    judged = slots(found, test)
    document = {
        "rows": judged.rows,
        "intent": points((right.value, right.low, right.high)),
        **{name: points(getattr(judged, name)) for name in ("marks", "marked", "implied", "exact")},
    }
    json.dump(document, sys.stdout)


def _filled(answers: Sequence[Prediction], test: Sequence[Example], train: Sequence[Example]) -> list[Prediction]:
    known: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    values: defaultdict[str, Counter[tuple[tuple[str, str], ...]]] = defaultdict(Counter)
    for row in train:
        text = str(row.fields["text"])
        known[str(row.target)].update((text[mark.start : mark.end].lower(), mark.slot) for mark in row.marks)
        values[str(row.target)][tuple(sorted(row.implied.items()))] += 1
    found = []
    for answer, row in zip(answers, test, strict=True):
        intent = str(answer.value)
        usual = dict(values[intent].most_common(1)[0][0])
        found.append(replace(answer, marks=_marks(str(row.fields["text"]), known[intent]), implied=usual))
    return found


def _marks(text: str, known: Counter[tuple[str, str]]) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    for words, slot in sorted(known, key=lambda one: (-len(one[0]), -known[one], one)):
        edges = [
            rf"(?<!{WORD})" if words[:1].isascii() else "",
            rf"(?!{WORD})" if words[-1:].isascii() else "",
        ]
        for found in re.finditer(f"{edges[0]}{re.escape(words)}{edges[1]}", text, re.IGNORECASE):
            if not any(found.start() < mark.end and mark.start < found.end() for mark in marks):
                marks.append(Mark(found.start(), found.end(), slot))
    return tuple(sorted(marks, key=lambda mark: mark.start))


def _rows(file: Path) -> list[Example]:
    lines = file.read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    return [
        Example(
            {name: value if isinstance(value, str) else json.dumps(value) for name, value in row.items()},
            row["intent"], str(k), file=str(file), line=k + 1,
        )
        for k, row in enumerate(told)
    ]  # fmt: skip


if __name__ == "__main__":
    main()

"""Why a skill answers as it does: the words that count, and the training rows nearest to the text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from lingos.contracts import Example
from lingos.engines.base import EngineOptions
from lingos.errors import LingosError
from lingos.evaluation.neighbours import nearest, overlap, probability_of, word_cosines, word_evidence
from lingos.inference import Session, open_session
from lingos.store.store import Store
from lingos.text.normalise import clean
from lingos.text.privacy import mask
from lingos.tuning.naming import STDIN
from lingos.tuning.reading import read_again

__all__ = ["explain"]

NEAREST, WORDS = 5, 8
READ = 1_000  # training rows whose vectors are computed for one explanation: a few seconds
Ranked = list[tuple[str, float]]  # (id of a training row, cosine), nearest first


def explain(name: str, text: str, *, store: Store | None = None) -> dict[str, Any]:
    """Label, score, words by the fall of the score without them, nearest training rows with file and line.

    The rows come from the training file itself, if it is still there: a skill carries some typical vectors, no texts.
    """
    store = store or Store()
    skill = store.get(name)
    labels = skill.manifest.schema["labels"]
    session = open_session(skill, store, top=len(labels), options=EngineOptions(threads=2))
    answer = session([text])[0]
    clues = word_evidence(text, probability_of(session, {"text": text}, str(answer.value)))
    return {
        "skill": str(skill.ref),
        "text": text,
        "label": answer.value,
        "score": answer.score,
        "refused": answer.refused,
        "words": [
            {"text": clue.text, "start": clue.start, "end": clue.end, "effect": clue.drop} for clue in clues[:WORDS]
        ],
        "neighbours": _neighbours(session, text),
    }


def _neighbours(session: Session, text: str) -> list[dict[str, Any]]:
    """By vectors where the skill has them, else by its words."""
    rows, ids = _rows(session), _ids(session)
    vector = session.outputs([text]).get("vector")
    found = _by_words(session, text, rows) if vector is None else _by_vectors(session, text, vector, rows)
    bank, labels = session.bank, session.skill.manifest.schema["labels"]
    typical = {ids[row]: labels[k] for row, k in zip(bank.rows, bank.targets, strict=True)} if bank else {}
    return [_told(name, cosine, rows.get(name), typical.get(name, "")) for name, cosine in found]


def _by_words(session: Session, text: str, rows: Mapping[str, Example]) -> Ranked:
    grams = getattr(session.engine, "grams", None)
    if grams is None or not rows:
        return []
    cosines = word_cosines(grams, clean(text), [_text(row) for row in rows.values()])
    ranked = [(name, float(cosine)) for name, cosine in zip(rows, cosines, strict=True) if cosine > 0]
    return _first(ranked, _same(text, rows))


def _by_vectors(session: Session, text: str, vector: Any, rows: Mapping[str, Example]) -> Ranked:
    """Among all training rows; of very many those with most n-grams in common, and the typical ones of the bank."""
    names, texts = list(rows), [_text(row) for row in rows.values()]
    if len(names) > READ:
        chosen = np.argsort(-overlap(clean(text), texts), kind="stable")[:READ]
        names, texts = [names[k] for k in chosen], [texts[k] for k in chosen]
    vectors = dict(zip(names, session.outputs(texts)["vector"], strict=True)) if texts else {}
    ids = _ids(session)
    if session.bank is not None and len(vectors) < len(ids):
        typical = zip((ids[row] for row in session.bank.rows), session.bank.vectors.astype("float32"), strict=True)
        vectors = dict(typical) | vectors
    if not vectors:
        return []
    names = list(vectors)
    places, cosines = nearest(vector, np.stack(list(vectors.values())), len(names))
    ranked = [(names[place], float(cosine)) for place, cosine in zip(places[0], cosines[0], strict=True)]
    return _first(ranked, _same(text, rows))


def _same(text: str, rows: Mapping[str, Example]) -> set[str]:
    return {name for name, row in rows.items() if _text(row) == clean(text)}


def _first(ranked: Ranked, same: set[str]) -> Ranked:
    """The nearest; the same text before others that the skill can not tell from it."""
    return sorted(ranked, key=lambda pair: (pair[0] not in same, -pair[1]))[:NEAREST]


def _told(name: str, cosine: float, row: Example | None, label: str) -> dict[str, Any]:
    """A training row for a person. Personal data is masked: another person's row is shown to whoever asks, while the
    text that was asked stays as it is.
    """
    if row is None:
        return {"label": label, "similarity": cosine, "where": f"row {name}", "text": ""}
    words = mask(str(row.fields["text"]))
    return {"label": row.target, "similarity": cosine, "where": f"{row.file}:{row.line}", "text": words}


def _ids(session: Session) -> list[str]:
    """The ids of the training rows, in the order that the bank counts in."""
    return list(json.loads(session.skill.path("split.json").read_text("utf-8"))["train"])


def _rows(session: Session) -> dict[str, Example]:
    """The training rows from the training file, by id; empty if it is gone or was changed."""
    told = session.skill.manifest.data
    if told is None or told.file == STDIN:  # what came in once can not be read again
        return {}
    try:
        source = read_again(told, told.file)
    except LingosError:
        return {}
    wanted = set(_ids(session))
    places = [place for place, name in enumerate(source.ids()) if name in wanted]
    return {one.id: one for one in source.examples(places)}


def _text(row: Example) -> str:
    return clean(str(row.fields["text"]))

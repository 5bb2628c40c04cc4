"""Why a skill answers as it does: the words that count, and the training rows nearest to the text."""

from __future__ import annotations

import json
from typing import Any

from lingos.data.readers import read
from lingos.engines.base import EngineOptions
from lingos.errors import LingosError
from lingos.evaluation.neighbours import nearest, probability_of, word_evidence
from lingos.inference import Session, open_session
from lingos.store.store import Store
from lingos.text.privacy import mask
from lingos.tuning.naming import STDIN

__all__ = ["explain"]

NEAREST, WORDS = 5, 8


def explain(name: str, text: str, *, store: Store | None = None) -> dict[str, Any]:
    """Label, score, words by the fall of the score without them, nearest typical training rows with file and line.

    The rows' texts come from the training file itself, if it is still there: a skill carries vectors, not texts.
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
    vector = session.outputs([text]).get("vector")
    if vector is None or session.bank is None:
        return []
    labels = session.skill.manifest.schema["labels"]
    places, cosines = nearest(vector, session.bank.vectors.astype("float32"), NEAREST)
    ids = json.loads(session.skill.path("split.json").read_text("utf-8"))["train"]
    known = _texts(session, {ids[int(session.bank.rows[place])] for place in places[0]})
    rows = []
    for place, cosine in zip(places[0], cosines[0], strict=True):
        row = ids[int(session.bank.rows[place])]
        where, words = known.get(row, (f"row {row}", ""))
        label = labels[int(session.bank.targets[place])]
        rows.append({"label": label, "similarity": float(cosine), "where": where, "text": words})
    return rows


def _texts(session: Session, wanted: set[str]) -> dict[str, tuple[str, str]]:
    """Where the rows stand and what they say, from the training file; empty if it is gone or was changed. Personal data
    is masked: another person's row is shown to whoever asks, while the text that was asked stays as it is.
    """
    told = session.skill.manifest.data
    if told is None or told.file == STDIN:  # what came in once can not be read again
        return {}
    try:
        source = read(told.file, text=told.text, label=told.label)
    except LingosError:
        return {}
    places = [place for place, row in enumerate(source.ids()) if row in wanted]
    return {one.id: (f"{one.file}:{one.line}", mask(str(one.fields["text"]))) for one in source.examples(places)}

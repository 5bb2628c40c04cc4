"""A session and labelled rows -> evidence -> evaluation. The one way from a skill to its scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lingos.contracts import Example
from lingos.evaluation.evaluate import EvaluateOptions, evaluate
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.result import Evaluation
from lingos.evaluation.slots import slots
from lingos.inference import Session
from lingos.tasks.base import calibrated, softmax
from lingos.text.language import language

__all__ = ["evidence_of", "judge"]


def evidence_of(session: Session, examples: Sequence[Example]) -> Evidence:
    """What a session answers to these rows, in the session's own calibration and refusal."""
    fields = session.skill.manifest.fields  # the other columns are for slices: no answer may depend on them
    inputs = [{name: value for name, value in example.fields.items() if name in fields} for example in examples]
    outputs = session.outputs(inputs)
    predictions = session.predictions(outputs, inputs)
    schema = session.skill.manifest.schema
    logits = np.asarray(outputs["logits"], dtype=np.float64)
    return Evidence(
        labels=tuple(schema["labels"]),
        probabilities=softmax(calibrated(logits, session.own.calibration)),
        logits=logits,
        targets=session.task.targets(examples, schema),
        confidence=session.confidence(outputs),
        refused=np.array([prediction.refused for prediction in predictions], dtype=bool),
        examples=examples,
    )


def judge(session: Session, examples: Sequence[Example], *, perturbed: int = 400) -> tuple[Evaluation, Evidence]:
    """Scores with intervals, calibration, refusal, slices, robustness of a session on labelled rows."""
    found = evidence_of(session, examples)
    spoken = "zh" if str(session.skill.manifest.schema.get("language", "en")).startswith("zh") else "en"
    options = EvaluateOptions(language=spoken, detect=language, refusal=session.own.refusal, perturbed=perturbed)
    made = evaluate(found, session, options)
    if "slots" in session.skill.manifest.schema:
        told = session([{"text": str(example.fields["text"])} for example in examples])
        wanted = [session.task.settle(example, session.skill.manifest.schema) for example in examples]
        made = replace(made, slots=slots(told, wanted))
    return made, found

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.made import evidence, noisy

from lingos.contracts import Inputs, Prediction, Refusal
from lingos.errors import RecipeError, SkillError
from lingos.evaluation.evaluate import EvaluateOptions, evaluate
from lingos.evaluation.result import Evaluation


def calm(inputs: Sequence[Inputs]) -> list[Prediction]:
    assert all("channel" in one for one in inputs)
    return [Prediction("c0", 1.0, False, (("c0", 1.0),)) for _ in inputs]


def test_the_json_keeps_its_contract_and_comes_back_equal() -> None:
    found = evaluate(noisy(), calm, EvaluateOptions(refusal=Refusal("softmax", 0.4, 0.05)))
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert set(plain["test"]["primary"]) == {"name", "value", "low", "high"}
    assert plain["test"]["primary"]["name"] == "accuracy"
    assert Evaluation.from_json(plain) == found


def test_all_parts_are_filled() -> None:
    seen = noisy()
    found = evaluate(seen, calm, EvaluateOptions(refusal=Refusal("softmax", 0.4, 0.05), perturbed=50))
    assert found.test.rows == 600
    assert found.test.primary.value == pytest.approx(seen.correct.mean())
    assert [one.label for one in found.test.classes] == ["c0", "c1", "c2", "c3"]
    assert sum(one.rows for one in found.test.classes) == 600
    assert found.refusal.refused == pytest.approx(0.05)
    assert found.refusal.answered.value > found.test.primary.value
    assert found.refusal.auroc > 0.6
    assert {part.column for part in found.slices} == {"length", "channel"}
    assert {part.name for part in found.robustness} >= {"typo", "case"}
    assert found.confusions[0].count == max(pair.count for pair in found.confusions)


def test_robustness_sets_new_answers_beside_the_known_ones_and_asks_only_what_cleaning_leaves() -> None:
    def other(inputs: Sequence[Inputs]) -> list[Prediction]:
        return [Prediction("c9", 1.0, False, (("c9", 1.0),)) for _ in inputs]

    found = {part.name: part for part in evaluate(noisy(), other, EvaluateOptions(perturbed=50)).robustness}
    assert (found["typo"].flips.value, found["typo"].after) == (1, 0) and found["typo"].before > 0
    assert found["whitespace"].flips.value == 0 and found["whitespace"].after == found["whitespace"].before


def test_no_threshold_is_null_and_no_session_asks_nothing() -> None:
    found = evaluate(noisy())
    assert found.refusal.threshold is None
    assert found.robustness == ()
    json.dumps(found.to_json(), allow_nan=False)


def test_unknown_labels_lower_the_score_and_are_listed() -> None:
    found = evaluate(evidence([0, 1, 2, 0], [0, 1, 2, -1]))
    assert found.test.primary.value == 0.75
    assert (found.test.unknown_rows, found.unknown[0].label) == (1, "stranger")


def test_only_unknown_labels_do_not_break_it() -> None:
    found = evaluate(evidence([0, 1], [-1, -1]))
    assert found.test.primary.value == 0.0
    json.dumps(found.to_json(), allow_nan=False)


def test_another_primary_score_may_be_named() -> None:
    assert evaluate(noisy(), options=EvaluateOptions(primary="macro_f1")).test.primary.name == "macro_f1"
    with pytest.raises(RecipeError, match="unknown score"):
        evaluate(noisy(), options=EvaluateOptions(primary="f1"))


def test_damaged_json_is_told_by_place() -> None:
    plain = json.loads(json.dumps(evaluate(noisy()).to_json()))
    plain["test"]["primary"]["value"] = "high"
    with pytest.raises(SkillError, match="damaged at test.primary.value"):
        Evaluation.from_json(plain)
    plain["test"]["primary"].update(value=0.5, colour="red")
    with pytest.raises(SkillError, match="colour"):
        Evaluation.from_json(plain)
    everything: tuple[object, ...] = (None, [], {"format": 99})
    for nonsense in everything:
        with pytest.raises(SkillError, match="format"):
            Evaluation.from_json(nonsense)


def test_real_rows_of_banking77(data: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from lingos.contracts import Example
    from lingos.evaluation.evidence import Evidence

    def read(split: str) -> list[dict[str, str]]:
        lines = (data / "banking77" / f"{split}.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    train = [row for row in read("train") if row["label"] < "c"]
    test = [row for row in read("test") if row["label"] < "d"]  # some labels are unknown
    words = TfidfVectorizer()
    model = LogisticRegression(C=20).fit(words.fit_transform([r["text"] for r in train]), [r["label"] for r in train])
    asked = words.transform([row["text"] for row in test])
    logits, probabilities = model.decision_function(asked), model.predict_proba(asked)
    labels = [str(label) for label in model.classes_]
    targets = np.array([labels.index(row["label"]) if row["label"] in labels else -1 for row in test])
    rows = [
        Example({"text": row["text"]}, row["label"], str(i), None, "test.jsonl", i + 1) for i, row in enumerate(test)
    ]
    top = probabilities.max(1)
    seen = Evidence(tuple(labels), probabilities, logits, targets, top, top < 0.3, rows)
    whole, known = evaluate(seen), evaluate(seen.take(targets >= 0))
    assert whole.test.unknown_rows == (targets < 0).sum() > 100
    assert whole.test.primary.value < 0.5 < 0.9 < known.test.primary.value

from __future__ import annotations

import numpy as np
import pytest

from lingos.confidence import DISTANCES, SCORES, Bank, bank, combination, confidence, guard
from lingos.errors import RecipeError, SkillError

LOGITS = np.array([[9.0, 0.0, 0.0], [1.0, 0.9, 0.8]])
VECTORS = np.array([[1.0, 0.0], [0.6, 0.8]])
KNOWN = np.array([1.0, 0.9])


def memory() -> Bank:
    return bank(np.array([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1]]), np.array([0, 1, 0]))


@pytest.mark.parametrize("name", SCORES)
def test_the_sure_answer_has_the_higher_score(name: str) -> None:
    settings = combination(LOGITS, VECTORS, memory()) | guard(LOGITS, KNOWN)
    found = confidence(name, LOGITS, VECTORS, memory(), settings, KNOWN)
    assert found.shape == (2,)
    assert found[0] > found[1]


def test_known_values() -> None:
    even = np.zeros((1, 4))
    assert confidence("softmax", even)[0] == pytest.approx(0.25)
    assert confidence("entropy", even)[0] == pytest.approx(-np.log(4))
    assert confidence("energy", even)[0] == pytest.approx(np.log(4))
    assert confidence("neighbour", LOGITS, VECTORS, memory())[1] == pytest.approx(0.8, abs=1e-3)


def test_scores_stay_finite_for_huge_logits() -> None:
    huge = np.array([[1e4, 0.0], [0.0, -1e4]])
    settings = combination(huge, VECTORS, memory()) | guard(huge, KNOWN)
    for name in SCORES:
        assert np.isfinite(confidence(name, huge, VECTORS, memory(), settings, KNOWN)).all()


@pytest.mark.parametrize("name", sorted(DISTANCES))
def test_a_distance_without_vectors_says_what_to_do(name: str) -> None:
    with pytest.raises(SkillError, match="needs vectors"):
        confidence(name, LOGITS)


def test_guarded_is_softmax_until_more_words_are_unknown_than_usual() -> None:
    rows = np.random.default_rng(0)
    logits, known = rows.normal(size=(500, 3)), rows.uniform(0.4, 1.0, 500)
    settings = guard(logits, known)
    usual, strange = np.full(500, 0.9), np.full(500, 0.1)
    softmax = confidence("softmax", logits)
    guarded = confidence("guarded", logits, settings=settings, known=usual)
    assert np.array_equal(np.argsort(guarded), np.argsort(softmax))
    assert (known < settings["known_floor"]).mean() == pytest.approx(0.02)
    assert (confidence("guarded", logits, settings=settings, known=strange) < guarded - 1).all()
    alike = guard(logits, np.ones(500))
    assert confidence("guarded", logits, settings=alike, known=np.full(500, 0.7)) == pytest.approx(guarded)
    with pytest.raises(SkillError, match="needs the known share"):
        confidence("guarded", logits, settings=settings)
    with pytest.raises(SkillError, match="has no settings"):
        confidence("guarded", logits, known=usual)


def test_an_unknown_name_and_missing_settings_are_told() -> None:
    with pytest.raises(RecipeError, match="did you mean 'softmax'"):
        confidence("sofmax", LOGITS)
    with pytest.raises(SkillError, match="no settings"):
        confidence("combined", LOGITS, VECTORS, memory())


def test_one_text_scores_as_in_a_batch() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(2_500, 8))
    found = bank(vectors, np.arange(2_500) % 5, per_class=10)
    whole = confidence("neighbour", np.zeros((2_500, 2)), vectors, found)
    assert confidence("neighbour", np.zeros((1, 2)), vectors[2_100:2_101], found)[0] == pytest.approx(
        whole[2_100], abs=1e-6
    )


def test_the_bank_keeps_to_its_budget_covers_every_cluster_and_is_deterministic() -> None:
    generator = np.random.default_rng(0)
    centres = np.eye(12)[:6]
    vectors = np.repeat(centres, 50, axis=0) + 0.01 * generator.normal(size=(300, 12))
    targets = np.repeat([0, 1], 150)
    kept = bank(vectors, targets, per_class=3)
    assert kept.vectors.dtype == np.float16
    assert np.bincount(kept.targets).tolist() == [3, 3]
    assert sorted(set(kept.rows // 50)) == [0, 1, 2, 3, 4, 5]
    assert (bank(vectors, targets, per_class=3).rows == kept.rows).all()
    assert np.allclose(np.linalg.norm(kept.vectors.astype(float), axis=1), 1, atol=2e-3)


def test_rows_with_an_unknown_label_stay_out_of_the_bank() -> None:
    assert bank(np.eye(3), np.array([0, -1, 1])).rows.tolist() == [0, 2]

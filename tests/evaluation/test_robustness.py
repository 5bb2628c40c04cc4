from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.errors import RecipeError
from lingos.evaluation.robustness import PERTURBATIONS, perturb, robustness

ENGLISH = [f"please tell me where order number {i} stays" for i in range(60)]
CHINESE = [f"请问我的第{i}个快递，现在到哪里了？" for i in range(60)]


@pytest.mark.parametrize("name", sorted(PERTURBATIONS))
@pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_slips_depend_on_seed_and_text_only(name: str, texts: list[str]) -> None:
    assert perturb(texts, name) == [perturb([text], name)[0] for text in texts]
    changed = sum(a != b for a, b in zip(texts, perturb(texts, name), strict=True))
    assert changed > 40 if (name, texts) != ("case", CHINESE) else changed == 0


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_a_typo_is_small(texts: list[str]) -> None:
    for before, after in zip(texts, perturb(texts, "typo"), strict=True):
        assert abs(len(before) - len(after)) <= 1
    assert perturb(texts, "typo") != perturb(texts, "typo", seed=1)


def test_white_space_and_full_width_change_no_word() -> None:
    for name, texts in (("whitespace", ENGLISH), ("fullwidth", ENGLISH), ("fullwidth", CHINESE)):
        for before, after in zip(texts, perturb(texts, name), strict=True):
            folded = unicodedata.normalize("NFKC", after)
            assert folded.split() == unicodedata.normalize("NFKC", before).split()


@given(st.text(max_size=60), st.sampled_from(sorted(PERTURBATIONS)))
def test_no_text_breaks_a_perturbation(text: str, name: str) -> None:
    assert isinstance(perturb([text], name)[0], str)


def test_flips_and_accuracy_are_counted_on_changed_texts_only() -> None:
    def predict(texts: list[str], rows: list[int]) -> list[str]:
        assert len(texts) == len(rows)
        return ["loud" if text.isupper() else "calm" for text in texts]

    found = robustness(predict, [*ENGLISH, "123"], ["calm"] * 61, ["case"])[0]
    shouted = sum(text.isupper() for text in perturb(ENGLISH, "case"))
    assert 0 < shouted < 60
    assert found.rows == sum(a != b for a, b in zip(ENGLISH, perturb(ENGLISH, "case"), strict=True))
    assert found.flips.value == pytest.approx(shouted / found.rows)
    assert found.before == 1.0
    assert found.after == pytest.approx(1 - shouted / found.rows)
    assert found.examples[0].label_after == "loud"


def test_what_changes_no_text_is_left_out() -> None:
    assert robustness(lambda texts, rows: ["x"] * len(texts), CHINESE[:1] * 3, ["x"] * 3, ["case"]) == []


def test_an_unknown_perturbation_is_told() -> None:
    with pytest.raises(RecipeError, match="did you mean 'typo'"):
        perturb(["x"], "typos")

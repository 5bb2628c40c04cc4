"""Settings that a method does not have are told, with the methods that have them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from lingos.errors import RecipeError
from lingos.methods.base import method
from lingos.settings import resolve
from lingos.tuning.recipe import check_names, derived, settle
from lingos.words.said import Said


@pytest.mark.parametrize("name", ["prototype", "labels"])
def test_class_weights_are_refused_where_they_would_change_nothing(name: str) -> None:
    with pytest.raises(RecipeError, match=f"'class_weights' changes nothing in {name}") as told:
        check_names({"class_weights": "balanced"}, [method(name)])
    own = "label_names, scale, thresholds" if name == "prototype" else "scale, thresholds"
    assert told.value.expected == f"one of {own}"
    assert {"tfidf", "logistic", "top"} <= set(told.value.cure.replace(",", "").split())
    assert name not in told.value.cure.split(": ")[1]


def test_a_ladder_takes_what_one_of_its_methods_knows() -> None:
    ladder = [method("prototype"), method("head")]
    check_names({"class_weights": "sqrt", "scale": 10.0, "epochs": 3}, ladder)
    with pytest.raises(RecipeError, match="'rank' changes nothing in prototype or head") as told:
        check_names({"rank": 4}, ladder)
    assert told.value.cure.endswith("a method that has it: lora")


@pytest.mark.parametrize("name", ["learning_rate", "layer_decay", "weight_decay", "gradient_checkpointing"])
def test_settings_of_layers_are_refused_by_a_method_that_has_none(name: str) -> None:
    with pytest.raises(RecipeError, match=f"'{name}' changes nothing in head"):
        check_names({name: "1"}, [method("head")])


def test_a_name_that_nobody_knows_tells_the_nearest() -> None:
    with pytest.raises(RecipeError, match="unknown setting 'epoch'") as told:
        check_names({"epoch": 3}, [method("top")])
    assert told.value.cure == "did you mean 'epochs'?"


def test_few_rows_a_label_take_other_defaults_and_say_why() -> None:
    few, many = ({"labels": ["card_lost", "rate"], "counts": [n, n]} for n in (10, 400))
    values, told = settle(method("top"), {}, few, alone=True)
    assert (values.label_names, values.learning_rate) == (True, 1e-4)  # type: ignore[attr-defined]
    assert told["label_names"].source == "derived" and "20 rows for 2 labels" in told["label_names"].reason
    values, told = settle(method("top"), {}, many, alone=True)
    assert not values.label_names and told["learning_rate"].source == "default"  # type: ignore[attr-defined]


def test_a_familys_own_head_has_its_own_defaults_and_few_rows_have_the_last_word() -> None:
    many, few = ({"labels": ["card_lost", "rate"], "counts": [n, n]} for n in (400, 10))
    cls, mean = (SimpleNamespace(name="bge", pooling=pooling) for pooling in ("cls", "mean"))
    own, told = settle(method("top"), {}, many, True, cls)
    assert (own.begin, own.learning_rate, told["begin"].reason) == ("means", 3e-4, "bge has its family's own head")
    assert settle(method("top"), {}, many, True, mean)[0].begin == "head"
    assert settle(method("top"), {}, few, True, cls)[0].learning_rate == 1e-4
    assert settle(method("head"), {}, many, True, cls)[1]["head_rate"].source == "default"


def test_layers_of_another_skill_begin_with_class_means_and_say_so() -> None:
    many = {"labels": ["card_lost", "rate"], "counts": [400, 400]}
    values, told = settle(method("top"), {}, many, True, warm=True)
    assert (values.begin, values.learning_rate) == ("means", 3e-4) and "another skill" in told["begin"].reason
    with pytest.raises(RecipeError, match="begin=head changes nothing in top: layers of another skill"):
        settle(method("top"), {"begin": "head"}, many, True, warm=True)
    cls = SimpleNamespace(name="bge", pooling="cls")
    with pytest.raises(RecipeError, match="begin=head changes nothing in full: bge has its family's own head"):
        settle(method("full"), {"begin": "head"}, many, True, cls)


def test_few_labels_have_their_own_penalty_and_say_so() -> None:
    few, many = ({"labels": [f"label {k}" for k in range(count)], "counts": [50] * count} for count in (20, 21))
    values, told = settle(method("tfidf"), {}, few, alone=True)
    assert (values.penalty, values.evenness) == (0.3, 1.0)  # type: ignore[attr-defined]
    assert told["penalty"].reason == told["evenness"].reason == "20 labels: few"
    assert settle(method("tfidf"), {}, many, alone=True)[1]["penalty"].source == "default"
    assert settle(method("tfidf"), {"penalty": 2.0}, few, alone=True)[0].penalty == 2.0  # type: ignore[attr-defined]


def test_labels_that_are_numbers_are_no_texts_and_the_person_has_the_last_word() -> None:
    numbers = {"labels": ["0", "1"], "counts": [10, 10]}
    assert not settle(method("top"), {}, numbers, alone=True)[0].label_names  # type: ignore[attr-defined]
    words = {"labels": ["no", "yes"], "counts": [10, 10]}
    assert not settle(method("top"), {"label_names": False}, words, alone=True)[0].label_names  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["prototype", "head", "top", "full", "lora"])
def test_few_rows_derive_only_settings_that_the_method_has(name: str) -> None:
    few = {"labels": ["card_lost", "rate"], "counts": [5, 5]}
    assert settle(method(name), {}, few, alone=True)[1]["label_names"].source == "derived"


def test_every_reason_is_what_the_recipe_says_and_has_chinese() -> None:
    few = {"labels": ["card_lost", "rate"], "counts": [10, 10]}
    one, user = method("top"), {"epochs": 2, "learning_rate": 1e-3, "batch_rows": 8}
    plain = resolve(one.Settings, user, derived(one, few))[1]
    _, told = settle(one, user, few, alone=True)
    assert told == plain
    assert told["epochs"].reason.startswith("asked for, instead of ")
    for setting in told.values():
        assert isinstance(setting.reason, Said)
        assert re.search("[\u4e00-\u9fff]", setting.reason.told("zh"))

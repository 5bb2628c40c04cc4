"""What every method owes on every task and every family of backbones, from the registries."""

from __future__ import annotations

import atexit
import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from tests import cls, tiny
from tests.training import made

from lingos.backbones.text import TextBackbone, load
from lingos.errors import BackboneError, RecipeError
from lingos.methods.base import head_kind, method, names
from lingos.modules.branch import make_branch
from lingos.settings import Options, flags
from lingos.tasks.base import names as task_names
from lingos.tasks.base import softmax, task
from lingos.training.corpus import Corpus
from lingos.training.fit import Fitted, fit, outputs

NO_BASE = "no-base"
FIRST_TOKEN = "-cls"  # a base that takes its first token, where some methods have the family's own head
PAIRS = [
    (name, family) for name in names() for family in ([NO_BASE] if method(name).reads == "texts" else tiny.FAMILIES)
]
PAIRS += [(name, family + FIRST_TOKEN) for name in names() for family in tiny.FAMILIES if method(name).head == "family"]


@functools.cache
def base(family: str) -> TextBackbone | None:
    """The tiny base of this name."""
    if family == NO_BASE:
        return None
    if not family.endswith(FIRST_TOKEN):
        return made.base(family, layers=2)
    home = tempfile.TemporaryDirectory(prefix="lingos-test-")
    atexit.register(home.cleanup)
    return load(str(cls.folder(Path(home.name), family.removesuffix(FIRST_TOKEN), layers=2)))


def fitted_on_sample(kind: str, name: str, family: str, **given: Any) -> tuple[Fitted, Corpus]:
    found = made.corpus_of(task(kind).sample(), base(family), name=kind)
    one = method(name)
    told = made.settings(name, **({"epochs": one.promise.steps, **given} if one.reads == "states" else given))
    return fit(found, one, told, made.every(found), seed=0), found


def mean_loss(logits: Any, targets: Any) -> float:
    return float(-np.log(softmax(logits.astype(np.float64), 1.0)[np.arange(len(targets)), targets]).mean())


@pytest.mark.parametrize("kind", task_names())
@pytest.mark.parametrize(("name", "family"), PAIRS)
def test_the_loss_falls_and_the_branch_travels(kind: str, name: str, family: str, tmp_path: Path) -> None:
    fitted, found = fitted_on_sample(kind, name, family)
    rows, promise = made.every(found), method(name).promise
    whole = outputs(fitted, found, rows)
    # The loss falls as far as the method says, in the steps it says.
    assert fitted.trained is None or fitted.trained.steps == promise.steps
    assert mean_loss(whole["logits"], found.targets) <= promise.loss * np.log(found.classes) + 1e-6
    # Batched = one by one, and the order of the rows does not matter.
    alone = [outputs(fitted, found, np.array([row])) for row in rows[::-1]]
    for output, values in whole.items():
        for one, value in zip(alone, values[::-1], strict=True):  # of tokens a row alone has no more than its own
            told = np.atleast_1d(one[output][0])
            assert np.allclose(told, np.atleast_1d(value)[: len(told)], atol=2e-5), output
    # Save -> load -> the same bits.
    if fitted.branch is None:
        return
    save_file({key: value.detach().contiguous() for key, value in fitted.branch.tensors().items()}, tmp_path / "b")
    head = found.task.head(found.base, found.schema, head_kind(method(name), found.base.info))
    assert hasattr(head, "pools") == (kind == "classify" and family.endswith(FIRST_TOKEN))
    again = make_branch(found.base, fitted.start, head).eval()
    again.fill(load_file(tmp_path / "b"))
    loaded = Fitted(fitted.method, fitted.settings, fitted.solution, again, fitted.start)
    assert all(np.array_equal(outputs(loaded, found, rows)[key], whole[key]) for key in whole)


@pytest.mark.parametrize("name", [name for name in names() if method(name).reads != "texts"])
def test_a_method_that_needs_a_base_says_so(name: str) -> None:
    with pytest.raises(BackboneError, match="needs a base"):
        fitted_on_sample("classify", name, NO_BASE)


@pytest.mark.parametrize("name", names())
def test_the_same_seed_gives_the_same_bits(name: str) -> None:
    family = NO_BASE if method(name).reads == "texts" else "bert"
    steps: dict[str, Any] = {"epochs": 2} if method(name).reads == "states" else {}
    first, found = fitted_on_sample("classify", name, family, **steps)
    second, _ = fitted_on_sample("classify", name, family, **steps)
    rows = made.every(found)
    assert np.array_equal(outputs(first, found, rows)["logits"], outputs(second, found, rows)["logits"])


@pytest.mark.parametrize("name", names())
def test_settings_are_documented_options(name: str) -> None:
    kind = method(name).Settings
    assert issubclass(kind, Options)
    assert kind() == made.settings(name)
    undescribed = [field for field, facts in kind.model_fields.items() if not facts.description]
    inherited = {field for parent in kind.__mro__[1:] if issubclass(parent, Options) for field in parent.model_fields}
    assert set(undescribed) <= inherited
    assert "when" in (type(method(name)).__doc__ or "") or "Choose" in (type(method(name)).__doc__ or "")

    def command(options: Any) -> None: ...

    command.__annotations__["options"] = kind
    assert flags(kind)(command) is not None


def test_the_ladder_order_is_by_cost() -> None:
    costs = [method(name).cost for name in names()]
    assert costs == sorted(costs) and names()[0] == "majority"


def test_an_unknown_method_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match="did you mean 'tfidf'"):
        method("tfifd")

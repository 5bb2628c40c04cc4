"""What every task owes, from the registry: a new task file is tested without another line here."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from tests.training import made

from lingos.contracts import Batch, Calibration, HeadKind, Hidden, Task
from lingos.errors import RecipeError
from lingos.modules.branch import Branch
from lingos.tasks.base import names, task


@pytest.fixture(params=names())
def kind(request: pytest.FixtureRequest) -> Task:
    return task(request.param)


def test_the_sample_is_clean_and_its_schema_is_json(kind: Task) -> None:
    sample = kind.sample()
    schema = kind.schema(sample)
    assert len(sample) == 8 and len({row.id for row in sample}) == 8
    assert json.loads(json.dumps(schema)) == schema
    assert [finding for row in sample for finding in kind.check(row, schema)] == []
    assert all(field.name in row.fields for row in sample for field in kind.fields)


def test_targets_go_there_and_back(kind: Task) -> None:
    sample = kind.sample()
    schema = kind.schema(sample)
    targets = kind.targets(sample, schema)
    certain = {"logits": 9.0 * np.eye(len(schema["labels"]))[targets]}
    predictions = kind.decode(certain, schema, Calibration(), top=1)
    assert [prediction.value for prediction in predictions] == [row.target for row in sample]
    assert all(prediction.score > 0.99 for prediction in predictions)


@pytest.mark.parametrize("head", ["linear", "cosine", "family"])
def test_head_and_loss_fit_together(kind: Task, head: HeadKind) -> None:
    sample = kind.sample()
    schema, base = kind.schema(sample), made.base("bert")
    branch = Branch(None, None, kind.head(base, schema, head), "cls")
    states = Hidden(torch.randn(len(sample), 4, base.info.width), torch.ones(len(sample), 4), base.info.depth)
    batch = Batch({}, states.mask, targets=torch.from_numpy(kind.targets(sample, schema)))
    losses = kind.loss(branch(states), batch, {})
    assert losses.shape == (len(sample),)
    losses.sum().backward()
    # What stands beside the label needs token states, which this branch has not: tests/tasks/test_understand.py.
    beside = ("head.tags.", "head.values.")
    learned = [one for name, one in branch.named_parameters() if not name.startswith(beside)]
    assert learned and all(parameter.grad is not None for parameter in learned)


def test_an_unknown_task_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match="did you mean 'classify'"):
        task("clasify")

"""What labels mean: read strictly, learned from by `labels`, kept in the skill, shown on its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import tiny
from tests.cli.made import csv

from lingos.errors import DataError
from lingos.store.store import Store
from lingos.tuning.descriptions import read_descriptions
from lingos.tuning.options import TuneOptions
from lingos.tuning.run import tune

LABELS = ["bill", "cancel", "late"]


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "labels.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_one_language_or_several(tmp_path: Path) -> None:
    plain = {"late": " it came\n late ", "bill": "wants a bill"}
    wanted = {"bill": "wants a bill", "late": "it came late"}
    assert read_descriptions(written(tmp_path, plain), LABELS, "en") == wanted
    both = {"en": plain, "zh": {"bill": "要账单"}}
    assert read_descriptions(written(tmp_path, both), LABELS, "en") == wanted
    assert read_descriptions(written(tmp_path, both), LABELS, "zh") == {"bill": "要账单"}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{", "can not be read"),
        ([], "holds no JSON object"),
        ({}, "it is empty"),
        ({"zh": {"bill": "要账单"}}, "it is empty"),
        ({"bil": "x", "late": 3}, "'late' has no text; 'bil' is no label of the data (did you mean 'bill'?)"),
        ({"bill": " "}, "'bill' has no text"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: Any, part: str) -> None:
    with pytest.raises(DataError) as told:
        read_descriptions(written(tmp_path, content), LABELS, "en")
    assert part in told.value.what and told.value.expected and told.value.cure


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing\.json can not be read"):
        read_descriptions(tmp_path / "nothing.json", LABELS, "en")


def test_they_are_learned_from_and_kept_in_the_skill_and_on_its_card(tmp_path: Path) -> None:
    told = {"bill": "my new card has not arrived", "late": "where is my parcel"}
    base, store = str(tiny.folder(tmp_path, "bert")), Store(tmp_path / "home")
    options = TuneOptions(name="t", method="labels", base=base, effort="quick", personal=False)
    heads = []
    for path in (None, str(written(tmp_path, told))):
        said: list[str] = []
        asked = options.model_copy(update={"descriptions": path})
        skill = store.get(str(tune(csv(tmp_path / "a.csv"), asked, store=store, say=said.append).skill))
        heads.append(skill.tensors("branch.safetensors")["head.weight"])
    assert "2 of 3 labels are described in" in "\n".join(said)
    assert skill.manifest.schema["descriptions"] == told
    assert (
        "- bill: my new card has not arrived\n- cancel\n- late: where is my parcel"
        in skill.path("README.md").read_text()
    )
    changed = np.abs(heads[0] - heads[1]).max(1) > 1e-3
    assert changed.tolist() == [True, False, True]

"""`--recipe FILE`: every key of the file counts, and the recipe of a skill makes the skill again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests import tiny
from tests.cli.made import call, csv

from lingos.backbones.text import EMBEDDED
from lingos.errors import RecipeError
from lingos.store.store import Store
from lingos.tuning.options import TuneOptions
from lingos.tuning.recipe import merged
from lingos.tuning.run import tune

HEAD = "task: classify\nbase: {base}\nmethod: {method}\neffort: quick\nseed: 7\n"


def file(folder: Path, method: str = "tfidf", base: str = "none", settings: str = "") -> str:
    path = folder / "recipe.yaml"
    path.write_text(HEAD.format(base=base, method=method) + settings, "utf-8")
    return str(path)


def test_the_recipe_of_a_skill_makes_the_skill_again(tmp_path: Path) -> None:
    store, data = Store(tmp_path / "home"), csv(tmp_path / "t.csv")
    base = str(tiny.folder(tmp_path, "roberta"))
    asked: dict[str, Any] = {"base": base, "method": "head", "effort": "quick", "seed": 3, "set": ["epochs=2"]}
    tune(data, TuneOptions(personal=False, **asked), store=store)
    first = store.get("t@1")
    tune(data, TuneOptions(personal=False, recipe=str(first.path("recipe.yaml"))), store=store)
    second = store.get("t@2")
    assert second.manifest.method == "head" and second.manifest.seed == 3
    values = [{name: one.value for name, one in skill.manifest.recipe.items()} for skill in (first, second)]
    assert values[0] == values[1] and values[0]["epochs"] == 2
    assert second.path("branch.safetensors").read_bytes() == first.path("branch.safetensors").read_bytes()


def test_the_file_says_what_no_flag_says(tmp_path: Path) -> None:
    options = merged(TuneOptions(recipe=file(tmp_path), name="x"))
    assert (options.method, options.base, options.effort, options.seed) == ("tfidf", "none", "quick", 7)
    assert options.name == "x"
    assert merged(TuneOptions(recipe=file(tmp_path, base='""'))).base == "none"


def test_a_contradiction_names_both(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="--method top, but the file says method: tfidf") as told:
        merged(TuneOptions(recipe=file(tmp_path), method="top", seed=8, effort="quick"))
    assert "--seed 8, but the file says seed: 7" in told.value.what and "effort" not in told.value.what
    assert told.value.cure == "leave out --method and --seed, or change the file"


def test_a_default_that_was_written_out_is_a_flag_too(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="--method auto, but the file says method: tfidf"):
        merged(TuneOptions(recipe=file(tmp_path), method="auto"))


def test_one_base_has_several_names(tmp_path: Path) -> None:
    assert merged(TuneOptions(recipe=file(tmp_path, base=EMBEDDED), base="default")).base == EMBEDDED


def test_the_command_line_merges_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = file(tmp_path, settings="settings:\n  penalty: 2.0\n")
    code, _, err = call(capsys, "tune", csv(tmp_path / "t.csv"), "--recipe", recipe, "--json")
    assert code == 0, err
    manifest = Store().get("t").manifest
    assert (manifest.method, manifest.seed, manifest.recipe["penalty"].value) == ("tfidf", 7, 2.0)
    code, _, err = call(capsys, "tune", tmp_path / "t.csv", "--recipe", recipe, "--method", "head")
    assert code == 2 and "contradict" in err

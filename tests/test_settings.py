from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
import typer
from hypothesis import given as forall
from hypothesis import strategies as st
from pydantic import Field
from typer.testing import CliRunner

from lingos.contracts import Recipe, Setting
from lingos.errors import RecipeError
from lingos.settings import Options, Share, flags, given, parse, read_yaml, resolve, write_yaml


class Training(Options):
    epochs: int = Field(3, ge=1, le=50, description="passes over the rows")
    rate: float = Field(1e-3, gt=0, description="step size")
    schedule: Literal["linear", "cosine"] = Field("linear", description="how the rate falls")
    amp: bool = Field(True, description="use bf16 where the machine has it")
    refuse: Share = Field(0.0, description="share of known texts to refuse")
    layers: int | Literal["auto"] = Field("auto", description="layers that move")
    tags: list[str] = Field([], description="free words")
    from_: str | None = Field(None, description="start from this skill")


class Other(Options):
    depth: int = 3


# -- parse -----------------------------------------------------------------------------------------------------------
def test_parse_collects_every_fault_with_the_nearest_names() -> None:
    wrong = {"epoch": 3, "epochs": 0, "schedule": "liner", "rate": "fast", "refuse": "500%"}
    with pytest.raises(RecipeError) as caught:
        parse(Training, wrong, "recipe.yaml")
    text = str(caught.value)
    assert text.startswith("recipe.yaml: 5 faults")
    assert "epoch: unknown, did you mean 'epochs'?" in text
    assert "epochs: should be greater than or equal to 1, not 0" in text
    assert "did you mean 'linear'?" in text
    assert "rate: should be a valid number" in text
    assert "refuse: should be less than or equal to 1" in text
    assert "passes over the rows" in caught.value.expected


def test_a_wrong_argument_is_told_as_in_a_recipe() -> None:
    with pytest.raises(RecipeError) as caught:
        Training(epoch=3, schedule="linear")  # type: ignore[call-arg]
    assert str(caught.value).startswith("Training: 1 fault\n  epoch: unknown, did you mean 'epochs'?")


def test_a_fault_in_a_union_is_told_once() -> None:
    with pytest.raises(RecipeError) as caught:
        parse(Training, {"layers": "all"}, "x")
    assert caught.value.what == "x: 1 fault\n  layers: should be a valid integer or should be 'auto', not 'all'"


def test_a_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(RecipeError) as caught:
        parse(Training, {"epochs": "x" * 10_000}, "x")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_are_finite(bad: float) -> None:
    with pytest.raises(RecipeError):
        parse(Training, {"rate": bad}, "x")


@pytest.mark.parametrize(
    ("text", "share"), [("5%", 0.05), ("5 %", 0.05), ("0.5%", 0.005), ("0.05", 0.05), (0.05, 0.05)]
)
def test_a_share_may_be_a_percentage(text: object, share: float) -> None:
    assert parse(Training, {"refuse": text}, "x").refuse == pytest.approx(share)


@pytest.mark.parametrize("bad", ["5", "-5%", "%", "five %", "1e3%", None])
def test_what_is_no_share_is_refused(bad: object) -> None:
    with pytest.raises(RecipeError):
        parse(Training, {"refuse": bad}, "x")


def test_options_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Training().epochs = 4  # type: ignore[misc]


# -- resolve ---------------------------------------------------------------------------------------------------------
def test_resolve_prefers_user_then_derived_then_default() -> None:
    options, settings = resolve(Training, {"epochs": 5}, {"epochs": (9, "few rows"), "rate": (0.1, "small base")})
    assert (options.epochs, options.rate, options.schedule) == (5, 0.1, "linear")
    assert settings["epochs"] == Setting(5, "user", "asked for, instead of 9 (few rows)")
    assert settings["rate"] == Setting(0.1, "derived", "small base")
    assert settings["schedule"] == Setting("linear", "default", "the default")
    assert settings.keys() == Training.model_fields.keys()


def test_resolve_checks_both_sources() -> None:
    with pytest.raises(RecipeError, match="2 faults"):
        resolve(Training, {"epohcs": 5}, {"rate": (-1, "a bug")})


def test_given_tells_asked_from_default() -> None:
    assert given(parse(Training, {"epochs": 3}, "x")) == {"epochs": 3}


# -- the recipe file -------------------------------------------------------------------------------------------------
texts = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
nested = st.recursive(plain, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text("ab:# '"), v, max_size=3))


@forall(st.dictionaries(st.text("abc_", min_size=1), nested, max_size=4))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, found: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("r") / "recipe.yaml"
    settings = {name: Setting(value, "derived", "why:\nbecause # so") for name, value in found.items()}
    write_yaml(Recipe("classify", "", "top", "normal", 7, settings), path)
    recipe = read_yaml(path)
    assert {name: setting.value for name, setting in recipe.settings.items()} == found
    assert (recipe.task, recipe.base, recipe.method, recipe.effort, recipe.seed) == ("classify", "", "top", "normal", 7)


def test_the_file_shows_source_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    write_yaml(Recipe("classify", "minilm", "top", "quick", 0, {"layers": Setting(3, "derived", "12 classes")}), path)
    assert "  layers: 3" in path.read_text() and "# derived: 12 classes" in path.read_text()
    assert read_yaml(path).settings["layers"] == Setting(3, "user", "written in recipe.yaml")
    assert [p.name for p in tmp_path.iterdir()] == ["recipe.yaml"]


GOOD = "task: classify\nbase: minilm\nmethod: top\neffort: quick\nseed: 1\n"


def test_words_stay_words_and_small_numbers_numbers(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(GOOD + "settings: {a: no, b: 1e-3, c: 2026-11-22, d: 010, e: true, f: }\n")
    found = {name: setting.value for name, setting in read_yaml(path).settings.items()}
    assert found == {"a": "no", "b": 1e-3, "c": "2026-11-22", "d": "010", "e": True, "f": None}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (GOOD + "sed: 1\n", "sed: unknown, did you mean 'seed'?"),
        (GOOD.replace("quick", "quik"), "did you mean 'quick'?"),
        ("method: top\n", "4 faults"),
        (GOOD + "seed: 2\n", "'seed' stands twice"),
        (GOOD + "settings: {a: 1, a: 2}\n", "'a' stands twice"),
        ("task: [\n", "r.yaml:2"),
        ("- a\n", "holds no recipe"),
        ("", "holds no recipe"),
        (GOOD + "settings: {a: !!python/name:os.system }\n", "could not determine a constructor"),
        (GOOD + "settings: {[a]: 1}\n", "unhashable"),
        (GOOD.replace("seed: 1", "seed: -1"), "seed: should be greater"),
    ],
)
def test_a_faulty_file_is_refused_with_the_reason(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(RecipeError) as caught:
        read_yaml(path)
    assert part in str(caught.value)
    assert caught.value.expected and caught.value.cure


def test_a_missing_or_binary_file_is_a_recipe_error(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="can not read"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(RecipeError, match="can not read"):
        read_yaml(tmp_path / "b.yaml")


# -- flags -----------------------------------------------------------------------------------------------------------
def _app(seen: list[Any]) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    @flags(Other)
    @flags(Training)
    def tune(file: Path, options: Training, other: Other, json: bool = False) -> None:
        """Tune."""
        seen.extend([file, options, other, json])

    return app


def test_flags_reach_the_command_as_checked_options() -> None:
    seen: list[Any] = []
    line = [
        "f.csv",
        "--epochs",
        "5",
        "--no-amp",
        "--refuse",
        "5%",
        "--layers",
        "2",
        "--from",
        "a@1",
        "--json",
        "--depth",
        "1",
    ]
    done = CliRunner().invoke(_app(seen), [*line, "--tags", "x", "--tags", "y"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    file, options, other, json = seen
    assert (file, json, other) == (Path("f.csv"), True, Other(depth=1))
    asked = {"epochs": 5, "amp": False, "refuse": 0.05, "layers": 2, "tags": ["x", "y"], "from_": "a@1"}
    assert given(options) == asked


def test_flags_that_are_not_given_stay_unset() -> None:
    seen: list[Any] = []
    assert CliRunner().invoke(_app(seen), ["f.csv"], catch_exceptions=False).exit_code == 0
    assert given(seen[1]) == {} and seen[1] == Training()


def test_help_shows_description_choices_and_default() -> None:
    text = CliRunner().invoke(_app([]), ["--help"], env={"COLUMNS": "160", "NO_COLOR": "1"}).output
    for part in ("passes over the rows", "[default: (3)]", "linear|cosine", "--no-amp", "--from "):
        assert part in text, part


def test_a_value_out_of_range_is_a_recipe_error() -> None:
    done = CliRunner().invoke(_app([]), ["f.csv", "--epochs", "0", "--refuse", "x"])
    assert isinstance(done.exception, RecipeError)
    assert "the command line: 2 faults" in str(done.exception)


def test_an_unknown_flag_exits_2_with_the_nearest_name() -> None:
    done = CliRunner().invoke(_app([]), ["f.csv", "--epoch", "3"])
    assert done.exit_code == 2 and "--epochs" in done.output


def test_importing_settings_is_cheap() -> None:
    heavy = {"torch", "transformers", "typer", "numpy"}
    code = f"import lingos.settings, sys; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONPATH": "src"}
    )
    assert done.stdout.strip() == "[]"

"""The settings of each method: the person's, else derived from the data with a reason, else the measured default."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lingos.contracts import Setting, Value
from lingos.errors import RecipeError, unknown
from lingos.methods.base import Method
from lingos.settings import Derived, Options, read_yaml, resolve
from lingos.tuning.options import TuneOptions

__all__ = ["asked", "check_names", "derived", "settle"]

STEPS = 400  # a trained method needs about so many steps, however few the rows are
MOST = 25


def asked(options: TuneOptions) -> dict[str, Any]:
    """The method settings that were asked for: the recipe file, then --set, which wins."""
    found: dict[str, Any] = {}
    if options.recipe:
        recipe = read_yaml(Path(options.recipe))
        found |= {name: setting.value for name, setting in recipe.settings.items() if setting.source == "user"}
    for pair in options.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise RecipeError(f"--set {pair} has no '='", expected="--set name=value", cure="e.g. --set epochs=5")
        found[name.strip()] = value.strip()
    return found


def derived(method: Method, rows: int) -> Derived:
    """What follows from the data: few rows are passed over more often."""
    if method.reads != "states" or "epochs" not in method.Settings.model_fields:
        return {}
    default = method.Settings()
    steps = max(1, rows // default.batch_rows)  # type: ignore[attr-defined]
    epochs = min(MOST, max(default.epochs, round(STEPS / steps)))  # type: ignore[attr-defined]
    if epochs == default.epochs:  # type: ignore[attr-defined]
        return {}
    return {"epochs": (epochs, f"{rows} rows: about {epochs * steps} steps")}


def settle(method: Method, user: Mapping[str, Any], rows: int, alone: bool) -> tuple[Options, dict[str, Setting]]:
    """The settings of one method. On a ladder (`alone` false) each method takes only the names that it knows."""
    known = method.Settings.model_fields
    if not alone:
        user = {name: value for name, value in user.items() if name in known}
    return resolve(method.Settings, user, derived(method, rows))


def check_names(user: Mapping[str, Value], methods: list[Method]) -> None:
    """A name that no method of the ladder knows is an error."""
    known = {name for method in methods for name in method.Settings.model_fields}
    for name in user:
        if name not in known:
            raise unknown("setting", name, known)

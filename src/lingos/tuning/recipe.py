"""The settings of each method: the person's, else derived from the data with a reason, else the measured default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lingos.backbones import catalog
from lingos.backbones.text import EMBEDDED
from lingos.contracts import BackboneInfo, Schema, Setting, Value
from lingos.errors import RecipeError, unknown
from lingos.methods.base import Method, head_kind, method, names
from lingos.settings import Derived, Options, read_yaml, resolve
from lingos.tasks.base import label_texts
from lingos.tuning.options import TuneOptions
from lingos.words.said import Said

__all__ = ["asked", "check_names", "derived", "merged", "settle"]

KEYS = ("task", "base", "method", "effort", "seed", "calibrate")  # of a recipe file; each is an option as well

STEPS = 250  # a trained method needs about so many steps, however few the rows are
MOST = 25
FEW = 20  # rows a label, at most, for the settings that a method has measured for few rows
COARSE = 20  # labels, at most, for those that it has measured for few labels


def merged(options: TuneOptions) -> TuneOptions:
    """The options, with the keys of the recipe file where no flag was given.

    Raises:
        RecipeError: a flag and the file say different things; every such pair is told.
    """
    if not options.recipe:
        return options
    recipe = read_yaml(Path(options.recipe))
    told: dict[str, Any] = {name: getattr(recipe, name) for name in KEYS}
    told["base"] = told["base"] or "none"
    told = {name: value for name, value in told.items() if value is not None}
    given = {name: getattr(options, name) for name in told if name in options.model_fields_set}
    odd = [name for name, value in given.items() if _plain(name, value) != _plain(name, told[name])]
    if odd:
        pairs = "; ".join(f"--{name} {given[name]}, but the file says {name}: {told[name]}" for name in odd)
        raise RecipeError(
            f"the command line and {options.recipe} contradict each other: {pairs}",
            expected="each of them once, or alike",
            cure=f"leave out {' and '.join(f'--{name}' for name in odd)}, or change the file",
        )
    return options.model_copy(update=told)


def asked(options: TuneOptions) -> dict[str, Any]:
    """The method settings that were asked for: all that stands in the recipe file, then --set, which wins."""
    found: dict[str, Any] = {}
    if options.recipe:
        found |= {name: setting.value for name, setting in read_yaml(Path(options.recipe)).settings.items()}
    for pair in options.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise RecipeError(f"--set {pair} has no '='", expected="--set name=value", cure="e.g. --set epochs=5")
        found[name.strip()] = value.strip()
    return found


def derived(method: Method, schema: Schema, only_means: Said | None = None) -> Derived:
    """What follows from base and data: few rows are passed over more often, with what the method has measured for
    them; so is what it has measured for few labels, and where class means are the only start, and `only_means` says why
    they are.
    """
    default, rows, labels = method.Settings(), sum(schema["counts"]), schema["labels"]
    found: Derived = {}
    if len(labels) <= COARSE:
        reason = Said("derived.coarse", {"labels": len(labels)})
        found = {name: (value, reason) for name, value in method.special.get("coarse", {}).items()}
    if only_means is not None:
        found = {**found, **{name: (value, only_means) for name, value in method.special.get("means", {}).items()}}
    if rows <= FEW * len(labels):
        reason = Said("derived.few", {"rows": rows, "labels": len(labels)})
        telling = all(any(letter.isalpha() for letter in text) for text in label_texts(schema))
        wanted = {
            name: value for name, value in method.special.get("few", {}).items() if name != "label_names" or telling
        }
        found = {**found, **{name: (value, reason) for name, value in wanted.items()}}
    if method.reads != "states" or "epochs" not in method.Settings.model_fields:
        return found
    steps = max(1, rows // default.batch_rows)  # type: ignore[attr-defined]
    usual = found["epochs"][0] if "epochs" in found else default.epochs  # type: ignore[attr-defined]
    epochs = min(MOST, max(int(usual), round(STEPS / steps)))
    if epochs != usual:
        found = {**found, "epochs": (epochs, Said("derived.steps", {"rows": rows, "steps": epochs * steps}))}
    return found


def settle(
    method: Method,
    user: Mapping[str, Any],
    schema: Schema,
    alone: bool,
    info: BackboneInfo | None = None,
    warm: bool = False,
) -> tuple[Options, dict[str, Setting]]:
    """The settings of one method. On a ladder (`alone` false) each method takes only the names that it knows. `warm`:
    its layers come from another skill.

    Each reason is `Said`: a recipe keeps it in English, the report tells it in the language of the skill.
    """
    known = method.Settings.model_fields
    if not alone:
        user = {name: value for name, value in user.items() if name in known}
    only_means = _only_means(method, info, warm)
    if only_means is not None and user.get("begin") == "head" and "begin" in known:
        raise RecipeError(
            f"begin=head changes nothing in {method.name}: {only_means}",
            expected="begin=means",
            cure="leave begin out",
        )
    found = derived(method, schema, only_means)
    values, settings = resolve(method.Settings, user, found)
    return values, {name: replace(one, reason=_reason(name, one, found)) for name, one in settings.items()}


def _only_means(method: Method, info: BackboneInfo | None, warm: bool) -> Said | None:
    """Why no head can be fitted on frozen vectors before the layers move; None where one can."""
    if info is not None and head_kind(method, info) == "family":
        return Said("derived.head", {"base": info.name})
    return Said("derived.warm") if warm else None


def _reason(name: str, setting: Setting, found: Derived) -> str:
    """The reason that `resolve` gives, in every language."""
    if setting.source == "default":
        return Said("the default")
    if setting.source == "derived":
        return setting.reason
    value, reason = found.get(name, (None, ""))
    return Said("asked.instead", {"value": value, "reason": reason}) if name in found else Said("asked for")


def check_names(user: Mapping[str, Value], methods: list[Method]) -> None:
    """A name that no method of the ladder knows is an error; one that another method knows says which."""
    known = {name for method in methods for name in method.Settings.model_fields}
    for name in user:
        if name in known:
            continue
        others = [other for other in names() if name in method(other).Settings.model_fields]
        if not others:
            raise unknown("setting", name, known)
        raise RecipeError(
            f"'{name}' changes nothing in {' or '.join(one.name for one in methods)}",
            expected=f"one of {', '.join(sorted(known))}",
            cure=f"leave it out, or choose a method that has it: {', '.join(others)}",
        )


def _plain(name: str, value: Any) -> Any:
    """The same base has more than one name."""
    if name != "base" or value == EMBEDDED:
        return "default" if name == "base" else value
    entry = catalog.find(value)
    return entry.hub if entry else value

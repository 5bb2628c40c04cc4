"""One typed class of options gives Python arguments, recipe file and command-line flags.

A stage declares its options once: a subclass of `Options` whose fields carry a default and a description. From it come
checked values (`parse`), values with source and reason (`resolve`) and flags (`flags`). A recipe is one YAML file.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import types
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.fields import FieldInfo

from lingos.contracts import Recipe, Setting, Value
from lingos.errors import RecipeError, nearest

__all__ = ["Options", "Share", "flags", "given", "parse", "read_yaml", "resolve", "write_yaml"]


class Options(BaseModel):
    """Base of every class of options: frozen, and an unknown name is an error.

    Describe each field: the text is the flag's help. `Literal` gives choices, `bool` a pair of flags.

    >>> class Training(Options):
    ...     epochs: int = Field(3, ge=1, description="passes over the rows")
    >>> parse(Training, {"epochs": "5"}, "recipe.yaml").epochs
    5
    """

    # Building late keeps importing cheap: `lingos predict` never builds the options of training.
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        allow_inf_nan=False,
        protected_namespaces=(),
        defer_build=True,
    )

    @model_validator(mode="wrap")
    @classmethod
    def _tell(cls, values: Any, check: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Whatever is wrong is told as LingOS tells it, wherever the options are made."""
        try:
            return check(values)
        except ValidationError as error:
            raise _all_faults(cls, error, str(info.context or cls.__name__)) from None


AnyOptions = TypeVar("AnyOptions", bound=Options)
Result = TypeVar("Result")
Derived = Mapping[str, tuple[Any, str]]  # name -> (value, reason)


def _share(value: object) -> object:
    text = value.strip() if isinstance(value, str) else ""
    return float(text[:-1]) / 100 if re.fullmatch(r"\d+(\.\d+)?\s*%", text) else value


Share = Annotated[float, BeforeValidator(_share), Field(ge=0.0, le=1.0)]  # may be written as "5%"


def parse(cls: type[AnyOptions], mapping: Mapping[str, Any], source: str) -> AnyOptions:
    """Check `mapping` against `cls`; `source` says in the message where the values stand.

    Raises RecipeError with every fault at once and the nearest name for each unknown one.

    >>> class Training(Options):
    ...     epochs: int = Field(3, ge=1, description="passes over the rows")
    >>> parse(Training, {"epoch": 5}, "recipe.yaml")
    Traceback (most recent call last):
    lingos.errors.RecipeError: recipe.yaml: 1 fault
      epoch: unknown, did you mean 'epochs'?
      expected: one of epochs
      do now:   mend what is listed
    """
    return cls.model_validate(dict(mapping), context=source)


def given(options: Options) -> dict[str, Any]:
    """The values that were asked for, without those that are only defaults.

    >>> class Training(Options):
    ...     epochs: int = 3
    ...     seed: int = 0
    >>> given(Training(seed=7))
    {'seed': 7}
    """
    return {name: getattr(options, name) for name in type(options).model_fields if name in options.model_fields_set}


def resolve(cls: type[AnyOptions], user: Mapping[str, Any], derived: Derived) -> tuple[AnyOptions, dict[str, Setting]]:
    """Settle every field: the user's value, else the derived one with its reason, else the default.

    >>> class Training(Options):
    ...     epochs: int = 3
    ...     batch: int = 32
    >>> options, settings = resolve(Training, {"epochs": 5}, {"batch": (64, "short texts")})
    >>> options.batch, settings["batch"].source, settings["batch"].reason
    (64, 'derived', 'short texts')
    """
    options = parse(cls, {name: value for name, (value, _) in derived.items()} | dict(user), "the settings")
    values = options.model_dump(mode="json")
    return options, {name: _setting(name, value, user, derived) for name, value in values.items()}


def _setting(name: str, value: Value, user: Mapping[str, Any], derived: Derived) -> Setting:
    if name in user:
        instead = f", instead of {derived[name][0]} ({derived[name][1]})" if name in derived else ""
        return Setting(value, "user", f"asked for{instead}")
    return Setting(value, "derived", derived[name][1]) if name in derived else Setting(value, "default", "the default")


# -- faults ----------------------------------------------------------------------------------------------------------
def _all_faults(cls: type[Options], error: ValidationError, source: str) -> RecipeError:
    faults: dict[str, list[Any]] = {}
    for fault in error.errors(include_url=False):
        faults.setdefault(str(fault["loc"][0]) if fault["loc"] else "all", []).append(fault)
    lines = [f"  {name}: {_told(cls, name, of_name)}" for name, of_name in faults.items()]
    described = [f"{name}: {field.description}" for name, field in cls.model_fields.items() if name in faults]
    names = [f"one of {', '.join(sorted(cls.model_fields))}"] if faults.keys() - cls.model_fields.keys() else []
    head = f"{source}: {len(lines)} fault{'s' * (len(lines) > 1)}"
    return RecipeError("\n".join([head, *lines]), expected="; ".join(described + names), cure="mend what is listed")


def _told(cls: type[Options], name: str, faults: list[Any]) -> str:
    kinds = {fault["type"] for fault in faults}
    if kinds == {"missing"}:
        return "missing"
    if kinds == {"extra_forbidden"}:
        return "unknown" + _guess(name, cls.model_fields)
    texts = [re.sub(r"^(Input|Value error,) |, unable to parse .*", "", fault["msg"]) for fault in faults]
    choices = re.findall(r"'([^']*)'", " ".join(str(fault.get("ctx", {}).get("expected", "")) for fault in faults))
    found = repr(faults[0]["input"])
    shown = found if len(found) <= 60 else f"{found[:60]}..."
    return f"{' or '.join(dict.fromkeys(texts))}, not {shown}" + _guess(str(faults[0]["input"]), choices)


def _guess(name: str, known: Iterable[str]) -> str:
    return "".join(f", did you mean '{guess}'?" for guess in nearest(name, known, 1))


# -- the recipe file -------------------------------------------------------------------------------------------------
class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars only: `no` is a word, `1e-3` a number. A key that stands twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found = super().construct_mapping(node, deep=deep)
        if len(found) < len(node.value):
            names = [key.value for key, _ in node.value]
            twice = next((name for name in names if names.count(name) > 1), "a key")
            raise yaml.MarkedYAMLError(problem=f"'{twice}' stands twice", problem_mark=node.start_mark)
        return found


class _Dumper(yaml.SafeDumper):
    """Quotes what `_Loader` would not read back as text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_NUMBER = r"[-+]?(\.(inf|nan)|([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)"
_SCALARS = {"bool": "true|false", "null": "null|~|", "int": "[-+]?(0|[1-9][0-9]*)", "float": _NUMBER}
for _class in (_Loader, _Dumper):
    _class.yaml_implicit_resolvers = {}
    for _tag, _pattern in _SCALARS.items():
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), None)


class _File(Options):
    task: str = Field(description="what is predicted, e.g. classify")
    base: str = Field(description="the pretrained model, e.g. minilm; empty for a method without one")
    method: str = Field(description="which parameters move, e.g. top")
    effort: Literal["quick", "normal", "thorough"] = Field(description="how much time to spend")
    seed: int = Field(ge=0, description="the seed of all chance")
    calibrate: Literal["folds", "held"] | None = Field(None, description="which rows set the scores")
    settings: dict[str, Any] = Field(default={}, description="name: value, a line each")


def read_yaml(path: Path) -> Recipe:
    """Read a recipe. What stands in the file was asked for, so the source of every setting is `user`.

    Raises RecipeError for a missing file, bad YAML with its line, a key that stands twice, unknown and missing keys.
    """
    try:
        found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        cure = "check the path, the rights and the encoding; the skill's recipe.yaml shows how one looks"
        what = f"can not read the recipe {path}: {error}"
        raise RecipeError(what, expected="a YAML file in UTF-8", cure=cure) from None
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        what = f"{place}: {getattr(error, 'problem', None) or error}"
        raise RecipeError(what, expected="YAML, one 'name: value' a line", cure="mend that line") from None
    if not isinstance(found, dict):
        cure = "write one 'name: value' a line; the skill's recipe.yaml shows how one looks"
        raise RecipeError(f"{path} holds no recipe", expected=f"the keys {', '.join(_File.model_fields)}", cure=cure)
    file = parse(_File, found, str(path))
    settings = {name: Setting(value, "user", f"written in {path.name}") for name, value in file.settings.items()}
    return Recipe(file.task, file.base, file.method, file.effort, file.seed, settings, file.calibrate)


def write_yaml(recipe: Recipe, path: Path) -> None:
    """Write a recipe for people: source and reason stand as a comment behind each value. Replaces the file at once."""
    lines = ["# A LingOS recipe. Every value is used as it stands here."]
    lines += [f"{name}: {_flow(getattr(recipe, name))}" for name in ("task", "base", "method", "effort", "seed")]
    lines += [f"calibrate: {recipe.calibrate}"] if recipe.calibrate else []
    lines += ["settings:" if recipe.settings else "settings: {}"]
    for name, setting in recipe.settings.items():
        comment = " ".join(f"{setting.source}: {setting.reason}".split())
        lines.append(f"{f'  {_flow(name)}: {_flow(setting.value)}':<32}  # {comment}")
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.replace(path)


def _flow(value: Value, readable: bool = True) -> str:
    text = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, allow_unicode=readable, width=1 << 30, sort_keys=False
    )
    # Characters that YAML takes for line ends (U+0085, U+2028) only survive when they are written as escapes.
    kept = not readable or yaml.load(text, Loader=_Loader) == value  # noqa: S506 - a SafeLoader
    return text.removesuffix("\n").removesuffix("\n...") if kept else _flow(value, readable=False)


# -- flags -----------------------------------------------------------------------------------------------------------
def flags(cls: type[Options]) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Give a typer command one flag per field of `cls`, in place of its parameter of that type.

    Put it below `@app.command()`; stack it for several classes. A flag that is not given stays unset, so `given` tells
    what was asked for. A type that a shell can not write, such as `Share`, arrives as text and is checked by `parse`.

    >>> class Training(Options):
    ...     epochs: int = Field(3, ge=1, description="passes over the rows")
    >>> @flags(Training)
    ... def tune(options: Training) -> int:
    ...     return options.epochs
    >>> tune(epochs=2), list(inspect.signature(tune).parameters)
    (2, ['epochs'])
    """

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        signature = inspect.signature(function, eval_str=True)
        [slot] = [name for name, parameter in signature.parameters.items() if parameter.annotation is cls]
        kept = [parameter for name, parameter in signature.parameters.items() if name != slot]
        signature = signature.replace(parameters=[*kept, *(_flag(cls, *field) for field in cls.model_fields.items())])

        @functools.wraps(function)
        def _command(*positional: Any, **named: Any) -> Result:
            asked = {name: named.pop(name, None) for name in cls.model_fields}
            asked = {name: value for name, value in asked.items() if value is not None}
            return function(*positional, **named, **{slot: parse(cls, asked, "the command line")})

        _command.__signature__ = signature  # type: ignore[attr-defined]
        _command.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
        return _command

    return decorate


def _flag(cls: type[Options], name: str, field: FieldInfo) -> inspect.Parameter:
    import typer  # the Python interface does without it

    word, kind, default = (
        name.rstrip("_").replace("_", "-"),
        _shell_type(field),
        field.get_default(call_default_factory=True),
    )
    shown = {True: "yes", False: "no"}[default] if isinstance(default, bool) else str(default)
    option: Any = typer.Option(
        f"--{word}/--no-{word}" if kind is bool else f"--{word}",
        help=field.description,
        show_default=False if default in (None, "", [], ()) else shown,
        rich_help_panel=cls.model_config.get("title"),
    )
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )


def _shell_type(field: FieldInfo) -> Any:
    optional = get_origin(field.annotation) in (Union, types.UnionType)
    kinds = [
        kind for kind in (get_args(field.annotation) if optional else [field.annotation]) if kind is not types.NoneType
    ]
    checked = any(isinstance(extra, BeforeValidator) for extra in field.metadata)
    plain = kinds[0] in (bool, int, float, Path, list[str], list[int], list[Path]) or get_origin(kinds[0]) is Literal
    return kinds[0] if plain and len(kinds) == 1 and not checked else str

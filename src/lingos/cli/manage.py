"""Commands on the store: skills list, show, add, promote, rollback, remove, export; code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lingos.cli.console import document, line, show, table
from lingos.errors import RecipeError
from lingos.later import later
from lingos.settings import flags, given
from lingos.tuning.options import ReadingOptions

__all__ = ["add"]

Store = later("lingos.store.store", "Store")
generate = later("lingos.codegen.generate", "generate")
prove = later("lingos.codegen.generate", "prove")
promote_skill = later("lingos.tuning.promote", "promote")
write_plain = later("lingos.compression.interop", "export")
as_json_text = later("lingos.manifest", "to_json")
Name = Annotated[str, typer.Argument(help="skill: name or name@version")]
Alias = Annotated[str, typer.Option(help="alias that moves")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    skills = typer.Typer(help="List, show, add, promote, roll back, remove, export skills.", no_args_is_help=True)
    skills.command("list")(list_skills)
    for command in (show_skill, add_skill, promote, rollback, remove, export):
        skills.command(command.__name__.removesuffix("_skill"))(command)
    app.add_typer(skills, name="skills")
    app.command()(code)


def list_skills(
    name: Annotated[str | None, typer.Argument(help="skill; default: all")] = None, as_json: Json = False
) -> None:
    """List every version with its score, size and aliases."""
    rows = [_row(entry) for entry in Store().entries(name)]
    if as_json:
        document(rows)
        return
    if not rows:
        line("no skills yet: `lingos tune FILE` makes one")
        return
    columns = ["skill", "method", "base", "score", "rows", "MB", "made", "aliases", "fault"]
    shown = [name for name in columns if any(row[name] not in ("", None, []) for row in rows)]
    table("Skills", shown, [[_cell(name, row[name]) for name in shown] for row in rows])


def show_skill(name: Name) -> None:
    """Print the manifest of a skill as JSON: data, recipe with the source of every value, scores, files."""
    show(as_json_text(Store().get(name).manifest).rstrip())


def add_skill(
    folder: Annotated[Path, typer.Argument(help="folder that `lingos skills export NAME --standalone` wrote")],
) -> None:
    """Put a standalone bundle into this store, as the next version of its name."""
    line(f"added: {Store().put(folder)}")


@flags(ReadingOptions)
def promote(
    name: Name,
    reading: ReadingOptions,
    alias: Alias = "production",
    data: Annotated[
        str | None, typer.Option(help="labelled file to judge by; default: the rows both were tested on")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="even if the gate refuses; the log of the alias says so")
    ] = False,
    as_json: Json = False,
) -> None:
    """Let an alias point at this version, if the gate does not find it worse than the one that it points at now.

    `lingos predict NAME` answers with the version that is @production.
    """
    if data is None and given(reading):
        names = ", ".join(f"--{name}" for name in given(reading))
        raise RecipeError(f"{names} without --data", expected="a file to read", cure="name it with --data FILE")
    found = promote_skill(name, alias=alias, data=data, reading=reading, force=force, say=line)
    line(f"{found.sentence()}{' (forced)' * found.forced}")
    line(f"{found.skill.name}@{alias} is now {found.skill}")
    if as_json:
        document(found.to_json())


def rollback(name: Annotated[str, typer.Argument(help="skill")], alias: Alias = "production") -> None:
    """Let an alias point at what it pointed at before."""
    store = Store()
    ref = store.rollback(store.resolve(name).name, alias)
    line(f"{ref.name}@{alias} is {ref} again")


def remove(
    name: Name, force: Annotated[bool, typer.Option("--force", help="even if an alias points at it")] = False
) -> None:
    """Remove one version (name@3) or all versions (name)."""
    gone = Store().remove(name, force=force)
    line(f"removed: {', '.join(map(str, gone))}")


def export(
    name: Name,
    folder: Annotated[Path | None, typer.Argument(help="new or empty folder; default: NAME-FORMAT here")] = None,
    format: Annotated[
        Literal["transformers", "sentence-transformers", "peft", "onnx", "standalone"] | None,
        typer.Option(help="what shall load it; default: transformers"),
    ] = None,
    standalone: Annotated[
        bool,
        typer.Option("--standalone", help="for another LingOS, with the trunk inside; `lingos skills add` takes it"),
    ] = False,
    variant: Annotated[Literal["fp32", "int8"], typer.Option(help="for onnx: which precision")] = "fp32",
) -> None:
    """Write a skill as a plain folder for other programs; its README says how to load it."""
    if standalone and format not in (None, "standalone"):
        raise RecipeError(f"--standalone and --format {format} at once", expected="one form", cure="drop one of them")
    form = "standalone" if standalone else format or "transformers"
    store = Store()
    skill = store.get(name)
    folder = folder or Path(f"{skill.manifest.name}-{form}")
    line(f"{skill.ref} as {form}: {write_plain(skill, store, folder, form, variant=variant)}")


def code(
    name: Name,
    out: Annotated[Path | None, typer.Option(help="new or empty folder; default: NAME-code here")] = None,
    data: Annotated[str | None, typer.Option(help="where the training file lies now, if it was moved")] = None,
    test: Annotated[str | None, typer.Option(help="where the test file lies now, if it was moved")] = None,
    run: Annotated[bool, typer.Option("--run/--no-run", help="run the test that reproduces the score")] = True,
) -> None:
    """Write a plain Python script that trains this skill without LingOS, and a test that reproduces its score."""
    store = Store()
    skill = store.get(name)
    folder = generate(skill, store, out or Path(f"{skill.manifest.name}-code"), data=data, test=test)
    line(f"written: {folder}")
    if run:
        show(prove(folder).rstrip())


def _row(entry: Any) -> dict[str, Any]:
    manifest = entry.manifest
    row: dict[str, Any] = {"skill": str(entry.ref), "method": "", "base": "", "score": None, "rows": None, "made": ""}
    if manifest is not None:
        base = manifest.base.name if manifest.base else ""
        score = (manifest.evaluation.get("primary") or {}).get("value")
        row |= {"method": manifest.method, "base": base, "made": manifest.created, "score": score}
        row |= {"rows": manifest.data.used if manifest.data else None}
    return row | {"MB": round(entry.bytes / 1e6, 2), "aliases": list(entry.aliases), "fault": entry.fault}


def _cell(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else f"{100 * value:.1f}" if name == "score" else str(value)

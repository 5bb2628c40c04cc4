"""Commands that answer: predict, serve. They import neither torch nor transformers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from lingos.cli.console import cells, cut, document, line, pad, show, width
from lingos.cli.file_flags import file_flags
from lingos.cli.texts import from_arguments, from_file, from_stdin
from lingos.errors import DataError, RecipeError
from lingos.later import later

__all__ = ["add"]

WIDEST = 28  # cells of the column of labels
BLOCK = 256  # texts answered together

Store = later("lingos.store.store", "Store")
open_session = later("lingos.inference", "open_session")
engine_options = later("lingos.engines.base", "EngineOptions")
run_server = later("lingos.serving.app", "serve")
Json = Annotated[bool, typer.Option("--json", help="print one JSON document")]


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(predict)
    app.command()(serve)


@file_flags
def predict(
    name: Annotated[str, typer.Argument(help="skill: name, name@3 or name@production")],
    said: dict[str, Any],
    texts: Annotated[list[str] | None, typer.Argument(help="texts; none or - = one a line from standard input")] = None,
    top: Annotated[int, typer.Option(help="labels shown for each text", min=1)] = 3,
    variant: Annotated[str | None, typer.Option(help="fp32 or int8; default: the one that serves")] = None,
    as_json: Json = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="print one JSON object a line, as they come")] = False,
) -> None:
    """Answer texts with a skill, in their order. What it is not sure of is marked as refused."""
    if as_json and jsonl:
        raise RecipeError("--json and --jsonl at once", expected="one document, or one object a line", cure="drop one")
    store = Store()
    skill = store.get(name)
    blocks = _given(texts or [], said, skill.manifest.data)
    threads = 1 if texts else os.cpu_count() or 1  # one text is answered soonest by one thread
    session = open_session(skill, store, variant=variant, top=top, options=engine_options(threads=threads))
    if as_json:
        _document(str(skill.ref), (session(block) for block in blocks))
        return
    labels = ["(refused)", *skill.manifest.schema.get("labels", ())]
    size = min(WIDEST, max(cells(label) for label in labels))
    for block in blocks:
        for text, answer in zip(block, session(block), strict=True):
            if jsonl:
                sys.stdout.write(json.dumps(_plain(answer), ensure_ascii=False) + "\n")
            else:
                _print(text, answer, size, bool(texts))
        sys.stdout.flush()


def serve(
    names: Annotated[list[str], typer.Argument(help="skills to serve")],
    host: Annotated[str, typer.Option(help="address; the default is reachable from this machine only")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port; 0 = any free one", min=0, max=65535)] = 8350,
) -> None:
    """Serve skills over HTTP. A key is made and shown once; every route but /health wants it."""
    run_server(names, host=host, port=port)


def _document(skill: str, answers: Iterator[Any]) -> None:
    """One document. If a row or the end of the input can not be read, it holds what was answered before the error."""
    found: list[dict[str, Any]] = []
    fault: DataError | None = None
    try:
        for some in answers:
            found += map(_plain, some)
    except DataError as error:
        fault = error
    if found or not fault:
        document({"skill": skill, "predictions": found})
    if fault:
        raise fault


def _given(texts: list[str], said: dict[str, Any], data: Any) -> Iterator[list[str]]:
    surplus = [name for name in said if texts not in ([], ["-"]) or ("file" not in said and name != "encoding")]
    if surplus:
        raise RecipeError(
            f"--{surplus[0]} changes nothing here: " + ("the texts are arguments" if texts else "there is no --file"),
            expected="texts, or --file FILE with how it is read, or standard input with --encoding",
            cure=f"drop --{surplus[0]}, or ask for the texts and for the file one after the other",
        )
    if "file" in said:
        blocks = from_file(Path(said["file"]), said, data.text if data else "text")
    elif texts and texts != ["-"]:
        blocks = from_arguments(texts)
    else:
        if sys.stdin.isatty():
            line("one text a line; Ctrl-D ends")
        blocks = from_stdin(said.get("encoding"))
    for block in blocks:
        for start in range(0, len(block), BLOCK):
            yield block[start : start + BLOCK]


def _plain(prediction: Any) -> dict[str, Any]:
    found = {
        "label": prediction.value,
        "score": round(prediction.score, 6),
        "refused": prediction.refused,
        "top": [{"label": label, "score": round(score, 6)} for label, score in prediction.top],
    }
    if prediction.marks or prediction.implied:
        found["marks"] = [{"slot": one.slot, "start": one.start, "end": one.end} for one in prediction.marks]
        found["implied"] = dict(prediction.implied)
    return found


def _print(text: str, answer: Any, size: int, others: bool) -> None:
    """One line a text; with few texts a second one with the labels that came next."""
    label = "(refused)" if answer.refused else str(answer.value)
    start = f"{pad(label, size)}  {answer.score:.2f}  "
    show(start + cut(text, max(20, width() - size - 8)))
    if others:
        rest = answer.top if answer.refused else answer.top[1:]
        show(" " * (size + 8) + ", ".join(f"{name} {score:.2f}" for name, score in rest))

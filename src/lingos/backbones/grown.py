"""A pretrained encoder that was taught more characters, kept as what it has more than its source: a few megabytes.

    grow(embedded_folder(), file, target)      # the source and the file -> a model folder

The file is safetensors: "rows" [n, width] are the vectors of the characters in its metadata, any other tensor takes the
place of the source's tensor of that name. Unused tokens are taken first, so that the table grows as little as possible.
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from lingos.errors import BackboneError

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["ROWS", "TABLE", "add_tokens", "grow", "keep", "write_rows"]

UNUSED = re.compile(r"\[unused\d+\]")
TABLE = "embeddings.word_embeddings.weight"
ROWS = "rows"
STALE = ("vocab.txt", "README.md")  # files of the source that speak of another vocabulary


def grow(source: Path, file: Path, target: Path) -> Path:
    """Make a model folder from a source folder and what it is to have more; one that is there stays. The folder."""
    if target.is_dir():
        return target
    made = target.with_name(f".{uuid.uuid4().hex}")
    made.parent.mkdir(parents=True, exist_ok=True)
    with safe_open(file, "numpy") as opened:
        characters = json.loads(opened.metadata()["characters"])
        tensors = {name: opened.get_tensor(name).astype(np.float32) for name in opened.keys()}  # noqa: SIM118
    rows = tensors.pop(ROWS)
    shutil.copytree(source, made)
    places = add_tokens(made, characters)
    write_rows(made, places, rows, tensors)
    shutil.copyfile(file.with_suffix(".md"), made / "README.md")  # its card: languages, licence, what it was made of
    try:
        made.rename(target)
    except OSError:  # another process was sooner
        shutil.rmtree(made, ignore_errors=True)
    return target


def add_tokens(folder: Path, characters: Sequence[str]) -> dict[str, int]:
    """Give each of these characters a token of its own, where it has none; the token id of each.

    Raises:
        BackboneError: another kind of tokenizer.
    """
    saved = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    model = saved["model"]
    if model.get("type", "WordPiece") != "WordPiece":
        raise BackboneError(
            f"the tokenizer of {folder} is {model['type']}", expected="WordPiece", cure="choose a base of that kind"
        )
    vocabulary: dict[str, int] = model["vocab"]
    new = [one for one in dict.fromkeys(characters) if one not in vocabulary]
    free = sorted(number for token, number in vocabulary.items() if UNUSED.fullmatch(token))[: len(new)]
    first = max(vocabulary.values()) + 1
    numbers = [*free, *range(first, first + len(new) - len(free))]
    found = {one: vocabulary[one] for one in characters if one in vocabulary} | dict(zip(new, numbers, strict=True))
    kept = {token: number for token, number in vocabulary.items() if number not in set(free)}
    model["vocab"] = dict(sorted({**kept, **found}.items(), key=lambda one: one[1]))
    (folder / "tokenizer.json").write_text(json.dumps(saved, ensure_ascii=False), "utf-8")
    for stale in STALE:
        (folder / stale).unlink(missing_ok=True)
    return {one: found[one] for one in characters}


def keep(source: Path, made: Path, characters: Sequence[str], file: Path, facts: Mapping[str, str]) -> None:
    """Write what a model folder has more than its source, in fp16; `facts` go into the metadata."""
    old, new = load_file(source / "model.safetensors"), load_file(made / "model.safetensors")
    vocabulary = json.loads((made / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    rows = new[TABLE][[vocabulary[one] for one in characters]]
    changed = {
        name: tensor
        for name, tensor in new.items()
        if name != TABLE and name in old and not np.array_equal(tensor.astype(np.float32), old[name].astype(np.float32))
    }
    halves = {name: np.ascontiguousarray(one.astype(np.float16)) for name, one in {ROWS: rows, **changed}.items()}
    save_file(halves, file, metadata={"characters": json.dumps(list(characters), ensure_ascii=False), **facts})


def write_rows(folder: Path, places: Mapping[str, int], rows: Array, tensors: Mapping[str, Any]) -> None:
    """Put vectors into the table of a model folder, which grows as it must, and replace other tensors."""
    own = load_file(folder / "model.safetensors")
    old = own[TABLE]
    table = np.zeros((max(len(old), max(places.values(), default=0) + 1), old.shape[1]), dtype=np.float32)
    table[: len(old)] = old
    table[list(places.values())] = rows
    save_file({**own, **tensors, TABLE: table}, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": len(table)}, indent=1), "utf-8")

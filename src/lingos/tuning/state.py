"""Where an unfinished run keeps its state: a folder whose name holds all that the state depends on, for one process."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lingos.errors import RecipeError, ResourceError, unwritable
from lingos.integrity import locked
from lingos.training.corpus import Corpus
from lingos.tuning.options import TuneOptions
from lingos.tuning.prepare import Prepared

__all__ = ["alone", "check_one_process", "facts_of_run", "folder_of", "unfinished"]

FREE = {"name", "track", "refuse", "from_", "recipe"}  # options that the state does not depend on, or not by their text

WORLD = ("WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE")  # how launchers tell their number


def check_one_process() -> None:
    """The whole road is for one process: each of several would climb, choose and save a version of its own.

    Raises:
        RecipeError: a launcher has started several.
    """
    told = {name: os.environ.get(name, "") for name in WORLD}
    several = [f"{name}={number}" for name, number in told.items() if number.isdecimal() and int(number) > 1]
    if several:
        raise RecipeError(
            f"several processes were started for one run ({', '.join(several)})",
            expected="tune in one process",
            cure="run it without `accelerate launch` or torchrun; what works under them is `lingos.training.fit.fit`, "
            "which shares the steps of one method among the processes",
        )


def facts_of_run(
    train: str | Path, options: TuneOptions, prepared: Prepared, corpus: Corpus, origin: str
) -> dict[str, Any]:
    """What the state depends on besides the settings: rows, options, base, start, machine and version."""
    base, place = corpus.backbone, dataclasses.asdict(corpus.place)
    place.pop("threads")  # a resumed run tells another number of threads by itself
    return {
        "train": str(train),
        "options": options.model_dump(mode="json", exclude=FREE),
        "rows": prepared.fingerprint,
        "base": base.info.sha256 if base else None,
        "max_length": corpus.max_length,
        "origin": origin,
        "place": place,
        "lingos": importlib.metadata.version("lingos"),
    }


def folder_of(home: Path, facts: Mapping[str, Any], settings: Mapping[str, Any]) -> Path:
    """The folder of a run with these facts and settings."""
    text = json.dumps([facts, settings], sort_keys=True, default=str)
    return home / "runs" / hashlib.sha256(text.encode()).hexdigest()[:16]


def unfinished(folder: Path) -> bool:
    """Whether a run has left state behind."""
    return folder.is_dir() and any(place.is_dir() for place in folder.iterdir())


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep the folder for this process; an empty one is removed at the end.

    Raises:
        ResourceError: another process has it, or it can not be made.
    """
    with contextlib.ExitStack() as stack:
        try:
            for place in (folder.parent.parent, folder.parent, folder):
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(locked(folder, wait=False))
        except TimeoutError as error:
            raise ResourceError(
                f"another process is at the same run: {folder} is in use",
                expected="one process for each run",
                cure="wait until it ends, or end it and run the same command again: it goes on from its last state",
            ) from error
        except OSError as error:
            raise unwritable(folder, error) from error
        try:
            yield
        finally:
            if not unfinished(folder):
                shutil.rmtree(folder, ignore_errors=True)

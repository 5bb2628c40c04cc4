"""A data set of the Hugging Face hub, `hub:owner/name[:split]`, or a local folder in the same layout. Asked for by the
prefix only: no other input touches the network. No remote code runs.
"""

from __future__ import annotations

from typing import Any

from lingos.data.formats.parquet import write_batches
from lingos.data.writer import BATCH_ROWS, Writer
from lingos.errors import DataError, LingosError, unknown
from lingos.words.said import Said, listed

__all__ = ["PREFIX", "load", "read"]

PREFIX = "hub:"


def load(name: str) -> tuple[Any, list[Said]]:
    """The data set and notes. `name` with its prefix."""
    try:
        import datasets  # 2 s to import; only this input needs it
    except ImportError:
        raise DataError(
            "the library datasets is not installed",
            expected="datasets, which LingOS installs with itself",
            cure="install it again: pip install datasets; or save the data set as Parquet or CSV and name that file",
        ) from None
    path, _, split = name.removeprefix(PREFIX).partition(":")
    try:
        found = datasets.load_dataset(path)
    except LingosError:
        raise
    except Exception as error:  # the library raises a dozen unrelated kinds
        raise DataError(
            f"the data set '{path}' could not be loaded: {str(error).splitlines()[0] if str(error) else error!r}",
            expected="hub:owner/name or hub:owner/name:split, and a network or a local copy",
            cure="check the name on the hub and the connection; data sets that need their own code are not run",
        ) from error
    splits = list(found)
    if split and split not in splits:
        raise unknown("split", split, splits, DataError)
    chosen = split or ("train" if "train" in splits else splits[0])
    note = Said("note.split", {"name": chosen, "others": listed(splits)})
    return found[chosen], [] if split or len(splits) == 1 else [note]


def read(dataset: Any, writer: Writer) -> None:
    """All columns that are not bytes, as text; class numbers by their names."""
    labels = {
        name: [str(label) for label in feature.names]
        for name, feature in dataset.features.items()
        if hasattr(feature, "names") and isinstance(feature.names, list)
    }
    batches = dataset.with_format("arrow").iter(batch_size=BATCH_ROWS)
    write_batches(batches, labels, writer)

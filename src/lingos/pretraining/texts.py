"""The texts that a bilingual base learns from: sources whose licence allows it, with the licence they declare."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lingos.errors import DataError

__all__ = ["SOURCES", "Source", "pairs", "sentences"]

ENDS = re.compile(r"(?<=[。！？；\n])")
SHORTEST = 6  # characters; shorter pieces say too little to learn from


@dataclass(frozen=True, slots=True)
class Source:
    """One data set: which of its fields are read, and what may be done with it."""

    folder: str
    chinese: str
    english: str  # the field of the translation; "" where there is none
    licence: str


SOURCES = (
    Source("tatoeba_en_zh", "tgt", "src", "CC BY 2.0 FR, tatoeba.org"),
    Source("classical_modern_zh", "tgt", "", "MIT, as its repository declares: NiuTrans/Classical-Modern"),
    Source("text_zh_classics", "text", "", "public domain"),
    Source("chinese_poetry", "text", "", "public domain"),
    Source("ha_intents_zh", "text", "", "CC BY 4.0, Home Assistant"),
)


def pairs(data: Path) -> list[tuple[str, str]]:
    """(Chinese, English) of the training rows of every source that has both."""
    return [
        (str(row[source.chinese]), str(row[source.english]))
        for source in SOURCES
        if source.english
        for row in _rows(data / source.folder)
    ]


def sentences(data: Path, length: int = 60) -> list[str]:
    """Pieces of Chinese text of at most `length` characters, whole sentences where they fit, of all sources."""
    found: list[str] = []
    for source in SOURCES:
        if source.english:
            continue
        for row in _rows(data / source.folder):
            found += _pieces(str(row[source.chinese]), length)
    return found


def _pieces(text: str, length: int) -> Iterator[str]:
    held = ""
    for sentence in ENDS.split(text):
        one = sentence.strip()
        while len(one) > length:
            yield one[:length]
            one = one[length:]
        if held and len(held) + len(one) > length:
            yield held
            held = ""
        held += one
    if len(held) >= SHORTEST:
        yield held


def _rows(folder: Path) -> Iterator[Mapping[str, Any]]:
    plain, packed = folder / "train.jsonl", folder / "train.jsonl.gz"
    if not plain.exists() and not packed.exists():
        raise DataError(f"no {plain}", expected="the shared data sets", cure="set LINGOS_DATA to their folder")
    with plain.open(encoding="utf-8") if plain.exists() else gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)

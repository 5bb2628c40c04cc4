"""Texts that belong to no label of a skill: a method that is trained learns that no class is theirs, and refuses them.

`everyday` are 2,500 short texts from 65 fields of life, in English and Chinese, that come with LingOS; those that lie
among the training rows are left out. Choose a file where you know what else people will say, `everyday` where not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lingos.data.readers import ReadOptions, read
from lingos.data.source import Source
from lingos.errors import DataError, RecipeError
from lingos.methods.base import Method
from lingos.text.language import addressed
from lingos.text.normalise import clean
from lingos.training.corpus import Corpus
from lingos.tuning.naming import STDIN
from lingos.tuning.options import TuneOptions
from lingos.tuning.prepare import Prepared

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["EVERYDAY", "check_outside", "everyday", "learns", "outside_texts"]

EVERYDAY = "everyday"
MOST = 5_000  # texts that are learned, and never more than there are training rows
ROWS = 4_000  # training rows that everyday texts are compared with


def everyday(language: str = "multi") -> list[str]:
    """The texts that come with LingOS, of one language or of both.

    >>> len(everyday()) == len(everyday("en")) + len(everyday("zh")) > 2000
    True
    """
    lines = Path(__file__).with_name("everyday.jsonl").read_text("utf-8").splitlines()
    texts = [str(json.loads(line)["text"]) for line in lines]
    return texts if language == "multi" else [text for text in texts if addressed(text) == language]


def learns(method: Method) -> bool:
    """Whether a method learns from texts from outside: those that are trained step by step do."""
    return method.reads == "states"


def check_outside(options: TuneOptions, methods: Sequence[Method]) -> None:
    """What can be told before a base is loaded.

    Raises:
        RecipeError: no method would learn from the texts, or nothing is refused. DataError: the file can not be read.
    """
    if options.outside is None:
        return
    if not options.refuse:
        raise RecipeError(
            "--outside changes nothing where nothing is refused",
            expected="the share of in-scope texts that may be refused as well",
            cure='say it, e.g. --refuse "5%"',
        )
    if options.base == "none" or not any(map(learns, methods)):
        told = "there is no base" if options.base == "none" else f"{options.method} is solved in one go"
        raise RecipeError(
            f"--outside is learned by methods that are trained on a base, and {told}",
            expected="a base, and a method such as head or top",
            cure="leave --outside out, or name such a base and method",
        )
    file = options.outside
    if file not in (EVERYDAY, STDIN) and not file.startswith("hub:") and not Path(file).expanduser().exists():
        raise DataError(
            f"no file {file}" if file.strip() else "the name of the file of outside texts is empty",
            expected=f"a file of texts that belong to no label, or {EVERYDAY}",
            cure="check the path",
        )


def outside_texts(options: TuneOptions, prepared: Prepared, corpus: Corpus) -> tuple[list[str], int]:
    """(texts, how many were left out): blank ones, repeated ones, those that the training file or a test row has too,
    of `everyday` those that lie among the training rows, and, drawn evenly, those that outnumber the training rows.

    Raises:
        DataError: the file can not be read, or no text is left.
    """
    common, source = options.outside == EVERYDAY, prepared.source
    language = source.language if source.language in ("en", "zh") else "multi"
    told = everyday(language) if common else _read(str(options.outside), source)
    own = [*source.column(source.columns.text).to_pylist(), *(row.fields["text"] for row in prepared.test)]
    known = {clean(str(text)) for text in own if text}
    texts = [text for text in dict.fromkeys(map(clean, told)) if text and text not in known]
    if common and texts:
        texts = [text for text, odd in zip(texts, _among(texts, corpus, options.seed), strict=True) if not odd]
    if not texts:
        raise DataError(
            f"{options.outside} has no text that is not in the training file or among the test rows",
            expected="texts that belong to no label",
            cure="give another file of such texts" + ("" if common else f", or --outside {EVERYDAY}"),
        )
    most = min(MOST, len(corpus))
    return [texts[k] for k in _some(len(texts), most, options.seed)], len(told) - min(len(texts), most)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _read(file: str, source: Source) -> list[str]:
    found = read(file, own={"text": source.columns.text}, options=ReadOptions(labelled=False))
    return [text or "" for text in found.column(found.columns.text).to_pylist()]


def _among(texts: list[str], corpus: Corpus, seed: int) -> Array:
    """Which texts lie nearer to their nearest training row than the next row of its class does: they may well belong to
    it (edited neighbours, after Wilson 1972).
    """
    rows = _some(len(corpus), ROWS, seed)
    own, targets = corpus.encode([corpus.texts[k] for k in rows]), corpus.targets[rows]
    cosines = own @ own.T
    np.fill_diagonal(cosines, -2)
    fellow = np.where(targets[:, None] == targets[None, :], cosines, -2).max(1)
    fellow = np.where(fellow < -1, cosines.max(1), fellow)  # a class of one row
    near = corpus.encode(texts) @ own.T
    return np.asarray(near.max(1) > fellow[near.argmax(1)])


def _some(count: int, most: int, seed: int) -> Array:
    return np.sort(np.random.default_rng([seed, 13]).permutation(count)[:most])

"""Another language for a pretrained encoder: characters that its vocabulary lacks get tokens and first vectors.

Choose it over training from nothing where a good encoder of another language is at hand: its layers stay useful
(Artetxe et al. 2020, "On the Cross-lingual Transferability of Monolingual Representations"). WordPiece vocabularies
only.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load_file

from lingos.backbones.grown import TABLE, add_tokens, write_rows
from lingos.text.ngrams import HAN

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Extended", "extend", "frequent"]

RIDGE = 3.0  # of the first vectors: how many rows' weight the mean vector has


class Extended(dict[str, int]):
    """Character -> token id, of all that got a first vector."""


def frequent(texts: Iterable[str], count: int) -> list[str]:
    """The most frequent Chinese characters, most frequent first.

    >>> frequent(["好人好好", "ok 人"], 2)
    ['好', '人']
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(HAN.findall(text))
    return [character for character, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:count]]


def extend(source: Path, target: Path, characters: Sequence[str], pairs: Sequence[tuple[str, str]] = ()) -> Extended:
    """Copy a model folder with tokens and first vectors for these characters; returns them.

    Args:
        source: a folder with model.safetensors, config.json and a tokenizer.json of the kind WordPiece.
        target: is made; an old one is replaced.
        characters: what shall have a token of its own; what has one keeps it, but not its vector.
        pairs: (foreign sentence, its translation): the first vector of a character is such that the mean over a
            sentence's characters comes near the mean of its translation's tokens. Without any: the table's mean.

    Raises:
        BackboneError: another kind of tokenizer.
    """
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target)
    vocabulary = json.loads((source / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    added = Extended(add_tokens(target, characters))
    write_rows(target, added, _starts(added, vocabulary, source, pairs), {})
    return added


# -- helpers ---------------------------------------------------------------------------------------------------------
def _starts(added: Mapping[str, int], vocabulary: Mapping[str, int], source: Path, pairs: Sequence[Any]) -> Array:
    """Ridge regression of a translation's mean vector on the shares of the characters in the sentence."""
    table = load_file(source / "model.safetensors")[TABLE].astype(np.float64)
    middle = table.mean(0)
    place = {character: k for k, character in enumerate(added)}
    seen, wanted = [], []
    for foreign, told in pairs:
        found = [place[one] for one in foreign if one in place]
        tokens = [vocabulary[one] for one in re.findall(r"[a-z]+", told.lower()) if one in vocabulary]
        if found and tokens:
            shares = np.zeros(len(place))
            np.add.at(shares, found, 1 / len(found))
            seen.append(shares)
            wanted.append(table[tokens].mean(0) - middle)
    starts = np.tile(middle, (len(place), 1))
    if seen:
        shares, aims = np.array(seen), np.array(wanted)
        weight = RIDGE / max(1.0, float(np.mean([np.count_nonzero(row) for row in seen]))) ** 2
        starts += np.linalg.solve(shares.T @ shares + weight * np.eye(len(place)), shares.T @ aims)
    return starts.astype(np.float32)

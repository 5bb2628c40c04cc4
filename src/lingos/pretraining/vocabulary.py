"""Another language for a pretrained encoder: characters that its vocabulary lacks get tokens and first vectors.

Choose it over training from nothing where a good encoder of another language is at hand: its layers stay useful
(Artetxe et al. 2020, "On the Cross-lingual Transferability of Monolingual Representations"). WordPiece vocabularies
only. Unused tokens are taken first, so that the table grows as little as possible.
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
from safetensors.numpy import load_file, save_file

from lingos.errors import BackboneError
from lingos.text.ngrams import HAN

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Extended", "extend", "frequent"]

UNUSED = re.compile(r"\[unused\d+\]")
TABLE = "embeddings.word_embeddings.weight"
RIDGE = 3.0  # of the first vectors: how many rows' weight the mean vector has


class Extended(dict[str, int]):
    """Character -> token id, of all that got a first vector."""


def frequent(texts: Iterable[str], count: int) -> list[str]:
    """The most frequent Chinese characters, most frequent first.

    >>> frequent(["好人好", "ok 人"], 2)
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
    saved = json.loads((source / "tokenizer.json").read_text("utf-8"))
    model = saved["model"]
    if model.get("type", "WordPiece") != "WordPiece":
        raise BackboneError(
            f"the tokenizer of {source} is {model['type']}", expected="WordPiece", cure="choose a base of that kind"
        )
    vocabulary: dict[str, int] = model["vocab"]
    new = [one for one in dict.fromkeys(characters) if one not in vocabulary]
    free = sorted(number for token, number in vocabulary.items() if UNUSED.fullmatch(token))
    renamed = set(free[: len(new)])
    kept = {token: number for token, number in vocabulary.items() if number not in renamed}
    first = max(vocabulary.values()) + 1
    numbers = [*free[: len(new)], *range(first, first + len(new) - len(renamed))]
    added = Extended({one: vocabulary[one] for one in characters if one in vocabulary})
    added |= dict(zip(new, numbers, strict=True))
    model["vocab"] = dict(sorted({**kept, **added}.items(), key=lambda one: one[1]))
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target)
    for stale in ("vocab.txt", "README.md"):
        (target / stale).unlink(missing_ok=True)
    (target / "tokenizer.json").write_text(json.dumps(saved, ensure_ascii=False), "utf-8")
    _grow(target, added, _starts(added, vocabulary, source, pairs))
    return added


# -- helpers ---------------------------------------------------------------------------------------------------------
def _grow(folder: Path, added: Mapping[str, int], starts: Array) -> None:
    tensors = load_file(folder / "model.safetensors")
    old = tensors[TABLE]
    table = np.zeros((max(len(old), max(added.values(), default=0) + 1), old.shape[1]), dtype=np.float32)
    table[: len(old)] = old
    table[list(added.values())] = starts
    save_file({**tensors, TABLE: table}, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": len(table)}, indent=1), "utf-8")


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

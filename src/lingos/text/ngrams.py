"""Words and characters of a text as weighted features: the baseline that every method has to beat.

Word 1-2-grams and, inside each word, character 2-5-grams. In Chinese, which writes no spaces, each character is a word,
and character 1-4-grams lie inside each run of them. Weight = (1 + log count) * idf; words and characters are scaled to
unit length apart, so that neither drowns the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["HAN", "RULE", "Ngrams", "features"]

RULE = 2  # how texts are cut; a vocabulary is of use under its own rule alone

SIGNS = r"\u3400-\u9fff\uf900-\ufaff"
HAN = re.compile(f"[{SIGNS}]")
RUN = re.compile(rf"[{SIGNS}]+|[^\W{SIGNS}]+|[^\w\s]")
KEPT = 80_000  # features at most: the most frequent ones


@dataclass(frozen=True)
class Ngrams:
    """A vocabulary with its idf weights. Make it with `Ngrams.of(texts)`.

    >>> grams = Ngrams.of(["turn it on", "turn it off", "turn it on now"])
    >>> rows = grams.rows(["turn it on"])
    >>> round(float((rows[2] ** 2).sum()), 3)
    2.0
    """

    vocabulary: dict[str, int]
    idf: Array  # float32 [v]

    @classmethod
    def of(cls, texts: Iterable[str], minimum: int = 2, kept: int = KEPT) -> Ngrams:
        """Features that stand in at least `minimum` texts, words with their own minimum of one."""
        seen: Counter[str] = Counter()
        number = 0
        for text in texts:
            number += 1
            seen.update(set(features(text)))
        frequent = [(gram, count) for gram, count in seen.items() if count >= (1 if gram[0] == "w" else minimum)]
        frequent.sort(key=lambda pair: (-pair[1], pair[0]))
        chosen = sorted(frequent[:kept])
        idf = np.array([log((1 + number) / (1 + count)) + 1 for _, count in chosen], dtype=np.float32)
        return cls({gram: k for k, (gram, _) in enumerate(chosen)}, idf)

    def rows(self, texts: Sequence[str]) -> tuple[Array, Array, Array]:
        """Sparse rows (indptr, indices, data): the compressed row format of scipy."""
        starts, indices, data = [0], list[int](), list[float]()
        for text in texts:
            for block in self._blocks(text):
                indices.extend(block)
                data.extend(block.values())
            starts.append(len(indices))
        return np.array(starts), np.array(indices, dtype=np.int32), np.array(data, dtype=np.float32)

    def project(self, texts: Sequence[str], weight: Array, bias: Array) -> Array:
        """rows · weight + bias: [n, c] float32, for weight [v, c]."""
        starts, indices, data = self.rows(texts)
        out = np.tile(bias.astype(np.float32), (len(texts), 1))
        for row, (start, stop) in enumerate(pairwise(starts)):
            out[row] += data[start:stop] @ weight[indices[start:stop]].astype(np.float32)
        return out

    def known(self, texts: Sequence[str]) -> Array:
        """Share of each text's weight that lies in features of the vocabulary, float32 [n]; of words and word pairs
        and, where no spaces are written, of characters. A feature that is not there weighs as much as the rarest one.

        >>> [f"{one:.2f}" for one in Ngrams.of(["turn it on", "turn it off"]).known(["turn it on", "turn on", "hi"])]
        ['1.00', '0.63', '0.00']
        """
        rare = float(self.idf.max())
        return np.array([self._known(text, rare) for text in texts], dtype=np.float32)

    def _known(self, text: str, rare: float) -> float:
        counts = Counter(gram for gram in features(text) if (gram[0] == "c") == (HAN.search(gram) is not None))
        within = whole = 0.0
        for gram, count in counts.items():
            place = self.vocabulary.get(gram)
            weight = (1 + log(count)) * (rare if place is None else self._idf[place])
            whole += weight
            within += weight if place is not None else 0.0
        return within / whole if whole else 0.0

    @cached_property
    def _idf(self) -> list[float]:
        """Python's own numbers: reading one out of an array takes five times as long."""
        return [float(one) for one in self.idf.tolist()]

    def _blocks(self, text: str) -> Iterator[dict[int, float]]:
        idf, place_of = self._idf, self.vocabulary.get
        for grams in _words_and_characters(text):
            known = ((place_of(gram), count) for gram, count in Counter(grams).items())
            weights = {place: (1 + log(count)) * idf[place] for place, count in known if place is not None}
            norm = sqrt(sum(weight * weight for weight in weights.values()))
            yield {place: weight / norm for place, weight in weights.items()} if norm else {}


def features(text: str) -> list[str]:
    """The features of a text, repeats included; "w..." are words, "c..." characters.

    >>> features("Hi you")[:3]
    ['whi', 'wyou', 'whi you']
    >>> features("酒店")
    ['w酒', 'w店', 'w酒 店', 'c酒', 'c店', 'c酒店']
    """
    words, characters = _words_and_characters(text)
    return words + characters


def _words_and_characters(text: str) -> tuple[list[str], list[str]]:
    runs = RUN.findall(unicodedata.normalize("NFKC", text).lower())
    words = [word for run in runs for word in (run if HAN.match(run) else (run,))]
    grams = ["w" + word for word in words]
    grams += [f"w{left} {right}" for left, right in pairwise(words)]
    return grams, [gram for run in runs for gram in _characters(run)]


def _characters(word: str) -> list[str]:
    han = HAN.match(word) is not None
    run = word if han else f" {word} "
    sizes = range(1, 5) if han else range(2, 6)
    return ["c" + run[k : k + size] for size in sizes for k in range(len(run) - size + 1)]

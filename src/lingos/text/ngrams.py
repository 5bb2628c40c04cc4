"""Words and characters of a text as weighted features: the baseline that every method has to beat.

Word 1-2-grams and, inside each run of letters, character 2-5-grams (1-4 for Chinese, which writes no spaces). Weight =
(1 + log count) * idf; words and characters are scaled to unit length apart, so that neither drowns the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Ngrams", "features"]

WORD = re.compile(r"\w+|[^\w\s]")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
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
            weight = (1 + log(count)) * (rare if place is None else float(self.idf[place]))
            whole += weight
            within += weight if place is not None else 0.0
        return within / whole if whole else 0.0

    def _blocks(self, text: str) -> Iterator[dict[int, float]]:
        counts = Counter(features(text))
        for kind in ("w", "c"):
            known = {self.vocabulary[g]: n for g, n in counts.items() if g[0] == kind and g in self.vocabulary}
            weights = {k: (1 + log(n)) * float(self.idf[k]) for k, n in known.items()}
            norm = sqrt(sum(w * w for w in weights.values()))
            yield {k: w / norm for k, w in weights.items()} if norm else {}


def features(text: str) -> list[str]:
    """The features of a text, repeats included; "w..." are words, "c..." characters.

    >>> features("Hi you")[:3]
    ['whi', 'wyou', 'whi you']
    >>> "c酒店" in features("酒店不错")
    True
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    words = WORD.findall(plain)
    grams = ["w" + word for word in words]
    grams += [f"w{left} {right}" for left, right in pairwise(words)]
    for word in words:
        grams += _characters(word)
    return grams


def _characters(word: str) -> list[str]:
    han = HAN.search(word) is not None
    run = word if han else f" {word} "
    sizes = range(1, 5) if han else range(2, 6)
    return ["c" + run[k : k + size] for size in sizes for k in range(len(run) - size + 1)]

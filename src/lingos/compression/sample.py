"""Some rows of many, the classes in turn: what a variant learns its own numbers from."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from lingos.contracts import Example

__all__ = ["spread"]


def spread(examples: Sequence[Example], count: int, seed: int = 0) -> list[Example]:
    """At most `count` rows, one of each class, then a second of each, and so on: the first few are spread too.

    Choose it where a rare class must be heard as well. Texts and the seed choose, not the order in the file.

    >>> rows = [Example({"text": str(place)}, "a" if place < 8 else "b", str(place)) for place in range(10)]
    >>> sorted(str(row.target) for row in spread(rows, 4))
    ['a', 'a', 'b', 'b']
    """
    queues: defaultdict[str, list[Example]] = defaultdict(list)
    for row in sorted(examples, key=lambda row: (_draw(seed, row), row.id)):
        queues[str(row.target)].append(row)
    turns = [(turn, label, row) for label, rows in sorted(queues.items()) for turn, row in enumerate(rows)]
    return [row for _, _, row in sorted(turns, key=lambda one: one[:2])[:count]]


def _draw(seed: int, row: Example) -> bytes:
    text = f"{seed}\x1f{row.fields.get('text')}"
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()

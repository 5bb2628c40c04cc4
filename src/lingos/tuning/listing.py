"""The table of methods, made from their classes: `lingos methods` and the docs page print it."""

from __future__ import annotations

import inspect
from typing import Any

from lingos.backbones.catalog import CATALOG
from lingos.methods.base import method, names

__all__ = ["bases", "rows"]

READS = {"texts": "texts, no base", "vectors": "frozen vectors", "states": "the trunk's cached output"}


def rows() -> list[dict[str, Any]]:
    """One row a method, cheapest first: what it reads, when to choose it, its settings with their defaults.

    >>> [row["method"] for row in rows()][:2]
    ['majority', 'tfidf']
    """
    found = []
    for name in names():
        one = method(name)
        doc = inspect.getdoc(type(one)) or ""
        settings = one.Settings().model_dump()
        found.append(
            {"method": name, "reads": READS[one.reads], "choose it": doc.split("\n\n")[0], "settings": settings}
        )
    return found


def bases() -> list[dict[str, Any]]:
    """One row a well-known base; `verified` says whether its facts were checked here."""
    return [
        {
            "id": entry.id,
            "hub": entry.hub,
            "parameters": f"{entry.millions:.0f} M",
            "languages": ", ".join(entry.languages),
            "licence": entry.licence or "unknown",
            "verified": entry.verified,
            "choose it": entry.choose,
        }
        for entry in CATALOG
    ]

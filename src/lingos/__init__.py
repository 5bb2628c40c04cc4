"""LingOS (灵OS): a few labelled examples become a skill of a small language model that one can trust."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

# Before torch loads: threads that wait spin for microseconds only. To spin on is forty times slower on a shared core
# (LOG.md), not to spin at all a fifth slower on cores of one's own (benchmarks/waiting.py).
if os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE") == "PASSIVE":
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")

if TYPE_CHECKING:
    from lingos.errors import LingosError as LingosError
    from lingos.store.store import Store as Store
    from lingos.tuning.explain import explain as explain
    from lingos.tuning.options import ReadingOptions as ReadingOptions
    from lingos.tuning.options import TuneOptions as TuneOptions
    from lingos.tuning.promote import promote as promote
    from lingos.tuning.run import tune as tune
    from lingos.tuning.verbs import check as check
    from lingos.tuning.verbs import compare as compare
    from lingos.tuning.verbs import evaluate as evaluate
    from lingos.tuning.verbs import load as load

# Loaded at first use, so that `import lingos` stays cheap.
PLACES = {
    "LingosError": "lingos.errors",
    "ReadingOptions": "lingos.tuning.options",
    "Store": "lingos.store.store",
    "TuneOptions": "lingos.tuning.options",
    "check": "lingos.tuning.verbs",
    "compare": "lingos.tuning.verbs",
    "evaluate": "lingos.tuning.verbs",
    "explain": "lingos.tuning.explain",
    "load": "lingos.tuning.verbs",
    "promote": "lingos.tuning.promote",
    "tune": "lingos.tuning.run",
}
__all__ = ["LingosError", "ReadingOptions", "Store", "TuneOptions"]
__all__ += ["check", "compare", "evaluate", "explain", "load", "promote", "tune"]


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(f"module 'lingos' has no attribute '{name}'")
    return getattr(importlib.import_module(PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

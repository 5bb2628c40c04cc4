"""Texts that are longer than the model reads."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from lingos.contracts import Finding
from lingos.data.doctor.case import Case, batches
from lingos.words.said import Said, plural

__all__ = ["check"]

MOST_COUNTED = 20_000  # texts that are tokenised; the others are judged by their length in characters
BATCH = 512


def check(case: Case) -> list[Finding]:
    """Finding text-cut, where the caller told how the base counts tokens."""
    model = case.model
    if model is None or not model.max_length or model.count_tokens is None:
        return []
    sizes = np.concatenate([np.empty(0, dtype=np.int64)] + [
        pc.binary_length(batch).fill_null(0).to_numpy(zero_copy_only=False) for batch in batches(case.texts)
    ])  # fmt: skip
    # a token has at least one byte, so a text with fewer bytes than the model reads tokens is never cut
    suspects = np.flatnonzero((sizes >= model.max_length - 1) & case.alive)
    if not len(suspects):
        return []
    rng = np.random.default_rng(case.options.seed)
    counted = suspects if len(suspects) <= MOST_COUNTED else np.sort(rng.choice(suspects, MOST_COUNTED, replace=False))
    tokens = np.array(_count(case, counted), dtype=np.int64)
    cut = counted[tokens > model.max_length]
    if not len(cut):
        return []
    lost = int((tokens[tokens > model.max_length] - model.max_length).sum())
    share = lost / int(tokens[tokens > model.max_length].sum())
    among = "" if len(counted) == len(suspects) else Said("doctor.among", {"count": len(counted)})
    base = {"limit": model.max_length, "base": model.name, "tokens": plural(lost, "token"), "share": share}
    message = Said("doctor.text-cut", {"texts": plural(len(cut), "text"), "among": among, **base})
    return case.finding("text-cut", message, cut)


def _count(case: Case, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
    counts: list[int] = []
    assert case.model is not None and case.model.count_tokens is not None
    for start in range(0, len(rows), BATCH):
        counts += case.model.count_tokens(case.text_of(rows[start : start + BATCH]))
    return counts

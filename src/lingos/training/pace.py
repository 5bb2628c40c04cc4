"""How long one text alone takes, from its words to its logits: what a method will cost each day it is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lingos.text.ngrams import Ngrams
from lingos.training.corpus import Corpus
from lingos.training.fit import Fitted
from lingos.training.hidden import padded

if TYPE_CHECKING:
    from lingos.modules.branch import Branch

__all__ = ["milliseconds"]


def milliseconds(fitted: Fitted, corpus: Corpus, texts: Sequence[str]) -> float:
    """Median over the texts, here and in the precision of the training; the first text wakes the machine up."""
    answer, times = _answer(fitted, corpus), []
    for text in [*texts[:1], *texts]:
        began = time.perf_counter()
        answer(text)
        times.append(time.perf_counter() - began)
    return 1000 * float(np.median(times[1:])) if len(times) > 1 else 0.0


def _answer(fitted: Fitted, corpus: Corpus) -> Callable[[str], Any]:
    if fitted.branch is not None:
        return _through(fitted.branch, fitted.start, corpus)
    tensors = fitted.solution.tensors
    grams = Ngrams({gram: k for k, gram in enumerate(fitted.solution.vocabulary)}, tensors["idf"])
    return lambda text: grams.project([text], tensors["weight"], tensors["bias"])


def _through(branch: Branch, start: int | None, corpus: Corpus) -> Callable[[str], Any]:
    """Tokens, the trunk below `start`, the branch."""
    base, place = corpus.base, corpus.place
    below = [] if start is None else [base.embedding(), *([base.span(0, start)] if start else [])]
    trunk = [module.to(place.device) for module in below]

    def answer(text: str) -> Any:
        states: Any = place.move(padded(base.rows([{"text": text}], corpus.max_length)))
        with torch.inference_mode(), place.autocast():
            for module in trunk:
                states = module(states)
            return branch(states)

    return answer

"""`--calibrate held`: a tenth of the training rows sets the scores and teaches nothing, so that one fit is enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lingos.errors import DataError, RecipeError
from lingos.methods.base import Method
from lingos.training.corpus import Corpus
from lingos.training.held import cut
from lingos.tuning.options import TuneOptions
from lingos.tuning.outside import learns

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["check_held", "held_back"]

MOST = 0.2  # of the rows, at most, where whole clusters are larger than a tenth
FEW = 0.5  # of the classes, at least: the scores are set for all of them


def check_held(options: TuneOptions, methods: Sequence[Method]) -> None:
    """What can be told before a base is loaded.

    Raises:
        RecipeError: methods or starts are compared, which takes folds, or the method takes no time to speak of.
    """
    if options.calibrate != "held":
        return
    if options.method == "auto" or options.from_:
        told = "--from compares two starts" if options.from_ else "method auto compares methods"
        raise RecipeError(
            f"--calibrate held saves the folds, and {told} by them",
            expected="a method that was named, from a fresh start",
            cure="name one with --method, without --from, or leave --calibrate, or calibrate: held of the recipe, out",
        )
    if not all(map(learns, methods)):
        raise RecipeError(
            f"--calibrate held saves fits, and {options.method} is solved in one go",
            expected="a method that is trained on a base, such as top or full",
            cure="leave --calibrate, or calibrate: held of the recipe, out",
        )


def held_back(corpus: Corpus, options: TuneOptions) -> tuple[list[Array], Array]:
    """([rows that set the scores], rows that are learned), as positions; every class is learned, no near duplicates
    stand on both sides.

    Raises:
        DataError: what can be held back is too little for the share that may be refused, of too few classes, or, as
        whole clusters of near duplicates go together, too much.
    """
    learned, held = cut(corpus, np.arange(len(corpus)), options.seed)
    needed = math.ceil(1 / options.refuse - 1e-9) - 1 if options.refuse else 1
    classes = len(np.unique(corpus.targets[held]))
    if needed <= len(held) <= MOST * len(corpus) and classes >= FEW * corpus.classes:
        return [held], learned
    share = f" to refuse {100 * options.refuse:g} %" if options.refuse else ""
    raise DataError(
        f"{len(held)} of {len(corpus)} training rows, of {classes} of {corpus.classes} classes, can be held back to "
        "set the scores",
        expected=f"at least {needed}{share}, at most a fifth, and of half of the classes",
        cure="add rows, let a larger share be refused, or leave --calibrate out: then each row sets them, out of fold",
    )

"""Every error a person can meet: what happened, what was expected, what to do now.

The command line prints the three parts and exits with 2; a program catches `LingosError` or one of its kinds.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from typing import Final

__all__ = [
    "BackboneError",
    "DataError",
    "LingosError",
    "MissingExtra",
    "RecipeError",
    "ResourceError",
    "SkillError",
    "StateError",
    "StoreError",
    "disk_full",
    "missing",
    "nearest",
    "unknown",
    "unwritable",
]


class LingosError(Exception):
    """Base of all errors that LingOS raises on purpose.

    >>> error = LingosError("no file data.csv", expected="a CSV file", cure="check the path")
    >>> print(error)
    no file data.csv
      expected: a CSV file
      do now:   check the path
    """

    def __init__(self, what: str, *, expected: str = "", cure: str = "") -> None:
        super().__init__(what, expected, cure)
        self.what, self.expected, self.cure = what, expected, cure

    def __str__(self) -> str:
        lines = [self.what]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.cure:
            lines.append(f"  do now:   {self.cure}")
        return "\n".join(lines)


class DataError(LingosError):
    """The data can not be read or can not be learned from; the person who owns the file can mend it."""


class RecipeError(LingosError):
    """A setting, flag or name is unknown or out of range; the person who typed it can mend it."""


class BackboneError(LingosError):
    """A pretrained model is missing, damaged or of a kind that is not supported."""


class SkillError(LingosError):
    """A skill bundle is incomplete, altered, or written by another version."""


class StoreError(LingosError):
    """The store refused: no such skill, or an alias moved meanwhile."""


class StateError(LingosError):
    """What was asked does not fit what is so by now: a question answered before, a request that came twice."""


class ResourceError(LingosError):
    """The machine has too little disk, memory or time for what was asked."""


EXTRAS: Final = {  # module -> the extra that brings it
    **dict.fromkeys(("fastapi", "starlette", "uvicorn", "prometheus_client"), "serving"),
    **dict.fromkeys(("sqlalchemy", "apscheduler", "pint", "simpleeval", "emoji"), "assistant"),
    **dict.fromkeys(("recognizers_text", "recognizers_number", "recognizers_date_time"), "assistant"),
    "gradio": "studio",
}


class MissingExtra(LingosError):
    """An optional library is not installed; the message names the extra."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"{library} is not installed",
            expected=f"the extra '{extra}'",
            cure=f"pip install 'lingos[{extra}]'",
        )


def missing(error: Exception) -> MissingExtra | None:
    """The error for a module that is not there and that an extra brings; None for all else.

    >>> str(missing(ModuleNotFoundError(name="sqlalchemy.orm"))).splitlines()[-1].strip()
    "do now:   pip install 'lingos[assistant]'"
    """
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    module = (name or "").partition(".")[0]
    return MissingExtra(module, EXTRAS[module]) if module in EXTRAS else None


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like `name`, best first.

    >>> nearest("learnin_rate", ["epochs", "learning_rate"])
    ['learning_rate']
    """
    return difflib.get_close_matches(name, list(known), n=count, cutoff=0.5)


def unknown(kind: str, name: str, known: Iterable[str], error: type[LingosError] = RecipeError) -> LingosError:
    """The error for a name that is not known: lists what is and guesses the typo.

    >>> print(unknown("method", "tfifd", ["tfidf", "top"]))
    unknown method 'tfifd'
      expected: one of tfidf, top
      do now:   did you mean 'tfidf'?
    """
    names = sorted(known)
    guess = nearest(name, names, 1)
    cure = f"did you mean '{guess[0]}'?" if guess else f"choose one of the {len(names)} known names"
    shown = ", ".join(names[:40]) + (", ..." if len(names) > 40 else "")
    return error(f"unknown {kind} '{name}'", expected=f"one of {shown}" if names else f"any {kind} at all", cure=cure)


def disk_full(error: Exception) -> bool:
    """Whether an error of the system, or of a library that only tells it in words, means that no room is left.

    >>> disk_full(OSError(errno.ENOSPC, "No space left on device")), disk_full(OSError(errno.EACCES, "no"))
    (True, False)
    """
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)


def unwritable(
    place: object, error: OSError, cure: str = "free some space, or set LINGOS_HOME to another disk"
) -> ResourceError:
    """The error for a file or folder that the system does not let us write.

    >>> print(unwritable("a.json", OSError(errno.EACCES, "Permission denied")).what)
    a.json could not be written: Permission denied
    """
    what = f"{place} could not be written: {error.strerror or error}"
    return ResourceError(what, expected="a place with room and the right to write", cure=cure)

"""Who may do what: rights of a person in an app, kept in the journal, so that nobody gets one without a trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from lingos.assistant.journal.entry import Entry, Note
from lingos.contracts import Risk
from lingos.errors import unknown

__all__ = ["ALL", "Grants", "granted"]

ALL = "*"  # every app
RISKS: tuple[Risk, ...] = get_args(Risk)  # least first


@dataclass(frozen=True, slots=True)
class Grants:
    """The rights that hold now: (person, app or *) -> the highest risk that is allowed.

    An app's own line is read before that of all apps. Nobody has a right that was not given.

    >>> grants = Grants({("ana", "*"): "irreversible", ("kid", "home"): "reversible"})
    >>> grants.allow("kid", "home", "reversible"), grants.allow("kid", "home", "irreversible")
    (True, False)
    >>> grants.allow("kid", "desk", "read")
    False
    """

    rights: Mapping[tuple[str, str], Risk | None] = field(default_factory=dict)

    @classmethod
    def read(cls, entries: Iterable[Entry]) -> Grants:
        """The rights after these entries of the kind "grant"; the last one of a person and an app holds."""
        return cls({(one.person, one.facts["app"]): one.facts["most"] for one in entries})

    def allow(self, person: str, app: str, risk: Risk) -> bool:
        """Whether the person may do something of this risk in the app, if it is confirmed where that is needed."""
        key = (person, app) if (person, app) in self.rights else (person, ALL)
        most = self.rights.get(key)
        return most is not None and RISKS.index(risk) <= RISKS.index(most)


def granted(person: str, app: str, most: str | None, by: str) -> Note:
    """The note that gives a right up to a risk, or takes all away (None); `by` is who decided it.

    Raises:
        RecipeError: no such risk.
    """
    if most is not None and most not in RISKS:
        raise unknown("risk", most, RISKS)
    return Note("grant", person, facts={"app": app, "most": most, "by": by})

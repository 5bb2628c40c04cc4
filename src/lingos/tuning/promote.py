"""`promote`: an alias moves to a version that the gate accepts, judged beside the one that is in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lingos.contracts import SkillRef
from lingos.errors import LingosError, StoreError
from lingos.evaluation.evidence import Evidence
from lingos.evaluation.gate import FIRST, Verdict, gate
from lingos.skill import Skill
from lingos.store.store import PRODUCTION, Store
from lingos.tuning import answers
from lingos.tuning.judge import evidence_of
from lingos.tuning.learned import learned, unlearned
from lingos.tuning.options import ReadingOptions
from lingos.tuning.verbs import DETECTED, load, rows_for
from lingos.words.said import Said, coded

__all__ = ["Promotion", "promote"]

File = tuple[str | None, ReadingOptions]  # the labelled file to judge by, and how it is read
Judged = tuple[Verdict, Said]  # the gate's word, and what it looked at


@dataclass(frozen=True)
class Promotion:
    """What the gate said, what it compared, and where the alias points now."""

    skill: SkillRef
    alias: str
    before: SkillRef | None
    accepted: bool
    forced: bool
    reason: Said
    compared: Said
    numbers: Mapping[str, float]
    language: str = "en"

    def sentence(self) -> str:
        """Comparison and verdict, in the language of the skill."""
        return f"{self.compared.told(self.language)}: {self.reason.told(self.language)}"

    def to_json(self) -> dict[str, Any]:
        """What `lingos skills promote --json` prints."""
        before = str(self.before) if self.before else None
        facts = {"skill": str(self.skill), "alias": self.alias, "before": before, "accepted": self.accepted}
        said = coded({"forced": self.forced, "reason": self.reason, "compared": self.compared})
        return facts | said | {"numbers": dict(self.numbers)}


def promote(
    reference: str,
    *,
    alias: str = PRODUCTION,
    data: str | None = None,
    reading: ReadingOptions = DETECTED,
    force: bool = False,
    store: Store | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Promotion:
    """Let `alias` mean a version (`name@3`; `name` = its newest) if the gate accepts it beside what it means now.

    Both are judged by the rows that both were tested on, or by the labelled rows of `data`; rows that one of them has
    learned are left out. `force` moves the alias whatever is found, and the log of the alias says so. With nothing in
    use the version is accepted.

    Raises:
        StoreError: the gate refuses, or there is no row to judge by; the alias stays where it is.
    """
    store = store or Store()
    ref = store.resolve(reference) if "@" in reference else _newest(store, reference)
    now = store.state(ref.name).current().get(alias)
    before = SkillRef(ref.name, now) if now is not None else None
    new = store.get(str(ref))
    try:
        verdict, compared = _verdict(new, before, store, (data, reading), say)
    except LingosError as error:
        if not force:
            raise
        verdict, compared = Verdict(False, Said("promote.unjudged", {"why": error.what}), {}), Said("promote.nothing")
    language = str(new.manifest.schema.get("language", "en"))
    forced = force and not verdict.accepted
    found = Promotion(ref, alias, before, verdict.accepted, forced, verdict.reason, compared, verdict.numbers, language)
    if not (verdict.accepted or force):
        raise _refused(found)
    if before != ref:
        # What the gate looked at must still be in use: another process may have moved the alias meanwhile.
        reason = f"{found.compared}: {found.reason}"
        store.alias(ref.name, alias, ref.version, now, reason=reason, forced=forced)
    return found


# -- what is compared ------------------------------------------------------------------------------------------------
def _verdict(new: Skill, before: SkillRef | None, store: Store, file: File, say: Callable[[str], None]) -> Judged:
    data, reading = file
    if before is None:
        return FIRST, Said("promote.nothing")
    if before == new.ref:
        return Verdict(True, Said("promote.same"), {}), Said("promote.nothing")
    old = store.get(str(before))
    names = {"old": str(old.ref), "new": str(new.ref)}
    if data is None:
        first, second = _kept(old, new)
        return gate(first, second), Said("promote.kept", {**names, "rows": f"{len(first):,}"})
    sessions = [load(str(skill.ref), store=store) for skill in (old, new)]
    rows = rows_for(data, sessions[1], say, reading)
    fair = [rows[k] for k in unlearned([row.id for row in rows], learned(old, new))]
    if not fair:
        raise _nothing(old, new, f"one of them has learned each row of {data}")
    left = Said("promote.left", {"count": len(rows) - len(fair)}) if len(fair) < len(rows) else ""
    first, second = (evidence_of(session, fair) for session in sessions)
    return gate(first, second), Said(
        "promote.data", {**names, "rows": f"{len(fair):,}", "file": Path(data).name, "left": left}
    )


def _kept(old: Skill, new: Skill) -> tuple[Evidence, Evidence]:
    """The answers of both to the test rows that they share."""
    first, second = answers.kept(old), answers.kept(new)
    if first is None or second is None:
        raise _nothing(old, new, f"{(old if first is None else new).ref} does not carry its answers to test rows")
    places = [{row.id: k for k, row in enumerate(one.examples)} for one in (first, second)]
    shared = [name for name in places[0] if name in places[1]]
    fair = [shared[k] for k in unlearned(shared, learned(old, new))]
    if not fair:
        raise _nothing(old, new, "they share no test row that neither has learned")
    rows = [np.array([place[name] for name in fair], dtype=np.int64) for place in places]
    return first.take(rows[0]), second.take(rows[1])


# -- names and errors ------------------------------------------------------------------------------------------------
def _newest(store: Store, name: str) -> SkillRef:
    """The newest version, not the one in use."""
    ref = store.resolve(name)
    return store.resolve(f"{ref.name}@{store.versions(ref.name)[-1]}")


def _nothing(old: Skill, new: Skill, why: str) -> StoreError:
    return StoreError(
        f"{new.ref} can not be compared with {old.ref}, which is in use: {why}",
        expected="labelled rows that neither has learned",
        cure="name a file of them with --data FILE, or promote it unjudged with --force",
    )


def _refused(found: Promotion) -> StoreError:
    return StoreError(
        f"{found.skill} is not promoted. {found.sentence()}",
        expected=f"a version that the gate accepts beside {found.before}",
        cure=f"keep {found.before}, judge by more rows with --data FILE, or promote it anyway with --force",
    )

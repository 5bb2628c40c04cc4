"""Moments that apps keep ring: reminders and timers, in a process that lives long, also after it was killed.

    clock = Clock(apps, world, journal)
    clock.listeners.append(lambda ring: print(ring.told("en")))
    clock.start()  # what came due meanwhile rings now, as late; the rest at its time
    clock.look()   # after each command: a moment may have come, moved or gone

The database holds the truth; the scheduler only wakes up for the next moment, and at times for what another process
has kept. A ring is written in the journal, then told, then removed: who is killed in between tells it once more at the
next start. Rather told twice than never; the journal says it once. One clock at a time for each database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from lingos.assistant.journal.entry import Note
from lingos.assistant.journal.journal import Journal
from lingos.assistant.moments import Moment, Ring, Timed, moments
from lingos.contracts import World
from lingos.errors import MissingExtra

__all__ = ["Clock", "Ring"]

GRACE = timedelta(minutes=1)  # who rings later than that says so
LONGEST_WAIT = timedelta(seconds=30)  # what another process keeps rings at most that much late
AGAIN = timedelta(seconds=10)  # after the database did not answer
LONGEST = 64  # of the id of a call


class Clock:
    """Rings what apps keep. `listeners` are called with each ring, in the scheduler's thread."""

    def __init__(self, apps: Sequence[Timed], world: World, journal: Journal) -> None:
        self.apps, self.world, self.journal = tuple(apps), world, journal
        self.listeners: list[Callable[[Ring], None]] = []
        self._told: set[str] = set()  # keys of what this process has rung
        self._since: datetime | None = None
        self._scheduler: Any = None
        # Two locks: a listener may wait for a command that waits for `look`.
        self._ringing, self._setting = threading.RLock(), threading.Lock()

    def start(self) -> None:
        """Ring what came due while nothing ran, then each moment at its time. MissingExtra without APScheduler."""
        try:
            from apscheduler.schedulers.background import BackgroundScheduler
        except ImportError as error:
            raise MissingExtra("APScheduler", "assistant") from error
        self.stop()
        self._since = self.world.now()
        self.ring_due()
        # A wake-up is never skipped, neither as too late nor because a listener is slow.
        defaults = {"misfire_grace_time": None, "max_instances": 1000}
        self._scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.start()
        self.look()

    def stop(self) -> None:
        """Ring no more; returns after a ring that has begun."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown()

    def look(self) -> None:
        """Look at what is kept and wake up for the next moment. Call it after each command, or if the clock was set."""
        with self._setting:
            coming = [one for one in moments(self.apps, self.world) if one.key not in self._told]
            self._wake_in(min(coming[0].at - self.world.now(), LONGEST_WAIT) if coming else LONGEST_WAIT)

    def ring_due(self) -> list[Ring]:
        """Ring what is due by the world's clock, the oldest first."""
        rings = []
        with self._ringing:
            now = self.world.now()
            for one in (one for one in moments(self.apps, self.world) if one.at <= now):
                if one.key not in self._told:
                    rings.append(self._ring(one, now))
                self.world.things(one.place).apply({one.thing: None}, one.key)
        return rings

    # -- helpers -----------------------------------------------------------------------------------------------------
    def _wake_in(self, time: timedelta) -> None:
        scheduler = self._scheduler
        if scheduler is None:
            return
        scheduler.remove_all_jobs()
        scheduler.add_job(self._wake, "date", run_date=datetime.now(UTC) + max(time, timedelta()), id="next")

    def _wake(self) -> None:
        try:
            self.ring_due()
            self.look()
        except Exception:
            with self._setting:
                self._wake_in(AGAIN)
            raise  # APScheduler logs it

    def _ring(self, one: Moment, now: datetime) -> Ring:
        late = now - one.at > GRACE or (self._since is not None and one.at < self._since)
        call, person = self._made_by(one.thing)
        ring = Ring(one.thing, one.text, one.at, late, person)
        facts = {"what": "rang", "app": one.app, "thing": one.thing, "at": one.at.isoformat()}
        written = self.journal.entries(kinds=("event",), call=call)
        if not any(facts.items() <= entry.facts.items() for entry in written):
            private = {"text": one.text} if person else {}  # of a person who can have it forgotten
            self.journal.append(Note("event", person, call=call, facts={**facts, "late": late}, private=private))
        self._told.add(one.key)
        for listener in self.listeners:
            self._tell(listener, ring, call)
        return ring

    def _tell(self, listener: Callable[[Ring], None], ring: Ring, call: str) -> None:
        try:
            listener(ring)
        except Exception as error:  # one deaf listener keeps no other from hearing it
            facts = {"what": "untold", "thing": ring.id, "why": type(error).__name__}
            self.journal.append(Note("event", ring.person, call=call, facts=facts))

    def _made_by(self, thing: str) -> tuple[str, str]:
        """The call that made a thing, whose id ends its name, and the person; empty where the journal knows none."""
        last = thing.rpartition(" ")[2]
        found = next(self.journal.entries(call=last, kinds=("call",)), None) if len(last) <= LONGEST else None
        return (found.call, found.person) if found is not None else ("", "")

"""Words about moments -> moments: what stands together is one, and of those that may be meant the next one to come.

>>> now = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
>>> [(one.value, one.whole_day) for one in instants("tomorrow morning, 周五, in an hour and a half", now)[0]]
[('2026-11-26T09:00:00+00:00', False), ('2026-11-27T00:00:00+00:00', True), ('2026-11-25T21:30:00+00:00', False)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from lingos.assistant.understanding.clocks import clocks, parts
from lingos.assistant.understanding.dates import dates
from lingos.assistant.understanding.found import Found, Spoken, apart, before
from lingos.assistant.understanding.lengths import DAY, MONTH, YEAR, Length, lengths

__all__ = ["instants", "lasting"]

JOINTS = re.compile(
    r"[\s,，的]*(?:(?:at|on|in|by|around|about|until|till|before|@|在|于|到)\s*)?(?:the\s+)?", re.IGNORECASE
)
ENDS = re.compile(
    r"\s*(?:$|[.,!?;，。！？]|(?:in\s+the|at\s+night|on\s+\w+day|on\s+the|today|tomorrow|tonight|this|please|to)\b)",
    re.IGNORECASE,
)
FOR = re.compile(r"\b(?:alarm|clock|reminder|up)\s+for\s+$", re.IGNORECASE)
IN = re.compile(r"(?:\b(?:in|after)\s+(?:about\s+|exactly\s+)?|(?:再过|过|再等|等))\s*$", re.IGNORECASE)
LATER = re.compile(r"\s*(?:from\s+(?:now|today)\b|later\b|之后|以后|过后|后(?!天(?!气)|[院门面视备]))", re.IGNORECASE)
PAST = re.compile(r"\s*(?:ago\b|earlier\b|之前|以前|前(?![门院面]))", re.IGNORECASE)
EACH = re.compile(r"(?:\b(?:every|each)\s+(?:other\s+)?|每隔?)$", re.IGNORECASE)


def instants(text: str, now: datetime) -> tuple[list[Found], list[Spoken]]:
    """The moments, and all words that were about one, also those that made none."""
    spoken: list[Spoken] = []
    for one in apart(_words(text, now)):
        if spoken and (both := _together(spoken[-1], one, text)):
            spoken[-1] = both
        else:
            spoken.append(one)
    made = (_made(one, now) for one in spoken if not one.barred and _meant(one, text))
    return [one for one in made if one is not None], [one for one in spoken if one.sure or one.barred]


def lasting(text: str) -> list[Length]:
    """The lengths that tell how long, not when: none of "in two hours", "two hours ago", "every two hours"."""
    return [
        one for one in lengths(text)
        if not (_ahead(text, one) or PAST.match(text, one.end) or before(EACH, text, one.start))
    ]  # fmt: skip


# -- helpers ---------------------------------------------------------------------------------------------------------
def _ahead(text: str, length: Length) -> tuple[int, int] | None:
    """Where "in two hours" stands."""
    ahead, behind = before(IN, text, length.start), LATER.match(text, length.end)
    if ahead is None and behind is None:
        return None
    return ahead.start() if ahead else length.start, behind.end() if behind else length.end


def _words(text: str, now: datetime) -> Iterator[Spoken]:
    yield from dates(text, now.date())
    yield from clocks(text)
    yield from parts(text)
    for one in lengths(text):
        if place := _ahead(text, one):
            yield _later(one, place, now)
        elif not PAST.match(text, one.end):  # it is no moment, nor are its numbers
            yield Spoken(one.start, one.end, barred=True, sure=False)


def _later(one: Length, place: tuple[int, int], now: datetime) -> Spoken:
    """Days ahead are days, which a clock may follow; less is a moment of its own."""
    try:
        if one.unit < DAY:
            return Spoken(*place, at=_after(now.replace(microsecond=0), timedelta(seconds=one.seconds)))
        if one.unit < MONTH:
            return Spoken(*place, (now.date() + timedelta(seconds=one.seconds),))
        years, rest = divmod(one.seconds, YEAR)
        return Spoken(*place, (_months(now.date(), int(12 * years + rest // MONTH)),))
    except (OverflowError, ValueError):  # in a million years
        return Spoken(*place, barred=True)


def _after(now: datetime, length: timedelta) -> datetime:
    """Where clocks are put back an hour still has sixty minutes."""
    return (now.astimezone(UTC) + length).astimezone(now.tzinfo) if now.tzinfo else now + length


def _months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _together(one: Spoken, other: Spoken, text: str) -> Spoken | None:
    """Both as one, if they stand together and each tells something else."""
    if not JOINTS.fullmatch(text, one.end, other.start) or one.at or other.at:
        return None
    if (one.days and other.days) or (one.part and other.part) or (one.clock and other.clock):
        return None
    if (one.barred or other.barred) and not (_repeats(one) or _repeats(other)):
        return None
    if one.clock and not (one.sure or other.part or ENDS.match(text, one.end)):
        return None
    if other.clock and not (other.sure or one.part or ENDS.match(text, other.end)):
        return None
    return replace(
        one, end=other.end, days=one.days or other.days, part=one.part or other.part, clock=one.clock or other.clock,
        exact=one.exact or other.exact, sure=True, barred=one.barred or other.barred,
    )  # fmt: skip


def _repeats(one: Spoken) -> bool:
    return one.barred and one.sure


def _meant(one: Spoken, text: str) -> bool:
    """Whether words are about a moment: "7" is where nothing else is said, and in "an alarm for 7"."""
    if one.sure or not text[: one.start].strip() + text[one.end :].strip(" .!?。！？"):
        return bool(one.sure or one.clock)
    return bool(one.clock and before(FOR, text, one.start) and ENDS.match(text, one.end))


def _made(one: Spoken, now: datetime) -> Found | None:
    try:
        when = one.at or _next(one, now)
    except OverflowError:  # the year 10000
        return None
    whole = not (one.at or one.part or one.clock)
    return Found(one.start, one.end, when.isoformat(), whole)


def _next(one: Spoken, now: datetime) -> datetime:
    """The first that is still to come, else the last of them."""
    today = now.date()
    days = one.days or tuple(today + timedelta(days=ahead) for ahead in (-1, 0, 1))
    minute = one.clock[1] if one.clock else 0
    told = [
        datetime.combine(day, time(0), now.tzinfo) + timedelta(hours=hour, minutes=minute)
        for day in days
        for hour in _hours(one, today)
    ]
    return next((when for when in told if when > now), told[-1] if len(days) == 1 else told[0])


def _hours(one: Spoken, today: date) -> list[int]:
    """The hours that may be meant, from midnight of the day: one at night is 25."""
    if one.clock is None:
        return [one.part[0] if one.part else 0]
    hour, lowest = one.clock[0], one.part[1] if one.part else None
    if one.exact or hour > 12:
        return [hour + 24 if lowest is not None and lowest >= 17 and hour < 6 else hour]
    if lowest is not None:
        return [next(told for told in (hour % 12, hour % 12 + 12, hour % 12 + 24) if told >= lowest)]
    if one.days and one.days != (today,):  # of a day to come the waking hours
        return [hour + 12 if hour < 6 else hour]
    return sorted((hour, hour + 12))

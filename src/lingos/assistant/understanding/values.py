"""Words -> values: moments, durations, numbers in English and Chinese, by Microsoft's Recognizers-Text.

>>> from datetime import datetime, UTC
>>> now = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
>>> [one.value for one in moments("十分钟后提醒我关窗", now)]
['2026-11-25T20:10:00+00:00']
>>> [one.value for one in durations("set a timer for an hour and a half")], numbers("调到二十三点五度")[0].value
([5400.0], 23.5)
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from lingos.text.ngrams import HAN

__all__ = ["Found", "durations", "moments", "numbers"]

# Half hours in Chinese, which the library misreads: 一个半小时, 半小时后.
HALVES = re.compile(r"(?:(?P<whole>[一二两三四五六七八九十\d]+)个)?半个?(?P<unit>小时|钟头)")
DIGITS = {word: number for number, word in enumerate("一二三四五六七八九", start=1)} | {"两": 2, "十": 10}
LENGTH = "datetimeV2.duration"
ANY = datetime(2000, 1, 1, tzinfo=UTC)  # a length does not depend on the time
CLOCK = re.compile(r"\d{2}:\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Found:
    """One value and where it stands. A moment is ISO 8601 with time zone, a duration is in seconds."""

    start: int
    end: int
    value: str | float
    whole_day: bool = False  # a moment of which only the day was said; its value is that day's midnight


def moments(text: str, now: datetime) -> list[Found]:
    """Points in time. Of "at six" the next one to come is meant."""
    found: list[Found] = []
    for one in _times(text, now):
        start, end = _place(text, one)
        if one.type_name == LENGTH:
            if found and text[found[-1].end : start].strip() in ("", "and"):  # in 2 hours 30 minutes
                last = datetime.fromisoformat(str(found[-1].value)) + timedelta(seconds=_seconds(one))
                found[-1] = Found(found[-1].start, end, last.isoformat())
            continue
        when = _next(one.resolution["values"], now)
        if when is not None:
            found.append(Found(start, end, when[0].isoformat(), when[1]))
    return found


def durations(text: str) -> list[Found]:
    """Lengths of time, in seconds."""
    found = (one for one in _times(text, ANY) if one.type_name == LENGTH)
    return [Found(*_place(text, one), _seconds(one)) for one in found]


def numbers(text: str) -> list[Found]:
    """Numbers, also in words; percentages as their number: "百分之二十五" is 25."""
    models = _models()
    culture = _culture(text)
    percent = models["percent"](text, culture)
    taken = [(one.start, one.end) for one in percent]
    plain = [
        one for one in models["number"](text, culture) if not any(a <= one.start <= b for a, b in taken)
    ]  # fmt: skip
    found = [
        Found(one.start, one.end + 1, float(one.resolution["value"].rstrip("%")))
        for one in [*percent, *plain]
        if one.resolution and one.resolution["value"] is not None
    ]
    return sorted(found, key=lambda one: one.start)


# -- helpers ---------------------------------------------------------------------------------------------------------
Recognise = Callable[..., list[Any]]


@cache
def _models() -> dict[str, Recognise]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its patterns are older than the `re` of today
        from recognizers_date_time import recognize_datetime
        from recognizers_number import recognize_number, recognize_percentage
    return {"time": recognize_datetime, "number": recognize_number, "percent": recognize_percentage}


def _seconds(one: Any) -> float:
    return float(one.resolution["values"][0]["value"])


def _culture(text: str) -> str:
    return "zh-cn" if HAN.search(text) else "en-us"


def _times(text: str, now: datetime) -> list[Any]:
    plain, _ = _rewritten(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: list[Any] = _models()["time"](plain, _culture(text), reference=now.replace(tzinfo=None))
    return [one for one in found if one.resolution and one.resolution.get("values")]


def _rewritten(text: str) -> tuple[str, list[int]]:
    """Half hours as minutes, and for each character of the result the place of its origin."""
    parts, places, last = [], [], 0
    for one in HALVES.finditer(text):
        whole = one["whole"] or "0"
        hours = int(whole) if whole.isdigit() else DIGITS.get(whole, 0)
        told = f"{60 * hours + 30}分钟"
        parts += [text[last : one.start()], told]
        places += [*range(last, one.start()), *([one.start()] * (len(told) - 1)), one.end() - 1]
        last = one.end()
    return "".join([*parts, text[last:]]), [*places, *range(last, len(text))]


def _place(text: str, one: Any) -> tuple[int, int]:
    _, places = _rewritten(text)
    return places[one.start], places[one.end] + 1


def _next(values: list[dict[str, str]], now: datetime) -> tuple[datetime, bool] | None:
    """The first moment after now that the values allow."""
    told = []
    for value in (one.get("value", "") for one in values):
        if CLOCK.fullmatch(value):
            today = datetime.combine(now.date(), time.fromisoformat(value), now.tzinfo)
            told.append((today if today > now else today + timedelta(days=1), False))
            continue
        try:
            told.append((datetime.fromisoformat(value).replace(tzinfo=now.tzinfo), len(value) == len("2026-11-25")))
        except ValueError:
            continue  # a duration, a span or a repetition
    coming = [one for one in told if one[0] > now or one[1]]
    return min(coming, default=None) or (told[0] if told else None)

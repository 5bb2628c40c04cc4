"""Words -> values: moments, durations and numbers in English and Chinese, each where it stands.

Own small grammars read what people say to an assistant. Only where a text tells of days that these do not know (easter,
yesterday, 3/12/2027) it goes to Microsoft's Recognizers-Text too, which is slow to load, and wrong about much else.

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
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from lingos.assistant.understanding.amounts import amounts
from lingos.assistant.understanding.dates import MONTHS, WEEK
from lingos.assistant.understanding.found import Found, Spoken, apart
from lingos.assistant.understanding.instants import instants, lasting
from lingos.assistant.understanding.spelled import ONES, TENS
from lingos.text.ngrams import HAN

__all__ = ["Found", "durations", "moments", "numbers"]

# Without one of these a text has no value at all.
TOLD = re.compile(
    rf"[\d〇零一二两俩仨三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾半今明后昨前周月日天晚早晨夜午节夕]"
    rf"|\b(?:{'|'.join([*ONES, *TENS, *WEEK, *MONTHS])}|mon|tues?|wed|thur?s?|fri|half|quarter|third|dozen|hundred|noon"
    r"|midday|midnight|mornings?|afternoon|evening|night|to(?:day|morrow|night)|yesterday|seconds?|secs?|min(?:ute)?s?"
    r"|hours?|hrs?|days?|weeks?|fortnight|months?|years?|christmas|easter|halloween|thanksgiving)",
    re.IGNORECASE,
)
FAR = re.compile(  # days that only the library knows
    r"\b(?:yesterday|ago|christmas|easter|thanksgiving|halloween|new\s+year|(?:next|last|this)\s+(?:month|year)|last\s+\w+day)"
    r"|\d[/.]\d+[/.]\d|昨[天日晚]|前天|上个?(?:周|星期|礼拜|月)|下个?月|[月年][初底]|除夕|元旦|春节|端午|中秋|清明|重阳|七夕|元宵|[时钟天]之?前",
    re.IGNORECASE,
)
CLOCK = re.compile(r"\d{2}:\d{2}:\d{2}")


def moments(text: str, now: datetime) -> list[Found]:
    """Points in time, of those that may be meant the next to come; of a day to come its waking hours.

    "at six" is within twelve hours, "tomorrow at three" in the afternoon; without a clock "tonight" is at 20:00.
    """
    if not TOLD.search(text):
        return []
    try:
        found, spoken = instants(text, now)
    except OverflowError:  # now is the last day of the calendar
        return []
    if FAR.search(_without(text, spoken)):
        found += [one for one in _recognised(text, now) if _adds(one, spoken)]
    return apart(found)


def durations(text: str) -> list[Found]:
    """Lengths of time, in seconds."""
    return [Found(one.start, one.end, one.seconds) for one in lasting(text)] if TOLD.search(text) else []


def numbers(text: str) -> list[Found]:
    """Numbers, also in words; percentages as their number: "百分之二十五" is 25."""
    return amounts(text) if TOLD.search(text) else []


# -- helpers ---------------------------------------------------------------------------------------------------------
def _without(text: str, spoken: Iterable[Spoken]) -> str:
    for one in spoken:
        if not one.barred:
            text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return text


def _adds(one: Found, spoken: Sequence[Spoken]) -> bool:
    """Whether it lies apart of what is known, or holds all of it and more."""
    near = [known for known in spoken if known.start < one.end and one.start < known.end]
    return all(one.start <= known.start and known.end <= one.end and not known.days for known in near)


@cache
def _library() -> Callable[..., list[Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its patterns are older than the `re` of today
        from recognizers_date_time import recognize_datetime
    read: Callable[..., list[Any]] = recognize_datetime
    return read


def _recognised(text: str, now: datetime) -> list[Found]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            culture = "zh-cn" if HAN.search(text) else "en-us"
            told = _library()(text, culture, reference=now.replace(tzinfo=None))
            when = [(one, _next((one.resolution or {}).get("values") or [], now)) for one in told]
    except Exception:  # of any kind: it fails on its own findings, 17点45 among them
        return []
    return [Found(one.start, one.end + 1, at.isoformat(), day) for one, (at, day) in when if at]


def _next(values: Sequence[dict[str, str]], now: datetime) -> tuple[datetime | None, bool]:
    """The first moment after now that the values allow, and whether it is a whole day."""
    told = []
    for value in (one.get("value", "") for one in values):
        if CLOCK.fullmatch(value):
            at = datetime.combine(now.date(), time.fromisoformat(value), now.tzinfo)
            told.append((at if at > now else at + timedelta(days=1), False))
        elif re.match(r"\d{4}-\d{2}-\d{2}", value):
            told.append((datetime.fromisoformat(value).replace(tzinfo=now.tzinfo), len(value) == len("2026-11-25")))
    coming = [one for one in told if one[0] > now]
    return min(coming) if coming else told[-1] if told else (None, False)

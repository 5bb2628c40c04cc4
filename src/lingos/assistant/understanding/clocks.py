"""Clocks and parts of the day: ten past six, 1 thirty, 9 pm, in the evening, 八点一刻, 17点45, 半夜.

>>> from lingos.assistant.understanding.found import apart
>>> [one.clock for one in apart(clocks("ten past six, noon, 17点45"))]
[(6, 10), (12, 0), (17, 45)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lingos.assistant.understanding.amounts import amount
from lingos.assistant.understanding.found import Spoken, before

__all__ = ["NIGHT", "PARTS", "clocks", "parts"]

# The hour that is meant where no clock is said, and the earliest hour: twelve in the evening is 24, one is 25.
NIGHT = (20, 17)
PARTS = {
    "morning": (9, 0), "afternoon": (15, 12), "evening": (19, 17), "night": NIGHT, "凌晨": (5, 0), "清晨": (7, 1),
    "早上": (9, 1), "早晨": (9, 1), "早": (9, 1), "上午": (9, 1), "中午": (12, 10), "正午": (12, 10), "下午": (15, 12),
    "午后": (15, 12), "傍晚": (18, 15), "晚上": (19, 17), "晚间": (19, 17), "晚": (19, 17), "夜晚": NIGHT,
    "夜里": (24, 20), "半夜": (24, 20), "深夜": (24, 20), "午夜": (24, 20),
}  # fmt: skip
NAMED = {"noon": 12, "midday": 12, "midnight": 24}

_HOUR = r"(?P<hour>[01]?\d|2[0-4]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HALF = r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)"
_TENS = r"(?:twenty|thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
_TEENS = r"ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_BEHIND = r"(?<![^\W\u3400-\u9fff])(?<!\d[.,:/-])(?<![-−])"
_UNIT = r"%|°|percent|per\s+cent|degrees?|point|hundred|and\s+a\b|half|-?\s*(?:min|sec|hour|day|week)"
_AHEAD = rf"(?!\w|[.,:/]\d|\s*(?:{_UNIT}))"
SURE = (  # forms that can be nothing but a time
    rf"{_BEHIND}{_HOUR}\s?[:：](?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:]){_HALF}?",
    rf"{_BEHIND}{_HOUR}(?:[.\s](?P<minute>[0-5]\d|{_TENS}|{_TEENS}|oh[\s-]\w+))?{_HALF}",
    rf"{_BEHIND}{_HOUR}\s*o\s?['’]?\s?clock\b{_HALF}?",
    rf"{_BEHIND}(?P<past>(?:a\s+)?quarter|half|\d\d?|{_TENS}|{_TEENS}|five)(?:\s+minutes?)?\s+(?P<side>past)\s+{_HOUR}\b"
    rf"(?:\s*o['’]?clock)?{_HALF}?",
    rf"{_BEHIND}(?P<past>(?:a\s+)?quarter)\s+(?P<side>to|till|after|before)\s+{_HOUR}\b(?:\s*o['’]?clock)?{_HALF}?",
    r"\b(?P<named>noon|midday|midnight)\b",
)
OPEN = (  # forms that are a time behind "at" or beside a day
    rf"{_BEHIND}{_HOUR}(?:[.\s-](?P<minute>[0-5]\d|{_TENS}|{_TEENS}|oh[\s-]\w+))?{_AHEAD}",
    rf"{_BEHIND}(?P<past>twenty(?:[\s-]five)?|five|ten|\d\d?)(?:\s+minutes?)?\s+(?P<side>to|till|after|before)"
    rf"\s+{_HOUR}{_AHEAD}",
)
_N = r"(?:\d{1,2}|二?十[一二三四五六七八九]?|[〇零][一二三四五六七八九]?|[一二两三四五六七八九])"
_ALONE = r"(?:(?<=[周期拜][一二三四五六日天])|(?<![\d.:：〇零一二两三四五六七八九十百周期拜]))"
_M = r"(?:[0-5]\d|[二三四五]?十[一二三四五六七八九]?|[零〇][一二三四五六七八九])"
HAN = (
    rf"差(?P<past>一刻|{_N}分)钟?(?P<hour>{_N})[点點]",
    rf"{_ALONE}(?P<hour>{_N})\s*(?:[点點](?![点儿])钟?|(?<!\d)时(?![候间分常])|时(?=[\d零一二三四五六七八九十]+分))"
    rf"(?P<minute>整|半|一刻|三刻|(?:{_N}|[三四五]十[一二三四五六七八九]?)分(?!钟|之)|{_M}分?)?(?![\d零〇一二三四五六七八九十度%％])",
)
ENGLISH = [re.compile(pattern, re.IGNORECASE) for pattern in (*SURE, *OPEN)]
CHINESE = [re.compile(pattern) for pattern in HAN]
AT = re.compile(r"(?:\b(?:at|around|until|till|before|after)|@)\s*(?:about\s+|exactly\s+)?$", re.IGNORECASE)
# Before 一点: a bit brighter, not one o'clock.
LITTLE = re.compile("(?:[亮暗高低大小快慢热冷暖凉轻响重多少有早近远好]|(?<![今明一二三四五六日天])晚)$")
PART = re.compile(
    r"(?P<sure>\bin\s+the\s+|\bat\s+(?=night))?\b(?P<en>morning|afternoon|evening|night)\b(?!'s)"
    r"|(?P<zh>凌晨|清晨|早上|早晨|上午|中午|正午|下午|午后|傍晚|晚上|晚间|夜晚|夜里|半夜|深夜|午夜)(?!好|安)"
    r"|(?<=[今明一二三四五六日天])(?P<after>早|晚(?![点上饭餐安]))",
    re.IGNORECASE,
)


def clocks(text: str) -> Iterator[Spoken]:
    """Every clock; those that are no time of day bar what stands there from being one."""
    for pattern in ENGLISH:
        for one in pattern.finditer(text):
            sure = pattern in ENGLISH[: len(SURE)] or bool(before(AT, text, one.start()))
            yield _clock(one, sure)
    for pattern in CHINESE:
        for one in pattern.finditer(text):
            if one[0] != "一点" or not before(LITTLE, text, one.start()):
                yield _clock(one, True)


def parts(text: str) -> Iterator[Spoken]:
    """Every part of a day."""
    for one in PART.finditer(text):
        word = (one["en"] or one["zh"] or one["after"]).lower()
        yield Spoken(one.start(), one.end(), part=PARTS[word], sure=bool(one["zh"] or one["sure"]))


# -- helpers ---------------------------------------------------------------------------------------------------------
def _clock(one: re.Match[str], sure: bool) -> Spoken:
    told = one.groupdict()
    if told.get("named"):
        return Spoken(one.start(), one.end(), clock=(NAMED[one["named"].lower()], 0), exact=True)
    hour, minute = amount(told["hour"]), _minute(told.get("minute") or "")
    if told.get("past") and hour is not None and minute is not None:
        past = _minute(told["past"].removesuffix("分钟"))
        to = told.get("side", "to").lower() in ("to", "till", "before")
        hour, minute = (hour, past) if not to or past is None else (hour - 1 if hour > 1 else 12.0, 60 - past)
    if hour is None or minute is None or not (0 <= hour <= 24 and 0 <= minute < 60) or (hour == 24 and minute):
        return Spoken(one.start(), one.end(), barred=True)
    return _told(one, int(hour), int(minute), sure)


def _told(one: re.Match[str], hour: int, minute: int, sure: bool) -> Spoken:
    half = (one.groupdict().get("half") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half == "p")
    exact = bool(half) or hour > 12 or hour == 0 or one["hour"].startswith("0")
    return Spoken(one.start(), one.end(), clock=(hour, minute), exact=exact, sure=sure)


def _minute(word: str) -> float | None:
    """The minutes of a word: half, thirty, oh five, 一刻, 十五分."""
    word = " ".join(word.lower().replace("-", " ").split()).removeprefix("a ").removeprefix("oh ")
    named = {"": 0.0, "整": 0.0, "半": 30.0, "half": 30.0, "quarter": 15.0, "一刻": 15.0, "三刻": 45.0}
    word = word.removesuffix("分")
    return named[word] if word in named else amount(word.lstrip("零〇") or "零")

"""Days: tomorrow, on friday, next monday, december 3rd, the 5th, 后天, 下周一, 12月3号.

>>> [[str(day) for day in one.days] for one in dates("tomorrow or next monday, 周五", date(2026, 11, 25))]
[['2026-11-26'], ['2026-11-30'], ['2026-11-27', '2026-12-04']]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from lingos.assistant.understanding.amounts import amount
from lingos.assistant.understanding.clocks import NIGHT
from lingos.assistant.understanding.found import Spoken

__all__ = ["dates"]

Days = tuple[date, ...]
WEEK = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = "january february march april may june july august september october november december".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
ORDINALS += [f"twenty {word}" for word in ORDINALS[:9]] + ["thirtieth", "thirty first"]
NEAR = {"today": 0, "tomorrow": 1, "今天": 0, "今日": 0, "今": 0, "明天": 1, "明日": 1, "明": 1, "后天": 2, "大后天": 3}

FEASTS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "new year's eve": (12, 31),
    "new year's day": (1, 1), "halloween": (10, 31), "valentine's day": (2, 14), "平安夜": (12, 24), "圣诞节": (12, 25),
    "元旦": (1, 1), "国庆节": (10, 1),
}  # fmt: skip

_DAY = rf"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b(?!:|\s*(?:[ap]\.?m\b|%))|{'|'.join(ORDINALS[::-1])}".replace(
    " ", "[ -]"
)
_DAY = rf"(?P<day>{_DAY})\b"
_MONTH = rf"(?P<month>{'|'.join(f'{word[:3]}(?:{word[3:]})?' if word != 'may' else word for word in MONTHS)}|sept)\b\.?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d)\b(?!:))?"
WEEKDAY = re.compile(
    r"\b(?:(?P<which>this\s+coming|this|next|coming|last|past|every|each)\s+)?"
    rf"(?P<name>{'|'.join(WEEK)}|tues?|thur?s?|fri)\b(?!['’]s)",
    re.IGNORECASE,
)
DATE = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}{_YEAR}",
        rf"\b(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}",
        r"(?<![\d-])(?P<year>20\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)(?![\d-])",
        r"(?:(?P<year>20\d\d|今|明)年)?(?<![\d个])(?P<month>\d\d?|[一二三四五六七八九]|十[一二]?)月"
        r"(?P<day>\d\d?|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?:号|日|(?![\d个]))",
    )
]
MONTHLY = (
    re.compile(r"(?<=\bon )the\s+(?P<day>\d\d?)(?:st|nd|rd|th)\b(?=\s*(?:$|[.,!?;]|at\b|in\b|to\b))", re.IGNORECASE),
    re.compile(
        r"(?<![\d月第])(?P<day>\d\d?|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[号日](?![楼门房线登站座])"
    ),
)
SPOKEN = re.compile(
    r"(?P<night>\btonight\b|今晚上?|今天晚上|今夜)|(?P<after>\b(?:the\s+)?day\s+after\s+tomorrow\b)"
    r"|\b(?P<en>today|tomorrow)\b(?!['’]s)"
    r"|\bthis\s+(?=morning|afternoon|evening|night)|(?P<zh>今[天日]|明[天日]|大?后天|今(?=早)|明(?=早|晚(?!点)|[上下]午))",
    re.IGNORECASE,
)
FEAST = re.compile(rf"(?<![a-z])(?:{'|'.join(FEASTS)})(?![a-z])", re.IGNORECASE)
HAN_WEEKDAY = re.compile(
    r"(?<![一二两三四五六七八九十\d])(?P<which>这个?|本|下下个?|下个?|上个?|每个?)?(?:周|星期|礼拜)"
    r"(?P<name>[一二三四五六日天])(?!次|个)"
)
REPEATED = re.compile(
    r"\b(?:every|each)\s+(?:other\s+)?(?:day|morning|afternoon|evening|night|week|weekday|weekend|month|year|hour)\b"
    rf"|\b(?:{'|'.join(WEEK)})s\b|\bdaily\b"
    r"|每(?:[天日晚早月年]|周(?![一二三四五六日天])|个?(?:小时|月|星期(?![一二三四五六日天])))",
    re.IGNORECASE,
)


def dates(text: str, today: date) -> Iterator[Spoken]:
    """Every day, with those that may be meant; what repeats is barred from being one."""
    for one in REPEATED.finditer(text):
        yield Spoken(one.start(), one.end(), barred=True)
    for one in SPOKEN.finditer(text):
        ahead = 2 if one["after"] else NEAR[(one["en"] or one["zh"] or "today").lower()]
        day = today + timedelta(days=ahead)
        yield Spoken(one.start(), one.end(), (day,), NIGHT if one["night"] else None)
    yield from _each(text, WEEKDAY, lambda one: _weekday(one, _english(one), today))
    yield from _each(text, HAN_WEEKDAY, lambda one: _weekday(one, "一二三四五六日天".find(one["name"]), today))
    yield from _each(text, FEAST, lambda one: _yearly(*FEASTS[one[0].lower()], today))
    for pattern in DATE:
        yield from _each(text, pattern, lambda one: _dated(one, today))
    yield from _each(text, MONTHLY[0], lambda one: _monthly(one, today))
    yield from _each(text, MONTHLY[1], lambda one: _monthly(one, today), sure=False)


# -- helpers ---------------------------------------------------------------------------------------------------------
def _each(
    text: str, pattern: re.Pattern[str], days: Callable[[re.Match[str]], Days], *, sure: bool = True
) -> Iterator[Spoken]:
    for one in pattern.finditer(text):
        meant = days(one)
        yield Spoken(one.start(), one.end(), meant, sure=sure, barred=not meant)


def _english(one: re.Match[str]) -> int:
    return next(place for place, word in enumerate(WEEK) if word.startswith(one["name"].lower()[:3]))


def _weekday(one: re.Match[str], place: int, today: date) -> Days:
    """The coming one; with "next" the one of next week."""
    place = min(place, 6)  # 周日 and 周天
    which = (one["which"] or "").lower()
    if which in ("last", "past", "every", "each") or which[:1] in ("上", "每"):
        return ()
    if which == "next" or which[:1] == "下":
        weeks = 2 if which.startswith("下下") else 1
        return (today + timedelta(days=7 * weeks + place - today.weekday()),)
    first = today + timedelta(days=(place - today.weekday()) % 7)
    return first, first + timedelta(days=7)


def _dated(one: re.Match[str], today: date) -> Days:
    word = one["month"].lower()
    month = next((place for place, name in enumerate(MONTHS, start=1) if name[:3] == word[:3]), None) or amount(word)
    day, year = _day(one["day"]), one["year"]
    if not year:
        return _yearly(int(month or 0), day, today)
    told = {"今": today.year, "明": today.year + 1}
    return _valid([(told[year] if year in told else int(year), int(month or 0), day)])


def _yearly(month: int, day: int, today: date) -> Days:
    return _valid((today.year + ahead, month, day) for ahead in range(9))  # february 29


def _monthly(one: re.Match[str], today: date) -> Days:
    months = [divmod(today.month - 1 + ahead, 12) for ahead in range(13)]
    return _valid((today.year + years, month + 1, _day(one["day"])) for years, month in months)


def _day(word: str) -> int:
    told = word.lower().replace("-", " ")
    if told in ORDINALS:
        return ORDINALS.index(told) + 1
    return int(amount(re.sub(r"(?:st|nd|rd|th)$", "", told)) or 0)


def _valid(days: Iterable[tuple[int, int, int]]) -> Days:
    kept = []
    for year, month, day in days:
        try:
            kept.append(date(year, month, day))
        except ValueError:
            continue  # february 30
    return tuple(kept)

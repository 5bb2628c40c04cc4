"""Lengths of time in English and Chinese: an hour and a half, a quarter of an hour, 一个半小时, 五分半钟.

>>> [one.seconds for one in lengths("an hour and ten minutes, 一刻钟")]
[4200.0, 900.0]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

from lingos.assistant.understanding.amounts import ENGLISH, HAN_NUMBER, amount
from lingos.assistant.understanding.found import apart

__all__ = ["DAY", "MONTH", "YEAR", "Length", "lengths"]

MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = 60.0, 3600.0, 86_400.0, 604_800.0, 2_592_000.0, 31_536_000.0
UNITS = {
    "s": 1.0, "min": MINUTE, "h": HOUR, "day": DAY, "week": WEEK, "fortnight": 2 * WEEK, "month": MONTH, "year": YEAR,
    "秒": 1.0, "分": MINUTE, "刻": 15 * MINUTE, "小时": HOUR, "钟头": HOUR, "天": DAY, "周": WEEK, "星期": WEEK,
    "礼拜": WEEK, "月": MONTH, "年": YEAR,
}  # fmt: skip
COUNTS = {
    "a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5, "half": 0.5, "a half": 0.5,
    "a quarter of an": 0.25, "quarter of an": 0.25, "three quarters of an": 0.75,
    "a couple of": 2.0, "a couple": 2.0, "a few": 3.0,
}  # fmt: skip
RESTS = {"and a half": 0.5, "and a quarter": 0.25, "and three quarters": 0.75}

_COUNT = "|".join(sorted((word.replace(" ", r"\s+") for word in COUNTS), key=len, reverse=True))
_REST = r"and\s+(?:a\s+half|a\s+quarter|three\s+quarters)\b"
ENGLISH_PIECE = re.compile(
    rf"(?<![^\W\u3400-\u9fff])(?<!\d[.,:])(?:(?P<phrase>{_COUNT})\b|(?P<number>{ENGLISH})(?:\s+(?P<half>{_REST}))?)[\s-]*"
    r"(?P<unit>s(?=ec)|min|h(?=ours?\b|rs?\b|\b)|day|week|fortnight|month|year)"
    rf"(?:(?<=s)ec(?:ond)?s?|(?<=n)(?:ute)?s?|(?<=h)(?:ours?|rs?)?|(?<![nh])s?)\b(?!'s)(?:\s+(?P<rest>{_REST}))?",
    re.IGNORECASE,
)
CHINESE_PIECE = re.compile(
    rf"(?<![第\d.:])(?:(?P<number>{HAN_NUMBER})\s*(?P<each>个)?(?P<half>半)?|(?P<phrase>半)(?P<of>个)?)\s*"
    r"(?P<unit>秒|分(?=钟|半|(?:\d+|[一二三四五六七八九十]+)秒)|刻(?=钟)|小时|钟头|天(?![气花空])|"
    r"周(?![年围末一二三四五六日天])|星期(?![一二三四五六日天])|礼拜(?![一二三四五六日天])|月|年(?![级龄代]))"
    r"(?P<rest>半(?![个小天分夜年]))?钟?"
)
JANUARY = re.compile("(?:\\d+|[一二三四五六七八九十]+)月")
JOINTS = re.compile(r"\s*(?:,?\s*and|[,，零又])?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Length:
    """A length in seconds and where it stands; its smallest unit tells how exactly it was meant."""

    start: int
    end: int
    seconds: float
    unit: float


def lengths(text: str) -> list[Length]:
    """Every length of time; its parts from large to small are one: two hours and ten minutes."""
    found: list[Length] = []
    for one in apart([*_pieces(text, ENGLISH_PIECE), *_pieces(text, CHINESE_PIECE)]):
        last = found[-1] if found else None
        if last and one.unit < last.unit and JOINTS.fullmatch(text[last.end : one.start]):
            found[-1] = replace(last, end=one.end, seconds=last.seconds + one.seconds, unit=one.unit)
        else:
            found.append(one)
    return found


# -- helpers ---------------------------------------------------------------------------------------------------------
def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[Length]:
    for one in pattern.finditer(text):
        unit, count = UNITS[one["unit"].lower()], _count(one)
        if count is None or not isfinite(count) or (one["unit"] in ("月", "年") and not _counts(one)):
            continue
        smallest = unit if count == int(count) else min(unit, HOUR)
        yield Length(one.start(), one.end(), count * unit, smallest)


def _count(one: re.Match[str]) -> float | None:
    told = one["phrase"] or ""
    count = amount(one["number"]) if one["number"] else COUNTS.get(" ".join(told.lower().split()), 0.5)
    return None if count is None else count + sum(_part(one[name]) for name in ("half", "rest"))


def _part(word: str | None) -> float:
    return RESTS.get(" ".join(word.lower().split()), 0.5) if word else 0.0


def _counts(one: re.Match[str]) -> bool:
    """Whether months and years are counted: 一月 is January, 两个月 are two; 2026年 is a date, 两年 are two."""
    if one["unit"] == "月":
        return bool(one["each"] or one["of"])
    return (amount(one["number"] or "1") or 0) < 1000 and not JANUARY.match(one.string, one.end())

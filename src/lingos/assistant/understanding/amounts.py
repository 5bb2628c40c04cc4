"""Numbers in digits and in words, English and Chinese, with the patterns of which lengths and clocks are made.

>>> [amount(word) for word in ("forty-five", "1,000", "two hundred and six", "二十三点五", "两百五", "一两")]
[45.0, 1000.0, 206.0, 23.5, 250.0, None]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite

from lingos.assistant.understanding.found import Found, apart, before
from lingos.assistant.understanding.spelled import ONES, TENS

__all__ = ["DIGITS", "ENGLISH", "HAN_NUMBER", "amount", "amounts"]

SMALL = {word: number for number, word in enumerate(ONES)} | {word: 10 * n for n, word in enumerate(TENS, start=2)}
SCALES = {"dozen": 12, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "eighth": 8, "tenth": 10}
HAN = {sign: number for number, sign in enumerate("零一二三四五六七八九")}
BIG = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
SAME = str.maketrans("〇两俩仨壹贰叁肆伍陆柒捌玖拾佰仟", "零二二三一二三四五六七八九十百千")

_ONE, _TEN, _TEEN = ("|".join(words) for words in (ONES[1:10], TENS, ONES[10:]))
_SMALL = rf"(?:(?:{_TEN})(?:[ -]+(?:{_ONE}))?|{_TEEN}|{_ONE}|zero)\b"
DIGITS = r"(?:\d{1,3}(?:[, ]\d{3})+(?![\d,])(?:\.\d+)?|\d+,\d{1,2}(?![\d,])|(?:\d+\.)?\d+(?:e[+-]?\d+(?!\w))?|\.\d+)"
_HUNDRED = rf"(?:{_SMALL}|{DIGITS})(?:[ -]+(?:hundred|dozen)\b(?:(?: +and)? +{_SMALL})?)?"
_HUNDRED = rf"(?:{_HUNDRED}|an? +(?:hundred|dozen)\b(?:(?: +and)? +{_SMALL})?)"
_SCALE = r"[ -]+(?:thousand|million|billion|trillion)\b"
ENGLISH = rf"(?:{_HUNDRED}|a){_SCALE}"
ENGLISH = rf"(?:(?:{ENGLISH}(?:,? +(?:and +)?)?)+{_HUNDRED}|{ENGLISH}(?:{_SCALE})*|{_HUNDRED})"
_HAN = "〇零一二两俩仨三四五六七八九十壹贰叁肆伍陆柒捌玖拾"
HAN_NUMBER = rf"(?:\d+(?:\.\d+)?[百千万亿]*|[{_HAN}][{_HAN}百千万亿佰仟]*(?:点[〇零一二三四五六七八九]+)?)"

_OF = r"(?! *-? *(?:past|an?|the|of|to|hours?|minutes?|days?|weeks?|years?|way|time|my|our|your|its?|all)\b)"
_PERCENT = r"(?P<percent> *(?:[%％]|per ?cent\b))?"
WESTERN = re.compile(
    rf"(?<![^\W\u3400-\u9fff])(?<![\d][.,:])(?P<sign>[-−–](?=[\d.])|\b(?:minus|negative) +)?"
    rf"(?:(?P<top>\d+)? *(?P<over>\b\d+/\d+)(?![/\d])"
    rf"|(?P<whole>{ENGLISH})(?: +point(?P<tail>(?: +(?:zero|oh|{_ONE}))+)\b"
    rf"| +and +(?P<rest>an? +half|an? +quarter|three +quarters|an? +third)\b{_OF})?"
    rf"|point(?P<bare>(?: +(?:zero|{_ONE}))+)\b"
    rf"|(?<!and )(?<!the )(?<!first )(?<!second )(?<!an )(?<!a )(?<!one )(?P<part>(?:an? +|one +)?half){_OF}"
    rf"|(?P<way>half[ -]?way\b))"
    rf"(?P<scale>k\b|{_SCALE})?{_PERCENT}(?!(?:st|nd|rd|th|[ap]m)\b)(?!\.?\d|[a-z]+\d)",
    re.IGNORECASE,
)
FRACTION = re.compile(
    rf"\b(?P<top>an?|{_ONE})[ -]+(?P<part>third|quarter|fourth|fifth|eighth|tenth)s?\b{_OF}", re.IGNORECASE
)
COUNTED = re.compile(  # what a number is taken from: 5-3 is no -3
    rf"(?:[\d)零一二两三四五六七八九十百千万]|\b(?:{_ONE}|{_TEN}|{_TEEN}|zero|hundred|thousand)) *$",
    re.IGNORECASE,
)
NAMED = re.compile(r"\b(?:the|this|that|no|any|every|which|other|each)\s+$", re.IGNORECASE)
# 一下, 一点, 一起, 周一, 星期三, 万一, 十分漂亮 are no numbers.
_WORD = r"(?!一(?:[下些起直样定般会旦边共切半]|点(?![零一二三四五六七八九])))(?!十分(?![钟之以后]))"
_WORD = rf"(?<!周)(?<!星期)(?<!礼拜)(?<![统唯万]){_WORD}"
_REST = r"(?P<rest>[个度]半|成(?![为了功员立就长]))?"
CHINESE = re.compile(
    rf"(?<![\d.])(?P<sign>负|零下)?(?:百分之(?P<percent>百|{HAN_NUMBER})|(?:(?P<whole>{HAN_NUMBER})又)?"
    rf"(?P<under>{HAN_NUMBER})分之(?P<top>{HAN_NUMBER})|(?P<part>一半)"
    rf"|{_WORD}(?!\d+(?:\.\d+)?(?![\d.百千万亿]|[个度]半))(?P<number>{HAN_NUMBER}){_REST})"
)


def amount(word: str) -> float | None:
    """The value of a number by itself, without sign, half or percent; None if it is none: 一两, 十几."""
    told = word.strip().lower().translate(SAME)
    try:
        if re.search("[零一二三四五六七八九十百千万亿]", told):
            return _han(told)
        return _english(told)
    except (ValueError, OverflowError):
        return None


def amounts(text: str) -> list[Found]:
    """Every number, also half of something and percentages (as their number), with its whole words."""
    return apart([*_western(text), *_chinese(text)])


# -- helpers ---------------------------------------------------------------------------------------------------------
def _western(text: str) -> Iterator[Found]:
    for one in FRACTION.finditer(text):
        yield Found(one.start(), one.end(), (amount(one["top"]) or 1.0) / PARTS[one["part"].lower()])
    for one in WESTERN.finditer(text):
        value = _size(one)
        if value is None or not isfinite(value) or _named(text, one):
            continue
        if one["sign"] and not before(COUNTED, text, one.start()):
            yield Found(one.start(), one.end(), -value)
        else:
            yield Found(max(one.start(), one.end("sign")), one.end(), value)


def _size(one: re.Match[str]) -> float | None:
    if one["part"] or one["way"]:
        return 0.5
    if one["over"]:
        top, under = (float(part) for part in one["over"].split("/"))
        return float(one["top"] or 0) + top / under if under else None
    value = amount(one["whole"]) if one["whole"] else 0.0
    if value is None:
        return None
    if spoken := one["tail"] or one["bare"]:
        value += float("0." + "".join(str(SMALL.get(word, 0)) for word in spoken.lower().split()))
    if one["rest"]:
        count, part = one["rest"].lower().split()
        value += (3 if count == "three" else 1) / PARTS[part.removesuffix("s")]
    scale = (one["scale"] or "").strip(" -").lower()
    return value * SCALES.get(scale, 1000 if scale else 1)


def _named(text: str, one: re.Match[str]) -> bool:
    """The word one that counts nothing: this one, no one."""
    return one[0].lower() == "one" and before(NAMED, text, one.start()) is not None


def _chinese(text: str) -> Iterator[Found]:
    for one in CHINESE.finditer(text):
        value = _han_size(one)
        if value is not None and isfinite(value):
            yield Found(one.start(), one.end(), -value if one["sign"] else value)


def _han_size(one: re.Match[str]) -> float | None:
    if one["part"]:
        return 0.5
    if one["percent"]:
        return 100.0 if one["percent"] == "百" else amount(one["percent"])
    if one["under"]:
        top, under, whole = (amount(one[name] or "0") for name in ("top", "under", "whole"))
        return whole + top / under if under and top is not None and whole is not None else None
    value, rest = amount(one["number"]), one["rest"] or ""
    if value is None:
        return None
    return value * 10 if rest == "成" else value + 0.5 * bool(rest)


def _english(told: str) -> float:
    if re.fullmatch(DIGITS, told):
        thousands = re.fullmatch(r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?", told)
        return float(re.sub("[, ]", "", told) if thousands else told.replace(",", "."))
    whole = part = 0.0
    for word in re.split(r"[ -]+|,(?!\d)", told):
        if word in ("hundred", "dozen"):
            part = (part or 1) * SCALES[word]
        elif word in SCALES:
            whole, part = whole + part * SCALES[word] if part else (whole or 1) * SCALES[word], 0.0
        elif word not in ("", "a", "an", "and"):
            part += SMALL[word] if word in SMALL else _english(word) if word[:1].isdigit() else float("nan")
    return whole + part


def _han(told: str) -> float | None:
    whole, _, tail = told.partition("点")
    if digits := re.match(r"\d+(?:\.\d+)?", whole):
        value = float(digits[0])
        for sign in whole[digits.end() :]:
            value *= BIG[sign]
    elif (counted := _counted(whole) if any(sign in BIG for sign in whole) else _listed(whole)) is not None:
        value = counted
    else:
        return None
    return value + (float("0." + "".join(str(HAN[sign]) for sign in tail)) if tail else 0.0)


def _listed(told: str) -> float | None:
    """三零五 as 305; 两三 is no number, but about so many."""
    return float("".join(str(HAN[sign]) for sign in told)) if len(told) != 2 or "零" in told else None


def _counted(told: str) -> float | None:
    """二十三 as 23, 两百五 as 250."""
    total = part = digit = 0.0
    last = 1.0
    for sign in told:
        if sign in HAN:
            if digit:
                return None
            digit, last = float(HAN[sign]), 1.0 if sign == "零" else last
            continue
        if sign in "万亿":
            total, part = (0.0, total + part) if sign == "亿" else (total, part)
            total, part, digit = total + (part + digit) * BIG[sign], 0.0, 0.0
        else:
            part, digit = part + (digit or 1) * BIG[sign], 0.0
        last = float(BIG[sign])
    return total + part + digit * (last / 10 if last >= 100 else 1)

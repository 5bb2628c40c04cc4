"""Personal data in a text: found with checksums where the number has one, masked for logs and messages.

Built for few false alarms: order numbers, dates, prices and version numbers are not personal data. It finds numbers and
addresses; it does not find names of people.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum import iban, luhn
from stdnum.cn import ric

__all__ = ["HINT", "KINDS", "Span", "find", "mask"]

# A cheap test that every text with a span passes; it is RE2, for use on a whole Arrow column.
HINT = r"@|\d[\d\s().\-]{5,}\d|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|[0-9A-Fa-f]:[0-9A-Fa-f:]{2,}|[A-Z]{2}\d{2} ?[A-Z0-9]{4}"
_OPEN = r"(?<![\w\-/#.@])"  # not inside a longer code such as ORD-2024-555-123-4567
_SHUT = r"(?![\w\-/@]|\.\d)"
_HAN = r"(?<![A-Za-z0-9_\-/#.@])"  # Chinese does not put spaces around numbers
_HAN_SHUT = r"(?![A-Za-z0-9_\-/@]|\.\d)"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters start (inclusive) to end (exclusive) of the text hold personal data of a kind."""

    start: int
    end: int
    kind: str


def find(text: str) -> list[Span]:
    """The spans in reading order; they do not overlap.

    >>> text = "mail ann@example.org or call +44 20 7946 0958"
    >>> [(text[span.start : span.end], span.kind) for span in find(text)]
    [('ann@example.org', 'email'), ('+44 20 7946 0958', 'phone')]
    >>> find("order 20240817123456, version 1.2.3.4, 99.90 EUR at 12:30:45")
    []
    """
    taken: list[Span] = []
    for kind, pattern, holds in KINDS:
        for match in pattern.finditer(text):
            span = Span(match.start(), match.end(), kind)
            if holds(match.group()) and not any(span.start < old.end and old.start < span.end for old in taken):
                taken.append(span)
    return sorted(taken, key=lambda span: span.start)


def mask(text: str) -> str:
    """The text with each span replaced by its kind. Masking twice changes nothing.

    >>> mask("我的手机是13812345678，邮箱 wang@example.cn")
    '我的手机是[phone]，邮箱 [email]'
    """
    return "".join(_pieces(text, find(text)))


def _pieces(text: str, spans: list[Span]) -> Iterator[str]:
    last = 0
    for span in spans:
        yield text[last : span.start]
        yield f"[{span.kind}]"
        last = span.end
    yield text[last:]


def _id_card(number: str) -> bool:
    return bool(ric.is_valid(number))


def _bank_card(number: str) -> bool:
    digits = re.sub(r"[ \-]", "", number)
    brands = (
        len(digits) in (13, 16, 19) and digits[0] == "4",
        len(digits) == 16 and (51 <= int(digits[:2]) <= 55 or 2221 <= int(digits[:4]) <= 2720),
        len(digits) == 15 and digits[:2] in ("34", "37"),
        16 <= len(digits) <= 19 and digits[:2] == "62",
        16 <= len(digits) <= 19 and (digits[:2] in ("35", "65") or digits[:4] == "6011"),
    )
    return any(brands) and len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def _iban(number: str) -> bool:
    return bool(iban.is_valid(number))


def _phone(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    return 8 <= len(digits) <= 15 and len(set(digits)) > 2


def _ip(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_loopback or parsed.is_unspecified) and (parsed.version == 6 or _not_a_version(address))


def _not_a_version(address: str) -> bool:
    return sum(len(part) for part in address.split(".")) >= 6  # 1.2.3.4 and 10.0.1.2 are versions as often as hosts


_EMAIL = r"[A-Za-z0-9_%+\-][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,24}"
_IBAN = r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?"
Kind = tuple[str, re.Pattern[str], Callable[[str], bool]]
KINDS: tuple[Kind, ...] = (
    ("email", re.compile(r"(?<![A-Za-z0-9._%+\-])" + _EMAIL + r"(?![A-Za-z0-9])"), bool),
    ("id-card", re.compile(r"(?<![A-Za-z0-9])\d{17}[\dXx](?![A-Za-z0-9])"), _id_card),
    ("iban", re.compile(r"(?<![A-Za-z0-9])" + _IBAN + r"(?![A-Za-z0-9])"), _iban),
    ("bank-card", re.compile(r"(?<![A-Za-z0-9_#.\-])\d{4}(?:[ \-]?\d{2,6}){2,4}(?![A-Za-z0-9_\-]|\.\d)"), _bank_card),
    ("ip", re.compile(r"(?<![\w.\-])(?:\d{1,3}\.){3}\d{1,3}(?![\w\-]|\.\d)"), _ip),
    ("ip", re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{1,4}(?![\w:])"), _ip),
    ("phone", re.compile(_HAN + r"(?:(?:\+|00)?86[\- ]?)?1[3-9]\d[\- ]?\d{4}[\- ]?\d{4}" + _HAN_SHUT), _phone),
    ("phone", re.compile(_HAN + r"0\d{2,3}-\d{7,8}" + _HAN_SHUT), _phone),
    ("phone", re.compile(r"(?<![\w+])\+\d{1,3}(?:[ .\-]?\(?\d{1,5}\)?){2,5}" + _SHUT), _phone),
    ("phone", re.compile(_OPEN + r"(?:1[ .\-])?(?:\(\d{3}\) ?|\d{3}[ .\-])\d{3}[ .\-]\d{4}" + _SHUT), _phone),
    ("phone", re.compile(_OPEN + r"\(?0\d{2,4}\)?[ \-]\d{3,4}[ \-]\d{3,4}" + _SHUT), _phone),
)  # fmt: skip

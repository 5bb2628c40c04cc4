"""Numbers in words, English and Chinese: what people say for 25, so that it can be learned."""

from __future__ import annotations

__all__ = ["spelled"]

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
HAN = "零一二三四五六七八九"


def spelled(number: int, language: str) -> str:
    """A whole number from 0 to 999 in words.

    >>> spelled(25, "en"), spelled(25, "zh"), spelled(15, "zh"), spelled(105, "zh"), spelled(640, "en")
    ('twenty five', '二十五', '十五', '一百零五', 'six hundred and forty')
    """
    if not 0 <= number <= 999:
        raise ValueError(f"{number} is not from 0 to 999")
    return _han(number) if language == "zh" else _english(number)


def _english(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    small = ONES[rest] if rest < 20 else " ".join([TENS[rest // 10 - 2], *([ONES[rest % 10]] if rest % 10 else [])])
    if not hundreds:
        return small
    return f"{ONES[hundreds]} hundred" + (f" and {small}" if rest else "")


def _han(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    told = f"{HAN[hundreds]}百" if hundreds else ""
    if tens:
        told += ("" if tens == 1 and not hundreds else HAN[tens]) + "十"
    elif hundreds and ones:
        told += "零"
    return told + (HAN[ones] if ones or not (hundreds or tens) else "")

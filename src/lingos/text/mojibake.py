"""Text that was decoded with the wrong table: seen, and where possible undone.

UTF-8 read as Latin-1 or Windows-1252 (`cafÃ©`, found and undone by ftfy), UTF-8 read as GBK (`浣犲ソ` for 你好),
GBK read as Latin-1 (`ÄãºÃ`), and what no one can undo: U+FFFD and the `锟斤拷` that it turns into.
"""

from __future__ import annotations

import re

import ftfy
from ftfy.badness import badness

__all__ = ["LOST", "SUSPECTS", "is_mojibake", "repair"]

LOST = "\ufffd|锟斤拷|烫烫烫|屯屯屯"
_LOST = re.compile(LOST)
# The first two bytes of Chinese UTF-8 (E4-E9, then 80-BF), read as GBK, are hanzi that hardly occur in real text; so
# are the heads of the full stop and the comma.
_HEADS = (
    "".join(bytes((lead, trail)).decode("gb18030") for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0))
    + "锛銆"
)
SUSPECTS = f"[\u0080-\u00ff\u0152-\u0153\u0160-\u0161\u0178\u017d-\u017e\u0192\u02c6\u02dc\u20ac\u2122{_HEADS}]"
_HEAD = re.compile(f"[{_HEADS}]")
_LATIN = re.compile("[\u0080-\u00ff]")
_HAN = re.compile("[\u4e00-\u9fff]")


def is_mojibake(text: str) -> bool:
    """Whether the text was decoded wrongly and can be repaired.

    >>> [is_mojibake(text) for text in ("the cafÃ© is closed", "the café is closed", "浣犲ソ锛屾垜鐨勮")]
    [True, False, True]
    """
    return repair(text) != text


def repair(text: str) -> str:
    """The text as it was meant; unchanged where nothing is wrong or nothing can be done.

    >>> repair("itâ€™s ä½\\xa0å¥½"), repair("寰堝ソ鐢ㄣ��")
    ('it’s 你好', '很好用')
    """
    if text.isascii():
        return text
    if _LATIN.search(text):
        return _from_latin(text) or (ftfy.fix_encoding(text) if badness(text) else text)
    return _from_gbk(text)


def _from_latin(text: str) -> str:
    """Undo GBK read as Latin-1 (`ÄãºÃ` for 你好), or "": most letters must be accented ones, and in pairs."""
    high = len(_LATIN.findall(text))
    if high < 6 or high * 2 < sum(char.isalpha() for char in text) or high % 2:
        return ""
    try:
        meant = text.encode("latin-1").decode("gb2312")
    except UnicodeError:
        return ""
    return meant if len(_HAN.findall(meant)) * 2 >= high * 0.6 else ""


def _from_gbk(text: str) -> str:
    """Undo UTF-8 read as GBK: the bytes must then be UTF-8 nearly everywhere, which real Chinese hardly ever is."""
    heads, han = len(_HEAD.findall(text)), len(_HAN.findall(text))
    if heads < 2 or heads * 6 < han:
        return text
    raw = _LOST.sub("", text).encode("gb18030", errors="ignore")
    meant = raw.decode("utf-8", errors="replace")
    lost = meant.count("\ufffd")
    if len(_HAN.findall(meant)) < 2 or lost * 4 > len(meant):
        return text
    return meant.replace("\ufffd", "")

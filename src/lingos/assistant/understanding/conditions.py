"""A sentence that holds a condition and a command -> the two, in English and Chinese, in either order. Rules only.

Not every such sentence is a standing rule: of "remind me when I am home" no app can notice the condition. Whoever
splits asks `happenings.happening` next, and treats the sentence as a plain one where nothing answers.
"""

from __future__ import annotations

import re

from lingos.text.normalise import clean
from lingos.words.said import language_of

__all__ = ["split"]

LONGEST = 300  # characters; longer ones are no command
ENDS = " ,.!?;:，。！？；：…"
# English
WHEN = r"(?:when(?:ever)?|if|as soon as|once|every time|each time)"
POLITE = r"(?:(?:please|hey|ok|okay|so|and|from now on)[, ]+)*"
VERB = (
    r"(?<!\bis )(?<!['’]s )(?<!\bare )(?<!\bgets )(?<!\bto )(?<!\bthe )(?<!\ba )"  # no command: the window is open
    r"(?:please|turn|switch|set|make|dim|open|close|raise|lower|lock|start|stop|play|tell|show|remind|put|add)\b"
)
ASKED = r"(?!(?:is|are|was|were|do|does|did|will|would|should|shall|can|could|has|have|am|must)\b)"  # when is the bus
STATE = rf"{ASKED}(?P<state>\S+ \S.*?)"
# Chinese. 小时, 时间 and the like hold no 时 that ends a condition; 就是, 就行 begin no command.
IF = r"(?:当(?!前|然|天|心|地|初)|如果|假如|要是|只要|一旦|每当|每次|等(?!于)到?)"
WHILE = r"(?:的时候|的话|(?<![小同及准按有])时(?![间候刻常钟区长光]))"
THEN = r"(?:那么|那|你|请|我要|就(?![是行好算这可])|再)"
SOME = r"(?P<state>(?!一下|一会|会儿|我就).{2,}?)"
DO = r"(?P<wish>.{2,}?)"
WAYS = {
    "en": (
        rf"{POLITE}{WHEN} {STATE} ?, ?(?:then )?(?P<wish>.+)",
        rf"{POLITE}{WHEN} {STATE} then (?P<wish>.+)",
        rf"{POLITE}{WHEN} {STATE} (?P<wish>{VERB}.+)",
        rf"(?!{POLITE}{WHEN} )(?P<wish>\S+ \S.*?),? {WHEN} {STATE}",
    ),
    "zh": (
        rf"(?:请|以后)?{IF}{SOME}[，,]{THEN}*{DO}",
        rf"(?:请|以后)?{IF}{SOME}(?:就(?![是行好算这可])|再){DO}",
        rf"(?:请|以后)?{IF}{SOME}(?:{WHILE}|(?:以|之)?后(?![门院面天])|了)[，, ]*{THEN}*{DO}",
        rf"(?:请|以后)?在?{SOME}{WHILE}[，, ]*{THEN}*{DO}",
        rf"(?:请|以后)?{SOME}[，, ]*就(?![是行好算这可]){DO}",
        rf"{DO}[，, ]*{IF}{SOME}",
    ),
}
TAIL = re.compile(f"{WHILE}$")
PATTERNS = {language: [re.compile(way, re.IGNORECASE) for way in ways] for language, ways in WAYS.items()}


def split(text: str, language: str) -> tuple[str, str] | None:
    """Condition and command of a sentence; None where it does not hold both.

    In Chinese 了 and a comma alone make no condition: 天黑了，开灯 speaks of now.

    >>> split("When the kitchen window opens, turn the heating off.", "en")
    ('the kitchen window opens', 'turn the heating off')
    >>> split("lights off as soon as the hall window is closed", "en")
    ('the hall window is closed', 'lights off')
    >>> split("厨房窗户一开就关暖气", "zh"), split("when is the next bus?", "en")
    (('厨房窗户一开', '关暖气'), None)
    """
    plain = clean(text).replace("\n", " ").strip(ENDS)
    if len(plain) > LONGEST:
        return None
    for pattern in PATTERNS[language_of(language)]:
        found = pattern.fullmatch(plain)
        if found is not None:
            return TAIL.sub("", found["state"].strip(ENDS)), found["wish"].strip(ENDS)
    return None

"""The phrases of apps: a small grammar of what people say, read from strings such as

    "(turn|switch) on [the] {room} (light|lights) -> state=on"

(one|of these), [perhaps this], {slot}; and at the end, after `->`, the values that the phrase implies without naming
them. In Chinese nothing stands between words; in English one blank does, whatever was left out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product

from lingos.errors import LingosError

__all__ = ["SLOT", "TOKEN", "Part", "Phrase", "Spoken", "implied", "parsed"]

TOKEN = re.compile(r"[()\[\]|]|\{\w+\}|[^()\[\]|{}]+|[{}]")
SLOT = re.compile(r"\{(\w+)\}")
IMPLIED = re.compile(r"\s*(\w+)\s*=\s*(\S+)\s*")
Part = tuple[str, str]  # ("word", text) or ("slot", name)
Way = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence: its text, where its slots stand, what it implies."""

    text: str
    spans: tuple[tuple[int, int, str, str], ...] = ()  # start, end, slot, value
    implied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phrase:
    """All the ways that one string stands for.

    >>> phrase = parsed("(turn|switch) on [the] {room} light -> state=on")
    >>> len(phrase.ways), dict(phrase.implied)
    (4, {'state': 'on'})
    >>> phrase.spoken(phrase.ways[0], {"room": ("kitchen", "kitchen")}).text
    'turn on the kitchen light'
    """

    ways: tuple[Way, ...]
    implied: Mapping[str, str]

    @property
    def slots(self) -> frozenset[str]:
        """The slots that it names."""
        return frozenset(name for way in self.ways for kind, name in way if kind == "slot")

    def spoken(self, way: Way, words: Mapping[str, tuple[str, str]]) -> Spoken:
        """One way with (word, value) in the place of each slot."""
        text, spans = "", []
        for kind, told in way:
            word = words[told][0] if kind == "slot" else told
            text = _joined(text, word)
            if kind == "slot":
                start = len(text) - len(word.strip())
                spans.append((start, len(text), told, words[told][1]))
        return Spoken(text.strip(), tuple(spans), self.implied)

    def drawn(self, chance: random.Random, word: Callable[[str], tuple[str, str]]) -> Spoken:
        """One way by chance, each slot with a word that `word` draws for it."""
        way = chance.choice(self.ways)
        return self.spoken(way, {name: word(name) for kind, name in way if kind == "slot"})


MOST = 4096  # ways that one phrase may stand for


def parsed(told: str) -> Phrase:
    """The phrase of a string.

    Raises:
        LingosError: a bracket that is not closed, an empty phrase, or one that stands for thousands of ways.
    """
    pattern = told.partition("->")[0]
    tokens = TOKEN.findall(pattern.strip())
    ways, rest = _choices(tokens, 0, told, "")
    if rest != len(tokens):
        raise _wrong(told, f"'{tokens[rest]}' opens nothing or closes nothing")
    every = list(islice(ways, MOST + 1))
    if len(every) > MOST:
        raise _wrong(told, f"more than {MOST} ways")
    if not all(every):
        raise _wrong(told, "nothing is left where all brackets are left out")
    return Phrase(tuple(dict.fromkeys(every)), implied(told))


def implied(told: str) -> Mapping[str, str]:
    """What a phrase's string implies: slot -> value.

    >>> dict(implied("light up [the] {room} -> state=on"))
    {'state': 'on'}
    """
    values: dict[str, str] = {}
    for one in filter(None, map(str.strip, told.partition("->")[2].split(","))):
        found = IMPLIED.fullmatch(one)
        if found is None:
            raise _wrong(told, f"'{one}' after -> is not slot=value")
        values[found[1]] = found[2]
    return values


# -- helpers ---------------------------------------------------------------------------------------------------------
def _choices(tokens: list[str], at: int, told: str, closing: str) -> tuple[Iterator[Way], int]:
    """The ways of alternatives that are divided by |, up to the closing bracket."""
    options: list[list[list[Way]]] = [[]]
    while at < len(tokens) and tokens[at] != closing:
        match tokens[at]:
            case "(" | "[" as opening:
                inner, at = _choices(tokens, at + 1, told, ")" if opening == "(" else "]")
                if at >= len(tokens):
                    raise _wrong(told, f"'{opening}' is not closed")
                ways = list(islice(inner, MOST + 1))
                options[-1].append(ways if opening == "(" else [*ways, ()])
            case "|":
                options.append([])
            case ")" | "]" | "{" | "}":
                break
            case words:
                options[-1].append([(_part(words),)] if words.strip() else [()])
        at += 1
    return (tuple(part for way in ways for part in way) for parts in options for ways in product(*parts)), at


def _part(words: str) -> Part:
    return ("slot", words[1:-1]) if words.startswith("{") else ("word", words.strip())


def _joined(text: str, word: str) -> str:
    """With a blank between, where both sides are written with blanks."""
    word = word.strip()
    blank = text and word and text[-1].isascii() and word[0].isascii() and word[0] not in ",.?!'"
    return f"{text}{' ' if blank else ''}{word}"


def _wrong(told: str, why: str) -> LingosError:
    return LingosError(f"the phrase '{told}' can not be read: {why}", expected="(a|b), [a], {slot}", cure="mend it")

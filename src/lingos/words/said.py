"""A sentence of ours in English and Chinese: English for programs, the person's language where a person reads it.

Every string that a person is shown stands in one of the tables beside this file, one table a subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lingos.errors import unknown
from lingos.words import assistant, doctor, reading, report, studio, terminal, tuning

__all__ = [
    "LANGUAGES",
    "WORDS",
    "Said",
    "at_lines",
    "coded",
    "language_of",
    "listed",
    "numbered",
    "packed",
    "phrase",
    "plural",
    "table",
    "teller",
    "told",
    "unpacked",
]

LANGUAGES = ("en", "zh")
TABLES = (report.WORDS, doctor.WORDS, reading.WORDS, tuning.WORDS, terminal.WORDS, assistant.WORDS, studio.WORDS)
WORDS: Mapping[str, tuple[str, str]] = {key: words for part in TABLES for key, words in part.items()}


def language_of(code: str) -> str:
    """The report language for a language code: Chinese for any kind of Chinese, else English.

    >>> language_of("zh-Hant"), language_of("de")
    ('zh', 'en')
    """
    return "zh" if code.lower().replace("_", "-").split("-")[0] in ("zh", "cmn", "yue") else "en"


def phrase(key: str, language: str = "en") -> str:
    """One string, with {places} for `str.format`. An unknown key is an error: nothing is shown half translated."""
    if key not in WORDS:
        raise unknown("phrase", key, WORDS)
    return WORDS[key][LANGUAGES.index(language_of(language))]


class Said(str):
    """A sentence that every language has: a str in English for programs, `code` and `values` to tell it to a person.

    >>> reason = Said("ladder.asked", {"method": "top"})
    >>> print(reason, "/", reason.told("zh"))
    top was asked for / 指定使用 top
    """

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, object]

    def __new__(cls, code: str, values: Mapping[str, object] | None = None) -> Said:
        made = super().__new__(cls, phrase(code).format(**values or {}))
        made.code, made.values = code, dict(values or {})
        return made

    def told(self, language: str) -> str:
        """The sentence in a language; sentences among its values are told in it too."""
        values = {name: one.told(language) if isinstance(one, Said) else one for name, one in self.values.items()}
        return phrase(self.code, language).format(**values)

    def mapped(self, change: Callable[[str], str]) -> Said:
        """The same sentence with every text among its values changed, such as masked."""
        return Said(self.code, {name: _changed(one, change) for name, one in self.values.items()})

    def __deepcopy__(self, memo: object) -> Said:
        return self  # nothing in it changes


def told(value: object, language: str) -> str:
    """The text of a value for a person: in the language, if it is a sentence of ours."""
    return value.told(language) if isinstance(value, Said) else str(value)


def plural(count: int, what: str) -> Said:
    """A counted thing. Each has two words in the table of the doctor: for one, and for many.

    >>> plural(1, "row"), plural(1200, "class"), plural(1200, "class").told("zh")
    ('1 row', '1,200 classes', '1,200 个类别')
    """
    return Said(f"{'one' if count == 1 else 'many'}.{what}", {"count": count})


def listed(parts: Sequence[object], mark: str = "list.comma") -> Said | str:
    """The parts one after the other, with the mark of the language between them; "" for none.

    >>> names = Said("gate.lost", {"names": listed(["bill", "late"])})
    >>> print(names, "/", names.told("zh"))
    labels lost: bill, late / 缺少标签：bill、late
    """
    if not parts:
        return ""
    last = parts[-1]
    found = last if isinstance(last, Said) else str(last)
    for part in reversed(parts[:-1]):
        found = Said(mark, {"first": part, "rest": found})
    return found


def numbered(numbers: Sequence[int], most: int = 8) -> Said | str:
    """Numbers of lines; of many only the first ones.

    >>> print(numbered([2, 5]), "/", numbered(range(2, 12), 2))
    2, 5 / 2, 3 and 8 more
    """
    shown = listed(numbers[:most])
    return Said("place.more", {"lines": shown, "count": len(numbers) - most}) if len(numbers) > most else shown


def at_lines(numbers: Sequence[int]) -> Said | str:
    """Where in a file, after its name; "" without lines.

    >>> print(f"a.csv{at_lines([4])}; a.csv{at_lines([4, 7])}; a.csv{at_lines([])}")
    a.csv, line 4; a.csv, lines 4, 7; a.csv
    """
    key = "place.lines" if len(numbers) > 1 else "place.line"
    return Said(key, {"lines": numbered(numbers)}) if numbers else ""


def teller(say: Callable[[str], None], language: str) -> Callable[[str], None]:
    """`say` in a language: each sentence of ours is told in it, any other text goes through as it is.

    >>> teller(print, "zh")(Said("ladder.asked", {"method": "top"}))
    指定使用 top
    """
    return lambda text: say(told(text, language))


def coded(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same mapping for JSON: English, and beside each sentence of ours its code.

    >>> coded({"reason": Said("ladder.asked", {"method": "top"})})
    {'reason': 'top was asked for', 'reason_code': 'ladder.asked'}
    """
    codes = {f"{name}_code": value.code for name, value in row.items() if isinstance(value, Said)}
    return {name: str(value) if isinstance(value, Said) else value for name, value in row.items()} | codes


def packed(value: Any) -> Any:
    """A sentence as JSON that `unpacked` reads again; any other value as it is.

    >>> unpacked(packed(Said("ladder.asked", {"method": "top"}))).told("zh")
    '指定使用 top'
    """
    if not isinstance(value, Said):
        return value
    return {"code": value.code, "values": {name: packed(one) for name, one in value.values.items()}}


def unpacked(found: Any) -> Any:
    """The reverse of `packed`. KeyError or LingosError where another version wrote it."""
    if not isinstance(found, Mapping):
        return found
    return Said(found["code"], {name: unpacked(one) for name, one in found["values"].items()})


def table(language: str) -> Mapping[str, str]:
    """All strings of one language by key."""
    return {key: phrase(key, language) for key in WORDS}


def _changed(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, Said):
        return value.mapped(change)
    return change(value) if isinstance(value, str) else value

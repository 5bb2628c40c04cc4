"""Which column is the text, which the label, and whether the first line is a header. Every choice has its reason.

Names decide first, then content: the text is what is long and mostly distinct, the label what is short and repeats.
What stays open is an error that lists the columns; nothing is chosen by position.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from lingos.data.source import RESERVED, Columns
from lingos.errors import DataError, unknown
from lingos.words.said import Said

__all__ = ["find_columns", "has_header", "is_known_name"]

TEXT_NAMES = (
    *("text", "sentence", "utterance", "query", "question", "message", "content", "input", "sentences", "texts"),
    *("文本", "内容", "句子", "问题", "语句", "正文", "消息", "文字", "话", "输入"),
)
WEAK_TEXT_NAMES = (
    *("title", "body", "comment", "review", "description", "document", "headline", "subject", "prompt", "tweet"),
    *("post", "abstract", "summary", "phrase", "request", "ticket", "email", "news"),
    *("评论", "标题", "描述", "摘要", "新闻", "评价", "留言", "工单", "邮件", "说明"),
)
LABEL_NAMES = (
    *("label", "intent", "category", "class", "target", "topic", "sentiment", "labels", "tag", "label_name"),
    *("label_text", "category_name", "class_name", "y", "emotion"),
    *("标签", "类别", "意图", "分类", "类", "情感", "类型", "主题", "标注", "种类"),
)
SAMPLE = 50_000  # rows looked at when content decides
MOST_LABELS = 1000
NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
IDENTIFIER = r"^[A-Za-z0-9_\-:./+@#]*\d[A-Za-z0-9_\-:./+@#]*$"  # ids, dates, links: long and distinct, yet no text


@dataclass(frozen=True)
class _Profile:
    """What a column looks like in the first rows."""

    name: str
    filled: int
    distinct: int
    length: float  # mean characters
    numbers: float  # share of cells that are numbers
    fractions: float  # share of cells that are numbers with a fraction
    identifiers: float

    @property
    def texty(self) -> bool:
        return self.filled > 0 and self.numbers < 0.5 and self.identifiers < 0.8 and self.distinct > 0.3 * self.filled

    @property
    def labelly(self) -> bool:
        few = 2 <= self.distinct <= min(MOST_LABELS, self.filled / 2)
        return few and self.length <= 60 and self.fractions < 0.1

    @property
    def continuous(self) -> bool:
        return self.numbers > 0.9 and self.fractions > 0.2 and self.distinct > max(20, 0.02 * self.filled)


def is_known_name(name: str | None) -> bool:
    """Whether a cell is a usual name of a text or label column."""
    return _key(name or "") in {*TEXT_NAMES, *WEAK_TEXT_NAMES, *LABEL_NAMES}


def has_header(rows: Sequence[Sequence[str | None]]) -> tuple[bool, Said]:
    """Whether the first row holds names rather than data, and why.

    >>> has_header([["text", "label"], ["hello", "greet"]])
    (True, "it holds the usual name 'text'")
    >>> has_header([["1", "hotel was fine"], ["0", "never again"]])
    (False, 'its cell 1 is a number')
    """
    if not rows:
        return False, Said("header.empty")
    first, rest = rows[0], rows[1:]
    for cell in first:
        if is_known_name(cell):
            return True, Said("header.usual", {"name": (cell or "").strip()})
    for position, cell in enumerate(first):
        word = (cell or "").strip()
        if re.match(NUMBER, word):
            return False, Said("header.number", {"place": position + 1})
        if any(len(row) > position and (row[position] or "").strip() == word for row in rest if word):
            return False, Said("header.again", {"word": word[:40]})
    if any(len(cell or "") > 40 or len((cell or "").split()) > 4 for cell in first):
        return False, Said("header.sentence")
    return _looks_apart(first, rest)


def find_columns(
    table: pa.Table,
    wanted: Mapping[str, str | None],
    kinds: Mapping[str, Collection[str]],
    labelled: bool,
    file: str,
) -> Columns:
    """Text, label and group of a table. `wanted` holds the names that a person gave, by role.

    Raises DataError for a name that does not exist (nearest told), for a choice that stays open, for a label column of
    lists (another task) or of continuous numbers (regression).
    """
    names = [name for name in table.column_names if name not in RESERVED]
    for role, name in wanted.items():
        if name is not None and name not in names:
            raise unknown(f"{role} column", name, names, DataError)
    given = [name for name in wanted.values() if name]
    if len(set(given)) < len(given):
        raise DataError(
            f"one column is named for two roles: {', '.join(given)}",
            expected="a different column each for text, label and group",
            cure=f"choose among {', '.join(names)}",
        )
    profiles = {name: _profile(table, name) for name in names}
    finder = _Finder(file, profiles, kinds)
    reasons = {role: Said("chosen.you") for role, name in wanted.items() if name}
    text, label, group = wanted.get("text"), wanted.get("label"), wanted.get("group")
    if not text:
        text, reasons["text"] = finder.text({label, group})
    if not label and labelled:
        label, reasons["label"] = finder.label({text, group})
    if label and labelled:
        finder.check_label(label)
    chosen = {text, label, group}
    return Columns(text, label, group, reasons, tuple(name for name in names if name not in chosen))


@dataclass(frozen=True)
class _Finder:
    file: str
    profiles: Mapping[str, _Profile]
    kinds: Mapping[str, Collection[str]]

    def text(self, taken: Collection[str | None]) -> tuple[str, Said]:
        free = [name for name in self._plain() if name not in taken]
        for known in (TEXT_NAMES, WEAK_TEXT_NAMES):
            found = [name for name in free if _key(name) in known]
            exact = [name for name in found if _key(name) in ("text", "文本")]
            pair = [
                name
                for name in free
                if re.fullmatch(r"(.*\D)_?[12ab]", _key(name)) and _key(name)[:-1].strip("_") in known
            ]
            if len(pair) > 1 and not exact:
                raise self._open("text", pair, f"{' and '.join(pair)} are a pair, and pairs are another task")
            if len(exact or found) == 1:
                return (exact or found)[0], Said("chosen.name")
            if found:
                return self._longest(found, "chosen.longest")
        return self._longest([name for name in free if self.profiles[name].texty], "chosen.unnamed")

    def label(self, taken: Collection[str | None]) -> tuple[str | None, Said]:
        free = [name for name in self.profiles if name not in taken]
        found = [name for name in free if _key(name) in LABEL_NAMES]
        plain = [name for name in found if name in self._plain()] or found
        exact = [name for name in plain if _key(name) in ("label", "标签")]
        if len(exact or plain) == 1:
            return (exact or plain)[0], Said("chosen.name")
        if plain:
            raise self._open("label", plain)
        likely = [name for name in free if name in self._plain() and self.profiles[name].labelly]
        if len(likely) > 1:
            raise self._open("label", likely)
        if likely:
            return likely[0], Said("chosen.values", {"count": self.profiles[likely[0]].distinct})
        return None, Said("chosen.none")

    def check_label(self, name: str) -> None:
        """Stops at what is another task."""
        profile = self.profiles[name]
        if set(self.kinds.get(name, ())) & {"list", "object"}:
            raise DataError(
                f"the label column '{name}' of {self.file} holds lists or objects",
                expected="one label per row",
                cure="several labels per row are another task (multi-label); keep one label, or name another column",
            )
        prose = profile.length > 40 or (profile.length > 12 and profile.filled > 500)
        if prose and profile.distinct > 0.5 * profile.filled:
            raise DataError(
                f"the label column '{name}' of {self.file} holds free text: {profile.distinct:,} different values in "
                f"{profile.filled:,} rows",
                expected="a label column with a few values that repeat",
                cure="name another label column: --label COLUMN; text to text is another task",
            )
        if profile.continuous:
            raise DataError(
                f"the label column '{name}' of {self.file} holds numbers with fractions, {profile.distinct:,} "
                "different ones: that is regression",
                expected="a label column with a few values that repeat",
                cure="cut the numbers into classes (for example low, middle, high), or name another label column: "
                "--label COLUMN",
            )

    def _plain(self) -> list[str]:
        return [name for name in self.profiles if not set(self.kinds.get(name, ())) & {"list", "object"}]

    def _longest(self, names: Sequence[str], key: str) -> tuple[str, Said]:
        ranked = sorted(names, key=lambda name: -self.profiles[name].length)
        if not ranked:
            raise self._open("text", list(self.profiles), "no column looks like text")
        best = self.profiles[ranked[0]]
        if len(ranked) == 1:
            return best.name, Said("chosen.only", {"length": best.length})
        if len(ranked) > 1 and self.profiles[ranked[1]].length > 0.6 * best.length:
            raise self._open("text", ranked)
        return best.name, Said(key, {"length": best.length})

    def _open(self, role: str, names: Sequence[str], why: str = "") -> DataError:
        shown = ", ".join(
            f"'{p.name}' ({p.distinct:,} different, {p.length:.0f} characters)" for p in self.profiles.values()
        )
        why = why or f"{' and '.join(repr(name) for name in names[:6])} could both be it"
        return DataError(
            f"which column of {self.file} is the {role}? {why}",
            expected=f"one {role} column among: {shown}",
            cure=f"name it: --{role} {names[0] if names else 'COLUMN'}",
        )


def _profile(table: pa.Table, name: str) -> _Profile:
    cells = pc.drop_null(table.column(name).slice(0, SAMPLE))
    count = len(cells)
    if not count:
        return _Profile(name, 0, 0, 0.0, 0.0, 0.0, 0.0)
    number = pc.match_substring_regex(cells, NUMBER)
    fraction = pc.and_(number, pc.match_substring_regex(cells, r"\.\d*[1-9]|[eE]-"))
    return _Profile(
        name,
        filled=count,
        distinct=pc.count_distinct(cells).as_py(),
        length=pc.mean(pc.utf8_length(cells)).as_py(),
        numbers=pc.mean(number).as_py(),
        fractions=pc.mean(fraction).as_py(),
        identifiers=pc.mean(pc.match_substring_regex(cells, IDENTIFIER)).as_py(),
    )


def _key(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().lstrip("\ufeff").casefold())


def _looks_apart(first: Sequence[str | None], rest: Sequence[Sequence[str | None]]) -> tuple[bool, Said]:
    """Names are much shorter than the texts below them."""
    if not rest or not all((cell or "").strip() for cell in first):
        return False, Said("header.not-names")
    below = [len(max((cell or "" for cell in row), key=len, default="")) for row in rest]
    longest = max(len(cell or "") for cell in first)
    if longest * 1.5 < sum(below) / len(below):
        return True, Said("header.short")
    return False, Said("header.rows")

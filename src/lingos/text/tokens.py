"""Text -> token ids, with the `tokenizers` library alone: neither torch nor transformers is imported.

The definition is the JSON that a skill carries (`tokenizer.json`). Padding and truncation that were saved in it are
taken out: rows are never padded here, and the length is an argument of every call.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from lingos.contracts import Row
from lingos.errors import BackboneError

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Tokens", "plain"]

PADS = ("[PAD]", "<pad>", "<|padding|>", "<|pad|>")
CHUNK = 4096  # texts per call of the library: bounds the memory of its encodings, which keep strings and offsets
CHARACTERS = 4_000_000  # and characters, for files of long texts

# An explicit value stops the library's warning at every fork; the child must not use the parent's dead thread pool.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
os.register_at_fork(after_in_child=lambda: os.environ.__setitem__("TOKENIZERS_PARALLELISM", "false"))


def plain(tokenizer_json: str) -> str:
    """The same definition without saved padding and truncation, in one canonical spelling.

    >>> plain('{"padding": {"strategy": {"Fixed": 128}}, "model": {"type": "BPE"}}')
    '{"model":{"type":"BPE"},"padding":null,"truncation":null}'
    """
    return _spelled(_definition(tokenizer_json))


class Tokens:
    """A tokenizer made from its JSON definition. Choose it wherever token ids or token counts are wanted.

    Gives the ids that transformers' AutoTokenizer gives for the same definition. Safe to share between threads.

    >>> from tokenizers.models import WordLevel
    >>> tokens = Tokens(Tokenizer(WordLevel({"[UNK]": 0, "[PAD]": 1, "hello": 2}, "[UNK]")).to_str())
    >>> [row.tensors["input_ids"].tolist() for row in tokens.rows(["hello"], 16)]
    [[2]]
    >>> tokens.pad_id, tokens.unknown_share(["hello"])
    (1, 0.0)
    """

    def __init__(self, tokenizer_json: str) -> None:
        definition = _definition(tokenizer_json)
        self.tokenizer_json = _spelled(definition)
        try:
            self._tokenizer = Tokenizer.from_str(self.tokenizer_json)
        except Exception as error:  # the library raises the bare Exception
            raise BackboneError(
                f"the tokenizer definition can not be read: {error}",
                expected="a tokenizer.json of the `tokenizers` library",
                cure="download or copy the model folder again",
            ) from error
        self.pad_id = _pad_id(self._tokenizer, definition)
        self.unknown_id = _unknown_id(self._tokenizer, definition["model"])
        self._lock = threading.Lock()  # the library keeps the truncation length as state
        self._length: int | None = None

    @property
    def size(self) -> int:
        """Number of token ids, added tokens included."""
        return self._tokenizer.get_vocab_size(with_added_tokens=True)

    def rows(self, texts: Sequence[str], max_length: int, *, offsets: bool = False) -> list[Row]:
        """One row a text, special tokens included, cut to `max_length` tokens with the closing special token kept.

        `input_ids` is int32 [length]; with `offsets`, `row.offsets` is int32 [length, 2] in characters of the text:
        the place of the word that a piece belongs to, (0, 0) for special tokens.
        """
        self._check_length(max_length)
        rows: list[Row] = []
        for encoding in self._encode(texts, max_length, offsets):
            ids = np.asarray(encoding.ids, dtype=np.int32)
            spans = _words(encoding) if offsets else None
            rows.append(Row({"input_ids": ids}, example=len(rows), offsets=spans))
        return rows

    def count(self, texts: Sequence[str]) -> Array:
        """Tokens of each text, special tokens included, nothing cut: int64 [texts]."""
        return np.asarray([len(encoding.ids) for encoding in self._encode(texts, None)], dtype=np.int64)

    def unknown_share(self, texts: Sequence[str]) -> float:
        """Share of all tokens that the vocabulary does not know, special tokens not counted: 0..1.

        Byte-level vocabularies know every text: 0.0.
        """
        unknown = total = 0
        for encoding in self._encode(texts, None, special=False):
            total += len(encoding.ids)
            unknown += encoding.ids.count(self.unknown_id) if self.unknown_id is not None else 0
        return unknown / total if total else 0.0

    def _encode(
        self, texts: Sequence[str], max_length: int | None, offsets: bool = False, *, special: bool = True
    ) -> Iterator[Any]:
        encode = self._tokenizer.encode_batch if offsets else self._tokenizer.encode_batch_fast
        for chunk in _chunks(texts):
            with self._lock:
                self._cut_at(max_length)
                encodings = encode(chunk, add_special_tokens=special)
            yield from encodings

    def _cut_at(self, max_length: int | None) -> None:
        if max_length == self._length:
            return
        if max_length is None:
            self._tokenizer.no_truncation()
        else:
            self._tokenizer.enable_truncation(max_length)
        self._length = max_length

    def _check_length(self, max_length: int) -> None:
        special = self._tokenizer.num_special_tokens_to_add(False)
        if max_length <= special:
            raise BackboneError(
                f"max_length {max_length} leaves no room for text",
                expected=f"more than the {special} special tokens of this tokenizer",
                cure=f"set max_length to at least {special + 1}",
            )


# -- helpers ---------------------------------------------------------------------------------------------------------
def _definition(tokenizer_json: str) -> dict[str, Any]:
    try:
        definition: dict[str, Any] = json.loads(tokenizer_json)
    except ValueError as error:
        raise BackboneError(
            f"the tokenizer definition is not JSON: {error}",
            expected="the content of a tokenizer.json",
            cure="download or copy the model folder again",
        ) from error
    return definition


def _spelled(definition: dict[str, Any]) -> str:
    bare = {**definition, "padding": None, "truncation": None}
    return json.dumps(bare, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _words(encoding: Any) -> Array:
    """The place of each piece's whole word, int32 [length, 2]."""
    spans = [(0, 0) if word is None else encoding.word_to_chars(word) for word in encoding.word_ids]
    return np.asarray(spans, dtype=np.int32).reshape(-1, 2)


def _chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    characters = 0
    for text in texts:
        chunk.append(text)
        characters += len(text)
        if len(chunk) >= CHUNK or characters >= CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _pad_id(tokenizer: Tokenizer, definition: dict[str, Any]) -> int:
    saved = definition.get("padding")
    if saved:
        return int(saved["pad_id"])
    for name in PADS:
        found = tokenizer.token_to_id(name)
        if found is not None:
            return int(found)
    raise BackboneError(
        "the tokenizer has no padding token",
        expected=f"one of {', '.join(PADS)} in its vocabulary",
        cure="choose a text encoder's tokenizer, not one of a causal language model",
    )


def _unknown_id(tokenizer: Tokenizer, model: dict[str, Any]) -> int | None:
    if model.get("unk_id") is not None:  # Unigram names the id, the others the token
        return int(model["unk_id"])
    token = model.get("unk_token")
    return tokenizer.token_to_id(token) if token else None

"""Tokens: the ids of transformers, no state left behind, threads and forks."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import tiny
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer

from lingos.backbones.folder import Folder
from lingos.backbones.text import embedded_folder
from lingos.errors import BackboneError
from lingos.text.tokens import CHUNK, Tokens, plain

EMBEDDED = (embedded_folder() / "tokenizer.json").read_text(encoding="utf-8")
ODD = (
    "",
    " ",
    "a\tb\nc",
    "Ünïcödé ÀÉ",
    "[SEP] and <s> in a text",
    "1,000.00 EUR!!!",
    "ﬁ ﬀ ½",
    "混合 text 中文",
    "😀 ok",
)


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(EMBEDDED)


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_ids_are_those_of_transformers(family: str, tmp_path: Path) -> None:
    folder = Folder(tiny.folder(tmp_path, family, layers=1))
    theirs = AutoTokenizer.from_pretrained(folder.path)
    ours = Tokens(folder.tokenizer_json())
    texts = [*tiny.TEXTS, *ODD]
    for length in (5, 12, 128):
        rows = ours.rows(texts, length)
        expected = theirs(texts, truncation=True, max_length=length)["input_ids"]
        assert [row.tensors["input_ids"].tolist() for row in rows] == expected
    assert ours.pad_id == theirs.pad_token_id
    assert ours.count(texts).tolist() == [len(ids) for ids in theirs(texts)["input_ids"]]


def test_the_raw_definition_of_the_embedded_model_is_what_transformers_makes_of_it(tokens: Tokens) -> None:
    theirs = AutoTokenizer.from_pretrained(embedded_folder())
    texts = [*tiny.TEXTS, *ODD, "word " * 1000]
    got = [row.tensors["input_ids"].tolist() for row in tokens.rows(texts, 64)]
    assert got == theirs(texts, truncation=True, max_length=64)["input_ids"]


def test_saved_padding_and_truncation_are_taken_out(tokens: Tokens) -> None:
    assert json.loads(EMBEDDED)["padding"]["strategy"] == {"Fixed": 128}  # as the file comes
    assert json.loads(tokens.tokenizer_json)["padding"] is None
    assert tokens.rows(["hi"], 512)[0].tensors["input_ids"].tolist() == [101, 7632, 102]
    assert tokens.count(["a " * 300]).tolist() == [302]
    assert plain(tokens.tokenizer_json) == tokens.tokenizer_json


def test_a_short_length_does_not_stay(tokens: Tokens) -> None:
    text = "one two three four five six"
    assert len(tokens.rows([text], 4)[0].tensors["input_ids"]) == 4
    assert tokens.count([text]).tolist() == [8]
    assert len(tokens.rows([text], 6)[0].tensors["input_ids"]) == 6


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=6), length=st.integers(3, 40))
def test_rows_are_cut_with_both_special_tokens_kept(tokens: Tokens, texts: list[str], length: int) -> None:
    rows = tokens.rows(texts, length, offsets=True)
    full = tokens.count(texts)
    assert [row.example for row in rows] == list(range(len(texts)))
    for row, text, count in zip(rows, texts, full, strict=True):
        ids = row.tensors["input_ids"]
        assert ids.dtype == np.int32
        assert len(ids) == min(count, length)
        assert (ids[0], ids[-1]) == (101, 102)
        assert row.offsets is not None
        assert row.offsets.shape == (len(ids), 2)
        assert row.offsets.min() >= 0
        assert row.offsets.max() <= len(text)
        assert ids.tolist() == tokens.rows([text], length)[0].tensors["input_ids"].tolist()


def test_offsets_are_characters_of_the_original_text(tokens: Tokens) -> None:
    text = "Ünder 中文 parcel"
    row = tokens.rows([text], 32, offsets=True)[0]
    assert row.offsets is not None
    pieces = [text[start:stop] for start, stop in row.offsets[1:-1]]
    assert "".join(pieces) == text.replace(" ", "")


def test_unknown_share(tokens: Tokens, tmp_path: Path) -> None:
    assert tokens.unknown_share([]) == 0.0
    assert tokens.unknown_share(["hello world"]) == 0.0
    assert tokens.unknown_share(["你 hello"]) == 0.5
    assert tokens.unknown_share(["鼠标坏了"]) > 0.5
    byte_level = Tokens(Folder(tiny.folder(tmp_path, "modernbert", layers=1)).tokenizer_json())
    assert byte_level.unknown_share(["鼠标坏了"]) == 0.0


def test_unknown_share_of_a_unigram_vocabulary(tmp_path: Path) -> None:
    tokens = Tokens(Folder(tiny.folder(tmp_path, "xlm-roberta", layers=1)).tokenizer_json())
    assert tokens.unknown_share([tiny.TEXTS[0]]) == 0.0
    assert tokens.unknown_share(["ЖЩ"]) > 0.0


def test_more_texts_than_one_chunk_keep_their_order(tokens: Tokens) -> None:
    texts = [str(number) for number in range(CHUNK + 10)]
    rows = tokens.rows(texts, 16)
    assert [row.example for row in rows] == list(range(len(texts)))
    assert (
        rows[CHUNK + 3].tensors["input_ids"].tolist()
        == tokens.rows([texts[CHUNK + 3]], 16)[0].tensors["input_ids"].tolist()
    )


def test_threads_with_different_lengths_do_not_disturb_each_other(tokens: Tokens) -> None:
    def longest(length: int) -> int:
        return max(len(row.tensors["input_ids"]) for row in tokens.rows(["word " * 100] * 20, length))

    lengths = [8, 16, 32, 64] * 10
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(longest, lengths)) == lengths


def _count_in_child(text: str) -> int:
    return int(Tokens(EMBEDDED).count([text] * 50)[0])


def test_a_forked_child_counts_without_hanging_or_warning(
    tokens: Tokens, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")  # as outside of the tests
    tokens.count(["hello world"] * 1000)  # the parent has used the thread pool
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Python: fork in a process with threads
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply_async(_count_in_child, ("hello world",)).get(timeout=30) == 4
    assert "forked" not in capfd.readouterr().err


def test_errors_say_what_to_do(tokens: Tokens) -> None:
    with pytest.raises(BackboneError, match="not JSON"):
        Tokens("{")
    with pytest.raises(BackboneError, match="can not be read"):
        Tokens('{"model": {"type": "Nonsense"}}')
    with pytest.raises(BackboneError, match="no room"):
        tokens.rows(["a"], 2)
    with pytest.raises(BackboneError, match="no padding token"):
        Tokens(Tokenizer(models.WordLevel({"a": 0}, "a")).to_str())


def test_neither_torch_nor_transformers_is_imported(root: Path) -> None:
    code = (
        "import sys; from lingos.backbones.text import load; b = load('default'); "
        "b.rows([{'text': 'hi'}], 16); b.tokens.unknown_share(['hi']); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0

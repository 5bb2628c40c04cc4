"""What is printed: aligned by cells, folded on a terminal, safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.cli import console
from lingos.cli.console import cells, cut, fold, pad, table


@given(st.text(max_size=60), st.integers(10, 40))
def test_what_is_cut_fits(text: str, size: int) -> None:
    assert cells(cut(text, size)) <= size


@given(st.lists(st.sampled_from(["where", "is", "退款", "到了吗", "x" * 9]), max_size=20), st.integers(10, 40))
def test_folding_loses_nothing_and_fits(words: list[str], size: int) -> None:
    lines = fold(" ".join(words), size)
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert all(cells(one) <= size for one in lines)


def test_a_word_that_does_not_fit_stays_whole() -> None:
    assert fold("see /a/very/long/path/to/a/file", 10) == ["see", "/a/very/long/path/to/a/file"]


def test_chinese_and_english_labels_stand_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    table("T", ["label", "rows"], [["退款申请", "1"], ["refund", "2"]])
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [cells(one.rpartition(" ")[0]) for one in lines] == [9, 9]


def test_a_narrow_terminal_folds_the_last_column(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "width", lambda: 40)
    table("T", ["a", "note"], [["x", "many words " * 10]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 4 and all(len(one) <= 40 for one in lines)
    assert all(one.startswith("   ") for one in lines[3:])


def test_in_a_pipe_a_row_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    table("T", ["a", "note"], [["x", "many words " * 40]])
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_texts_can_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console.show("a\x1b[31mb\x07\u009bc")
    console.line("a\x1b]0;title\x07")
    said = capsys.readouterr()
    assert not {"\x1b", "\x07", "\u009b"} & set(said.out + said.err)


def test_no_bar_without_a_terminal() -> None:
    with console.bar() as move:
        assert move is None


def test_padding_counts_cells() -> None:
    assert cells(pad("退款", 9)) == cells(pad("refund", 9)) == 9

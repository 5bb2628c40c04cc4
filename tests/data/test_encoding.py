"""Encodings: detected, told, and never a crash for one bad line."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.data.encoding import detect_encoding, looks_binary, named_encoding, text_lines, text_pieces
from lingos.errors import DataError

CHINESE = "text,label\n" + "".join(f"酒店很好，下次还会再来，服务也不错{i},好\n" for i in range(20))
FRENCH = "".join(f"Où est ma carte bancaire, s'il vous plaît {i} ? Déjà reçu\n" for i in range(20))
RUSSIAN = "".join(f"Где моя посылка номер {i}, она должна была прийти вчера\n" for i in range(40))


def lines(content: bytes, name: str | None = None) -> tuple[list[str], dict[int, str], str, tuple[str, ...]]:
    encoding = named_encoding(name, content) if name else detect_encoding(io.BytesIO(content), "a.csv")
    broken: dict[int, str] = {}
    return list(text_lines(io.BytesIO(content), encoding, broken, "a.csv")), broken, encoding.name, encoding.notes


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_chinese_in_every_encoding_is_the_same_text(codec: str, found: str) -> None:
    text, broken, name, notes = lines(CHINESE.encode(codec))
    assert ("".join(text), broken, name) == (CHINESE, {}, found)
    assert bool(notes) == (found != "utf-8")


@pytest.mark.parametrize(("text", "codec"), [(FRENCH, "cp1252"), (RUSSIAN, "cp1251"), (CHINESE, "big5")])
def test_other_encodings_are_guessed_and_the_guess_is_told(text: str, codec: str) -> None:
    text = text.replace("会", "會").replace("还", "還").replace("来", "來").replace("务", "務").replace("错", "錯")
    found, _, _, notes = lines(text.encode(codec))
    assert "".join(found) == text
    assert "guessed" in notes[0]


def test_lines_of_another_encoding_are_named_one_by_one() -> None:
    content = b"".join(line.encode("gbk" if i == 7 else "utf-8") for i, line in enumerate(CHINESE.splitlines(True)))
    text, broken, name, notes = lines(content)
    assert (list(broken), name, len(text)) == ([8], "utf-8", 21)
    assert "0xbe" in broken[8]
    assert "1 line(s)" in notes[0]


def test_a_named_encoding_is_kept_even_where_it_fails() -> None:
    text, broken, _, _ = lines(CHINESE.encode("gb18030"), "ascii")
    assert len(broken) == 20
    assert text[0] == "text,label\n"
    assert lines(CHINESE.encode("utf-8-sig"), "utf-8")[0][0] == "text,label\n"
    assert lines(CHINESE.encode("utf-16"), "UTF-16")[0][0] == "text,label\n"
    with pytest.raises(DataError, match="did you mean 'utf-8'"):
        named_encoding("uft-8", b"")
    with pytest.raises(DataError, match="unknown encoding 'base64'"):
        named_encoding("base64", b"")


def test_undecodable_utf16_is_noted() -> None:
    content = "text,label\n".encode("utf-16-le") + b"\x00\xd8" + "x,y\nok,z\n".encode("utf-16-le")
    _, broken, _, _ = lines(content, "utf-16-le")
    assert list(broken) == [2]


def test_old_macintosh_lines() -> None:
    assert lines(b"text,label\ra,b\r")[0] == ["text,label\n", "a,b\n"]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\ufeff\x00"), max_size=200))
def test_lines_join_to_the_text(text: str) -> None:
    content = b"plain ascii\n" * 200 + text.encode()
    assert "".join(lines(content, "utf-8")[0]).encode() == content


def test_pieces_mark_bytes_that_do_not_decode() -> None:
    half = '{"a"'.encode("utf-16-le") + b"\x00"
    assert "".join(text_pieces(io.BytesIO(half), named_encoding("utf-16-le", half))) == '{"a"\udc80'
    content = b'["\xff"]'
    assert "".join(text_pieces(io.BytesIO(content), named_encoding("utf-8", content))) == '["\udcff"]'


@pytest.mark.parametrize(
    ("sample", "binary"),
    [
        (bytes(range(256)) * 4, True),
        (b"\x00" * 100, True),
        (b"he\0llo, you are all most welcome here\n" * 5, False),
        (CHINESE.encode("gb18030"), False),
        (CHINESE.encode("utf-16"), False),
        ("plain text\n".encode("utf-16-be"), False),
        (b"", False),
    ],
)
def test_binary_files_are_known(sample: bytes, binary: bool) -> None:
    assert looks_binary(sample) is binary


def test_a_file_that_is_not_made_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingos.data.encoding.LONGEST_LINE", 1 << 20)
    with pytest.raises(DataError, match="line of more than 1 MB"):
        lines(b"a" * (3 << 20))

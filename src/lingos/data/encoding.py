"""Bytes -> lines of text. Finds the encoding, and says which lines can not be decoded instead of giving up.

Order of belief: a byte-order mark; the zero bytes of UTF-16; UTF-8 if nearly all lines are valid; GB18030 if the
decoded characters are those of Chinese prose; else the guess of charset-normalizer, which is told as a guess.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lingos.errors import DataError, unknown
from lingos.words.said import Said

__all__ = ["Encoding", "detect_encoding", "looks_binary", "named_encoding", "text_lines", "text_pieces"]

BLOCK = 1 << 20
LONGEST_LINE = 64 << 20  # bytes; beyond this the file is not made of lines
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
KNOWN = ("utf-8", "gb18030", "utf-16", "big5", "shift_jis", "euc-kr", "cp1252", "latin-1")
FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事"
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实请问怎吗什很酒店房间书买"
)
WESTERN = frozenset("àâäáãåçéèêëíìîïñóòôöõøúùûüýÿßœæÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜŒÆ«»‘’“”„–—…€£°§©®™·¿¡º\xa0")


@dataclass(frozen=True)
class Encoding:
    """How the bytes of one file become text. `skip` is the length of the byte-order mark."""

    name: str
    skip: int = 0
    notes: tuple[str, ...] = ()
    carriage_returns: bool = False  # lines end with a bare CR, as old Macintosh programs write


@dataclass
class _Census:
    """What a pass over all lines found out about UTF-8."""

    lines: int = 0
    foreign: int = 0  # valid UTF-8 lines with a character outside ASCII
    damaged: int = 0  # UTF-8 with a few bytes that are not: a document may be one long line
    invalid: int = 0
    sample: list[bytes] = field(default_factory=list)

    def add(self, block: bytes) -> None:
        if block.isascii():
            self.lines += block.count(b"\n")
            return
        for line in block.splitlines():
            self.lines += 1
            if line.isascii():
                continue
            try:
                line.decode()
                self.foreign += 1
            except UnicodeDecodeError:
                self._add_invalid(line)

    def _add_invalid(self, line: bytes) -> None:
        text = line.decode(errors="replace")
        lost = text.count("\ufffd")
        if sum(c > "\x7f" for c in text) - lost > 4 * lost:
            self.damaged += 1
            return
        self.invalid += 1
        if self.invalid <= 2000:
            self.sample.append(line[:4000])


def named_encoding(name: str, sample: bytes) -> Encoding:
    """The encoding that a person named; its byte-order mark, if any, is skipped. Unknown names list the usual ones."""
    try:
        codec = codecs.lookup(name).name
        io.TextIOWrapper(io.BytesIO(), codec)  # refuses codecs that give no text, such as base64
    except (LookupError, UnicodeError):
        raise unknown("encoding", name, KNOWN, DataError) from None
    codec = "utf-8" if codec == "utf-8-sig" else codec
    returns = b"\r" in sample and b"\n" not in sample and not codec.startswith(("utf-16", "utf-32"))
    for mark, marked in MARKS:
        if sample.startswith(mark) and marked.startswith(codec):
            return Encoding(marked, len(mark), (), returns)
    return Encoding({"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(codec, codec), 0, (), returns)


def looks_binary(sample: bytes) -> bool:
    """Whether bytes are no text in any encoding: more than 5 % control characters and not UTF-16 or UTF-32."""
    if not sample or any(sample.startswith(mark) for mark, _ in MARKS) or _wide(sample):
        return False
    control = sum(sample.count(byte) for byte in range(32) if byte not in b"\t\n\r\f")
    return control > 0.05 * len(sample)


def detect_encoding(stream: BinaryIO, name: str) -> Encoding:
    """Reads the whole stream once. Raises DataError when nothing fits."""
    sample = stream.read(1 << 16)
    returns = b"\r" in sample and b"\n" not in sample
    for mark, codec in MARKS:
        if sample.startswith(mark):
            notes = () if codec == "utf-8" else (Said("note.mark", {"codec": codec}),)
            return Encoding(codec, len(mark), notes, returns and codec == "utf-8")
    if wide := _wide(sample):
        return Encoding(wide, 0, (Said("note.wide", {"codec": wide}),))
    census = _Census()
    for block in _blocks(_Chain(sample, stream), returns, name):
        census.add(block)
    return _judge(census, returns, name)


def text_lines(stream: BinaryIO, encoding: Encoding, broken: dict[int, str], name: str) -> Iterator[str]:
    """The lines with their endings. Lines that can not be decoded hold U+FFFD and are noted in `broken` by number."""
    stream.read(encoding.skip)
    if encoding.name.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(stream, encoding.name, broken)
        return
    number = 0
    for block in _blocks(stream, encoding.carriage_returns, name):
        try:
            lines = io.StringIO(block.decode(encoding.name), newline="\n").readlines()
        except UnicodeDecodeError:
            lines = _mend(block, encoding.name, number, broken)
        number += len(lines)
        yield from lines


def text_pieces(stream: BinaryIO, encoding: Encoding) -> Iterator[str]:
    """The text in pieces of any cut, for formats without lines. A byte that can not be decoded becomes a lone
    surrogate, which the writer reports."""
    stream.read(encoding.skip)
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="lingos-escape")
    while piece := stream.read(BLOCK):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Like `surrogateescape`, which fails on bytes below 128, such as half a character of UTF-16."""
    assert isinstance(error, UnicodeDecodeError)
    lost = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + max(byte, 0x80)) for byte in lost), error.end


codecs.register_error("lingos-escape", _escape)


def _mend(block: bytes, codec: str, number: int, broken: dict[int, str]) -> list[str]:
    lines = []
    for offset, line in enumerate(io.BytesIO(block).readlines(), 1):
        try:
            lines.append(line.decode(codec))
        except UnicodeDecodeError as error:
            byte = line[error.start]
            broken[number + offset] = Said("row.byte", {"place": error.start + 1, "byte": byte, "codec": codec})
            lines.append(line.decode(codec, errors="replace"))
    return lines


def _wide_lines(stream: BinaryIO, codec: str, broken: dict[int, str]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    number, tail = 0, ""
    while True:
        piece = stream.read(BLOCK)
        text = tail + decoder.decode(piece, final=not piece)
        cut = text.rfind("\n") + 1 if piece else len(text)
        tail = text[cut:]
        for line in io.StringIO(text[:cut], newline="\n"):
            number += 1
            if "\ufffd" in line:
                broken[number] = Said("row.bytes", {"codec": codec})
            yield line
        if not piece:
            return


class _Chain:
    """A sample that was read already, then the rest of the stream."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.head, self.stream = head, stream

    def read(self, size: int) -> bytes:
        head, self.head = self.head, b""
        return head or self.stream.read(size)


def _blocks(stream: BinaryIO | _Chain, carriage_returns: bool, name: str) -> Iterator[bytes]:
    """About a megabyte at a time, cut after a newline: in the encodings read here 0x0A is never part of a character."""
    pending: list[bytes] = []
    held = 0
    while piece := stream.read(BLOCK):
        if carriage_returns:
            piece = piece.replace(b"\r", b"\n")
        cut = piece.rfind(b"\n") + 1
        if cut:
            yield b"".join([*pending, piece[:cut]])
            pending, held = [piece[cut:]], len(piece) - cut
            continue
        pending.append(piece)
        held += len(piece)
        if held > LONGEST_LINE:
            raise DataError(
                f"{name} has a line of more than {LONGEST_LINE >> 20} MB",
                expected="one row per line",
                cure="check that this is the file you meant, and that its rows end with a newline",
            )
    if last := b"".join(pending):
        yield last


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: there are zero bytes, and one byte order gives ordinary characters."""
    even = sample[: len(sample) // 2 * 2]
    if even.count(0) < 0.01 * len(even) or len(even) < 4:
        return None
    for codec in ("utf-16-le", "utf-16-be"):
        text = even.decode(codec, errors="replace")
        plain = sum(1 for c in text if " " <= c <= "~" or c in "\t\r\n" or "\u3000" <= c <= "\u9fff" or c >= "\uff00")
        if plain - text.count("\ufffd") > 0.95 * len(text):
            return codec
    return None


def _judge(census: _Census, returns: bool, name: str) -> Encoding:
    few = census.invalid <= 0.01 * census.lines  # then the lines are at fault, not the encoding
    if not census.invalid + census.damaged:
        return Encoding("utf-8", carriage_returns=returns)
    if census.foreign + census.damaged >= census.invalid or few:
        bad = census.invalid + census.damaged
        return Encoding("utf-8", notes=(Said("note.utf-8", {"count": bad}),), carriage_returns=returns)
    codec, how = _guess(census.sample)
    if not codec:
        raise DataError(
            f"the encoding of {name} is not known: {census.invalid} of {census.lines} lines are not UTF-8",
            expected="UTF-8, GB18030 or UTF-16 text",
            cure=f"name the encoding (--encoding {'|'.join(KNOWN)}) or save the file as UTF-8",
        )
    return Encoding(codec, notes=(Said(how, {"codec": codec}),), carriage_returns=returns)


def _guess(lines: list[bytes]) -> tuple[str | None, str]:
    chinese = [line.decode("gb18030", errors="ignore") for line in lines if _strict(line, "gb18030")]
    foreign = [c for text in chinese for c in text if ord(c) > 127]
    if len(chinese) >= 0.8 * len(lines) and foreign:
        frequent = sum(c in FREQUENT for c in foreign) / len(foreign)
        ideographs = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or c >= "\uff00" for c in foreign)
        if frequent >= 0.05 and ideographs >= 0.8 * len(foreign):
            return "gb18030", "note.detected"
    western = [line.decode("cp1252") for line in lines if _strict(line, "cp1252")]
    letters = [c for text in western for c in text if c.isalpha()]
    accents = [c for text in western for c in text if ord(c) > 127]
    # Cyrillic bytes read as cp1252 are accented letters too, but then nearly all letters are.
    if len(western) == len(lines) and len(accents) < 0.25 * len(letters) and set(accents) <= WESTERN:
        return "cp1252", "note.guessed"
    # charset_normalizer costs 50 ms to import and only foreign files need it.
    from charset_normalizer import from_bytes

    # The wide ones were tried before, and need care with byte order.
    found = [
        match.encoding for match in from_bytes(b"\n".join(lines)[:200_000]) if not match.encoding.startswith("utf")
    ]
    return (found[0], "note.guessed") if found else (None, "")


def _strict(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return True

"""The door: formats by name and content, compression, standard input, and clear errors for what is no data."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingos.data.readers import ReadOptions, read
from lingos.errors import DataError

CSV = b"text,label\n" + b"".join(b"hello %d,l%d\n" % (i, i % 3) for i in range(300))
LINES = b"".join(b'{"text": "hello %d", "label": "l%d"}\n' % (i, i % 3) for i in range(300))


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return bytes(sink.getvalue())


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zst", zstd)],
)
@pytest.mark.parametrize(("name", "content"), [("a.csv", CSV), ("a.jsonl", LINES), ("noname", LINES)])
def test_packed_files(tmp_path: Path, suffix: str, pack, name: str, content: bytes) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / (name + suffix)
    path.write_bytes(pack(content))
    made = read(path)
    assert (made.rows, made.columns.text, made.columns.label) == (300, "text", "label")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (CSV, LINES, gzip.compress(CSV), b'{"text": "hello 0", "label": "l0"}'):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        made = read("-")
        assert next(made.examples()).fields["text"] == "hello 0"
        assert made.file == "-"


def test_a_format_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.data").write_bytes(CSV)
    assert read(tmp_path / "a.data", format="csv").rows == 300
    (tmp_path / "b.csv").write_bytes(LINES)
    assert read(tmp_path / "b.csv").rows == 300  # the content contradicts the name
    with pytest.raises(DataError, match="did you mean 'csv'"):
        read(tmp_path / "b.csv", format="cvs")


BAD = {
    "empty.csv": (b"", "is empty"),
    "empty.csv.gz": (gzip.compress(b""), "is empty"),
    "blank.csv": (b"\n\n  \n", "has no rows"),
    "header.csv": (b"text,label\n", "has no rows"),
    "a.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG image"),
    "image.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a PNG image"),
    "office.csv": (b"PK\x03\x04" + bytes(range(256)), "a zip archive or an office document"),
    "program": (b"\x7fELF" + bytes(range(256)), "a program"),
    "random.csv": (random.Random(0).randbytes(10000), "binary, not text"),
    "a.xyz": (b"text,label\na,b\n", "format of .* is not known: '.xyz'"),
    "cut.csv.gz": (gzip.compress(random.Random(0).randbytes(30000).hex().encode())[:-4000], "damaged or cut off"),
    "cut.csv.xz": (lzma.compress(CSV * 9)[:-40], "damaged or cut off"),
    "cut.csv.bz2": (bz2.compress(CSV * 9)[:-40], "damaged or cut off"),
    "plain.csv.gz": (CSV, "not a gz file"),
    "bad.parquet": (b"PAR1" + bytes(1000) + b"PAR1", "damaged or cut off"),
    "not.parquet": (CSV, "damaged or cut off"),
    "bad.xlsx": (b"PK\x03\x04" + bytes(1000), "can not be read as a spreadsheet"),
    "huge.txt": (b"a" * 10_000_000, "no row of .* can be read; line 1: a cell of more than 1,000,000 characters"),
    "float.csv": (b"text,label\n" + b"".join(b"hello %d,0.%d\n" % (i, i * 7 + 1) for i in range(99)), "regression"),
    "hopeless.jsonl": (b"nonsense here\n" * 25000, "more than half of the rows"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_data_is_told(tmp_path: Path, name: str) -> None:
    content, words = BAD[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        read(tmp_path / name)
    assert caught.value.cure
    home = Path(os.environ["LINGOS_HOME"]) / "cache" / "arrow"
    assert not home.exists() or not list(home.glob(".*"))


def test_a_missing_file_tells_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_bytes(CSV)
    with pytest.raises(DataError, match=r"did you mean '.*tickets\.csv'"):
        read(tmp_path / "tikets.csv")
    with pytest.raises(DataError, match="check the path"):
        read(tmp_path / "nowhere" / "at.all")


def test_a_file_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(CSV)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # chmod does not stop root
    with pytest.raises(DataError, match="no right to read"):
        read(tmp_path / "a.csv")


def test_rows_in_are_rows_out(tmp_path: Path) -> None:
    generator = random.Random(1)
    lines = [f"hello {i},l{i % 3}" for i in range(20000)]
    planted = sorted(generator.sample(range(20000), 50))
    for at in planted:
        lines[at] = generator.choice(["only one cell", "a,b,c", '"open,x'])
    (tmp_path / "a.csv").write_text("text,label\n" + "\n".join(lines) + "\n")
    made = read(tmp_path / "a.csv")
    assert made.rows == 20000
    assert [one.row for one in made.malformed] == planted
    assert [one.line for one in made.malformed] == [at + 2 for at in planted]
    blank = [row for row, text in enumerate(made.column("text").to_pylist()) if text is None]
    assert blank == planted


MEMORY = """
import resource, sys
from lingos.data.readers import read
before = resource.getrusage(resource.RUSAGE_SELF)
source = read(sys.argv[1])
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(source.rows, (after.ru_maxrss - before.ru_maxrss) // 1024, seconds)
"""


def test_memory_does_not_grow_with_the_file_and_reading_is_fast(tmp_path: Path, root: Path) -> None:
    row = "why was I charged twice for my card payment today please help me"
    with (tmp_path / "a.csv").open("w") as stream:
        stream.write("text,label\n")
        stream.writelines(f'"{row}, {i}",l{i % 77}\n' for i in range(300_000))
    command = [sys.executable, "-c", MEMORY, str(tmp_path / "a.csv")]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    rows, grown, seconds = run.stdout.split()
    assert int(rows) == 300_000
    assert int(grown) < 120  # megabytes; the rows as Python texts would be 200
    assert float(seconds) < 300_000 / 60_000  # the bar is 100,000 rows a second; other work shares this machine


SETS = ["banking77", "hwu64", "sst2", "sst5", "ag_news_small", "chnsenticorp", "csl_category", "financial_phrasebank"]
SETS += ["fewclue_eprstmt", "fewclue_tnews", "fewclue_csldcp", "snips", "atis", "ha_intents_en", "ha_intents_zh"]


@pytest.mark.parametrize("name", SETS)
def test_shared_data_sets(data: Path, name: str) -> None:
    sizes = json.loads((data / "sizes.json").read_text())
    made = read(data / name / "test.jsonl")
    assert made.columns.text == "text"
    assert made.columns.label in ("label", "intent")
    assert not made.malformed
    with (data / name / "test.jsonl").open() as stream:
        assert made.rows == sum(1 for _ in stream)
    assert name in sizes


@given(
    st.lists(
        st.sampled_from(
            [b"text", b"label", b",", b";", b'"', b"\n", b"\r\n", b"\t", b"{", b"}", b"[", b"]", b":", b" "]
        )
        | st.binary(max_size=3)
        | st.sampled_from(["好的", "é", "0.5"]).map(str.encode),
        max_size=60,
    ).map(b"".join),
    st.sampled_from(["a.csv", "a.tsv", "a.json", "a.jsonl", "a.txt", "a"]),
)
def test_soup_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    path = tmp_path_factory.mktemp("soup") / name
    path.write_bytes(content)
    try:
        made = read(path)
    except DataError:
        return
    blank = {one.row for one in made.malformed}
    assert all(cell is None or row not in blank for row, cell in enumerate(made.column(made.columns.text).to_pylist()))
    assert len(list(made.examples())) == made.rows == len(set(made.ids()))


def test_labels_are_not_asked_for_when_predicting(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,x,z\n" + "".join(f"hello {i},a{i % 2},b{i % 2}\n" for i in range(20)))
    made = read(tmp_path / "a.csv", options=ReadOptions(labelled=False))
    assert made.columns.label is None
    assert made.columns.others == ("x", "z")

"""Faults planted in real rows: does the doctor find each, at its line, and nothing else?

    python benchmarks/doctor_plants.py [--show]

The rows are of hwu64 (folder LINGOS_DATA, default ../shared/data). Bars: all of >= 40 faults of >= 15 kinds found at
their lines; warnings on <= 2 % of hwu64's training rows as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lingos.data.doctor.doctor import DoctorOptions, Examination, ModelFacts, check
from lingos.data.readers import read

DATA = Path(os.environ.get("LINGOS_DATA", Path(__file__).parents[2] / "shared" / "data"))
LABELS = (
    "weather_query calendar_set play_music alarm_set news_query email_query lists_createoradd iot_coffee "
    "recommendation_events transport_query qa_currency general_joke"
).split()
HOST_ROWS, SEED, READS = 1_200, 11, 40
Row = tuple[str, str]


@dataclass
class Field:
    """The file that is being written, line by line, and what was planted where."""

    path: Path
    lines: list[bytes] = field(default_factory=lambda: [b"id,text,label,batch\n"])
    planted: list[tuple[str, int]] = field(default_factory=list)  # code, line; line 0 = the file as a whole
    written: int = 1
    ids: Iterator[int] = field(default_factory=lambda: iter(random.Random(3).sample(range(10_000, 99_999), 5_000)))

    def row(self, text: str, label: str, code: str = "") -> None:
        batch = f"B{LABELS.index(label) if label in LABELS else 99:02d}"
        cells = (str(next(self.ids)), text, label, batch)
        self.raw(",".join(_quoted(cell) for cell in cells).encode() + b"\n", code)

    def raw(self, line: bytes, code: str = "") -> None:
        if code:
            self.planted.append((code, self.written + 1))
        self.lines.append(line)
        self.written += line.count(b"\n")

    def save(self) -> None:
        self.path.write_bytes(b"".join(self.lines))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def text_faults(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """(code, text, label) that are wrong on their own."""
    misread = "请帮我查询明天北京的天气，谢谢。".encode()
    (t1, l1), (t2, l2), (t3, l3), (t4, l4), (t5, l5), (t6, l6) = rows[:6]
    return [
        ("empty-text", "", l1),
        ("empty-text", "   \t ", l2),
        ("empty-text", "\u200b\ufeff\u2060", l3),
        ("missing-label", t1 + " okay", ""),
        ("missing-label", t2 + " okay", "  "),
        ("nul-byte", t3[:12] + "\0" + t3[12:], l3),
        ("mojibake", t4 + " at the cafÃ© in MÃ¼nchen", l4),
        ("mojibake", "itâ€™s late, " + t5, l5),
        ("mojibake", misread.decode("latin-1"), "weather_query"),
        ("mojibake", misread.decode("gb18030", errors="replace").replace("\ufffd", ""), "weather_query"),
        ("broken-characters", t6 + " in S\ufffdo Paulo", l6),
        ("broken-characters", "锟斤拷锟斤拷 " + t1, l1),
        ("html-remains", t2 + "<br/>thanks a lot", l2),
        ("html-remains", "rock &amp; roll: " + t3, l3),
        ("html-remains", f'<div class="body">{t4} right away</div>', l4),
        ("html-remains", "it #39;s time, " + t5, l5),
        ("control-characters", t6 + " tonight\x07", l6),
        ("control-characters", "dear\u200b assistant, " + t1, l1),
        ("control-characters", "hello\x1b[0m there, " + t2, l2),
        ("personal-data", "send an email about it to jane.doe@example.com this evening", "email_query"),
        ("personal-data", "text me the forecast on 13812345678 every morning", "weather_query"),
        ("personal-data", "call +44 20 7946 0958 when the coffee is ready", "iot_coffee"),
        ("personal-data", "my id number is 11010519491231002X, put it on the list", "lists_createoradd"),
        ("personal-data", "buy the concert tickets with card 4111 1111 1111 1111", "recommendation_events"),
        ("personal-data", "send fifty dollars in euro to DE89 3704 0044 0532 0130 00", "qa_currency"),
        ("personal-data", "play the radio stream of host 203.113.42.117", "play_music"),
        ("foreign-language", "Bonjour, je voudrais savoir quel temps il fera demain à Paris", "weather_query"),
        ("foreign-language", "请把明天早上七点的闹钟打开", "alarm_set"),
        ("foreign-language", "Bitte spielen Sie mir heute Abend etwas ruhige Musik vor", "play_music"),
        ("foreign-language", "Какая завтра погода в Москве", "weather_query"),
        ("text-cut", " ".join(f"{t3}, {t4}, {t5}".split() * 3) + " and so on", l3),
        ("text-cut", " ".join(f"{t6}, {t1}, {t2}".split() * 3) + " and so on", l6),
        ("rare-class", "water the plants on the balcony", "garden_water"),
        ("rare-class", "what is my blood pressure", "health_query"),
        ("label-twin", "will there be a storm over the lake this afternoon", "weather_qurey"),
        ("label-twin", "how chilly does it get in the hills at night", "Weather_Query"),
        ("label-twin", "add my sister's wedding to june the fourth", "calendar_set "),
        ("label-twin", "shuffle the album that came out last friday", "ｐｌａｙ_ｍｕｓｉｃ"),
        ("likely-wrong-label", "what will the weather be like in london tomorrow", "play_music"),
        ("likely-wrong-label", "set an alarm for six in the morning on weekdays", "qa_currency"),
        ("likely-wrong-label", "tell me a really funny joke about a chicken", "transport_query"),
        ("likely-wrong-label", "what is the exchange rate of the us dollar to the euro", "iot_coffee"),
    ]


def plant(field: Field, rows: list[Row]) -> None:
    rng = random.Random(SEED)
    singles: list[Callable[[], None]] = [
        lambda code=code, text=text, label=label: field.row(text, label, code)  # type: ignore[misc]
        for code, text, label in text_faults(rows)
    ]
    singles += [
        lambda: field.raw(b"77,one,cell,too,many,here\n", "malformed-row"),
        lambda: field.raw(b"78,only two cells\n", "malformed-row"),
        lambda: field.raw(b'79,"broken \xff\xfe bytes in here",play_music,B02\n', "broken-encoding"),
        lambda: field.raw(b'80,"caf\xe9 news please",news_query,B04\n', "broken-encoding"),
        lambda: field.raw(b'81,"' + b"long " * 250_000 + b'",news_query,B04\n', "oversized-row"),
    ]
    long = [row for row in rows[6:] if len(row[0]) > 55]
    for number, (text, label) in enumerate(long[:9]):
        other = next(name for name in LABELS if name != label)
        again = (text.upper(), label) if number == 1 else (text, label)
        kind = ("duplicate", "near-duplicate", "conflict", "near-conflict")[min(number // 3, 3)]
        if kind == "near-duplicate":
            again = (text + "!" if number == 3 else text[:20] + text[20:].replace("e", "", 1), label)
        if kind == "conflict":
            again = (text, other) if number < 8 else (text + ".", other)
            kind = "conflict" if number < 8 else "near-conflict"
        singles.append(lambda again=again, kind=kind: field.row(*again, kind))  # type: ignore[misc,call-arg]
    places = sorted(rng.sample(range(300, len(rows)), len(singles)))
    for at, act in zip(places, rng.sample(singles, len(singles)), strict=True):
        while rows and len(field.lines) < at:
            field.row(*rows.pop(0))
        act()
    for row in rows:
        field.row(*row)
    field.planted.append(("leak-column", 0))
    field.save()


def report(found: Examination, planted: list[tuple[str, int]], show: bool) -> dict[str, object]:
    """What was planted, what was missed, which other lines were named."""
    lines: dict[str, set[int]] = defaultdict(set)
    for finding in found.findings:
        lines[finding.code] |= set(finding.lines) or {0}
    missed = [(code, line) for code, line in planted if line not in lines[code]]
    known = {line for _, line in planted}
    loud = [finding for finding in found.findings if finding.severity != "info"]
    stray = [(one.code, line) for one in loud for line in one.lines if line not in known]
    kinds = Counter(code for code, _ in planted)
    if show:
        for finding in found.findings:
            print(f"{finding.severity} {finding.code} {finding.lines[:6]} {finding.message[:150]}", file=sys.stderr)
    return {
        "planted": len(planted),
        "kinds": len(kinds),
        "missed": len(missed),
        "which": missed,
        "rows": found.rows,
        "used": found.used,
        "set_aside": len(found.set_aside),
        "other_lines_named": len(stray),
        "others": dict(Counter(code for code, _ in stray)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    hwu64 = DATA / "hwu64" / "train.jsonl"
    if not hwu64.exists():
        raise SystemExit(f"no {hwu64}: set LINGOS_DATA to the folder of the data sets")
    every = [(row["text"], row["label"]) for row in map(json.loads, hwu64.open(encoding="utf-8"))]
    rows = [row for row in dict.fromkeys(every) if row[1] in LABELS]
    random.Random(SEED).shuffle(rows)
    with tempfile.TemporaryDirectory() as place:
        file, test = Path(place) / "planted.csv", Path(place) / "test.csv"
        kept, fresh = rows[:HOST_ROWS], rows[HOST_ROWS : HOST_ROWS + 50]
        long = [text for text, _ in kept[20:] if len(text) > 50][-4:]
        field = Field(file)
        plant(field, list(kept))
        copies = [long[0], long[1].title(), long[2] + "!", *(text for text, _ in fresh)]
        test.write_text("text,label\n" + "".join(f"{_quoted(text)},play_music\n" for text in copies), encoding="utf-8")
        planted = [*field.planted, ("overlap", 2), ("overlap", 3), ("near-overlap", 4), ("base-language", 0)]
        model = ModelFacts(
            "tiny", ("fr",), READS, lambda texts: [len(text.split()) for text in texts], better={"en": ("a", "b")}
        )
        told = report(check(read(file), test=read(test), model=model), planted, options.show)
    plain = check(read(hwu64), options=DoctorOptions())
    share = len(plain.rows_with("warning")) / plain.rows
    told["hwu64"] = {"rows": plain.rows, "with_warning": len(plain.rows_with("warning")), "share": share}
    json.dump(told, sys.stdout, indent=1)


if __name__ == "__main__":
    main()

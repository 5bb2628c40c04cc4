"""No message of the doctor holds personal data, whichever check wrote it."""

from __future__ import annotations

import json

import pyarrow as pa

from lingos.data.doctor.doctor import DoctorOptions, check
from lingos.data.source import LINE, Columns, Malformed, Source

SECRETS = ("ann@example.org", "+44 20 7946 0958", "13812345678")


def source(rows: list[tuple[str, str]], malformed: tuple[Malformed, ...] = ()) -> Source:
    columns = {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    table = table.append_column(LINE, pa.array(range(2, len(rows) + 2), pa.int64()))
    return Source("a.csv", table, Columns("text", "label"), malformed)


def test_texts_labels_and_broken_rows_are_masked() -> None:
    mail, phone, mobile = SECRETS
    plain = [(f"{word} {word} where is parcel number {word}", label) for label in ("late", "bill")
             for word in ("red", "green", "blue", "big", "old", "new")]  # fmt: skip
    rows = [
        *plain,
        (f"write to {mail} today, please", "late"),
        (f"write to {mail} today, please", "bill"),
        (f"call {phone} at once\x07", "late"),
        (f"call {phone} at once\x07", "late"),
        (f"<b>my number</b> is {mobile} &amp; nothing else", "bill"),
        ("who is to be called", mail),
        ("this row can not be read", "bill"),
    ]
    broken = (Malformed(len(rows) + 1, len(rows) - 1, f"'{phone}' where an object is expected", "malformed-row"),)
    test = source([(f"write to {mail} today, please", "late")])
    found = check(source(rows, broken), test=test, options=DoctorOptions(labels=False))
    told = {finding.code for finding in found.findings}
    assert told >= {"conflict", "duplicate", "control-characters", "html-remains", "rare-class", "malformed-row",
                    "personal-data", "overlap"}  # fmt: skip
    said = json.dumps(found.to_json(), ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in said]
    assert "[email]" in said and "[phone]" in said

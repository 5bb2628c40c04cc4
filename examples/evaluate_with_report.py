"""Score a skill on a labelled file and write the report: one HTML page that opens offline, Markdown and JSON."""

from __future__ import annotations

import tempfile
from pathlib import Path

import lingos

DATA = Path(__file__).parent / "data"


def main() -> None:
    """`visible_gap` is the smallest difference between two skills that this many rows can show."""
    lingos.tune(DATA / "tickets_zh.csv", lingos.TuneOptions(name="tickets-zh", method="tfidf", base="none"))
    folder = Path(tempfile.mkdtemp())
    found = lingos.evaluate("tickets-zh", str(DATA / "tickets_zh_test.csv"), report=folder, say=print)
    test = found["test"]
    print(f"accuracy {test['primary']['value']:.3f} [{test['primary']['low']:.3f}, {test['primary']['high']:.3f}]")
    print(f"differences below {100 * test['visible_gap']:.1f} points can not be seen with {test['rows']} rows")
    for pair in found["confusions"][:2]:
        print(f"{pair['truth']} read as {pair['guess']}: {pair['quotes'][0]['text']}")


if __name__ == "__main__":
    main()

"""The proof of a chain: reads entries in their order, wherever they stand, and tells what is wrong.

The journal proves its own rows with it, `verify_file` those of an exported file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lingos.assistant.journal.chain import START, commitment, link

__all__ = ["COVERED", "proved"]

COVERED = ("number", "at", "kind", "person", "command", "call", "facts", "commitment")  # by the digest


def proved(rows: Iterable[Mapping[str, Any]]) -> tuple[int, str, list[str]]:
    """Number of the last entry, its digest, and what is wrong. Rows without `private` at all are not asked for theirs.

    >>> proved([])[0], proved([])[2]
    (0, [])
    """
    proof = _Proof()
    for row in rows:
        proof.follow(row)
        proof.texts(row)
    return proof.number, proof.last, proof.faults + proof.unsaid()


class _Proof:
    """How far the proof is."""

    def __init__(self) -> None:
        self.number, self.last = 0, START
        self.faults: list[str] = []
        self.emptied: dict[str, int] = {}  # person -> the last entry without its text
        self.forgotten: dict[str, int] = {}  # person -> the last entry that says so

    def follow(self, row: Mapping[str, Any]) -> None:
        """The entry has the next number and is what was written after the one before."""
        number, expected = row["number"], self.number + 1
        if number != expected:
            missing = number > expected
            self.faults.append(f"entry {expected} is missing" if missing else f"entry {number} stands twice")
        if row["digest"] != link(self.last, {name: row[name] for name in COVERED}):
            self.faults.append(f"entry {number} is not what was written, or does not follow the one before")
        self.number, self.last = number, row["digest"]

    def texts(self, row: Mapping[str, Any]) -> None:
        """The person's text is what was written, or empty."""
        if row["kind"] == "forgotten":
            self.forgotten[row["person"]] = row["number"]
        if "private" not in row:
            return
        if row["private"] is None:
            if row["commitment"]:
                self.emptied[row["person"]] = row["number"]
        elif commitment(row["salt"] or "", row["private"]) != row["commitment"]:
            self.faults.append(f"entry {row['number']}: the person's text is not what was written")

    def unsaid(self) -> list[str]:
        """Texts that are gone, though no later entry says that they were forgotten."""
        return [
            f"entry {last}: the text of {person} is gone, and nothing says that it was forgotten"
            for person, last in sorted(self.emptied.items())
            if self.forgotten.get(person, 0) < last
        ]

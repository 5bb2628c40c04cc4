"""What the labels mean, in a person's words: a JSON file, checked against the labels of the data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lingos.errors import DataError, nearest

__all__ = ["read_descriptions"]

EXPECTED = '{"label": "description", ...}, or such an object for each language: {"en": {...}, "zh": {...}}'


def read_descriptions(path: Path, labels: Sequence[str], language: str) -> dict[str, str]:
    """Label -> description, in the order of the labels; a label without one is left out.

    Raises:
        DataError: not such a file, or it describes labels that the data does not have; all faults are told at once.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels.json"
    >>> _ = path.write_text('{"en": {"bill": "asks for a bill"}, "zh": {"bill": "要账单"}}', encoding="utf-8")
    >>> read_descriptions(path, ["bill", "cancel"], "en")
    {'bill': 'asks for a bill'}
    """
    told = _in(_loaded(path), language)
    faults = [f"'{name}' has no text" for name, said in told.items() if not (isinstance(said, str) and said.strip())]
    faults += [_unknown(name, labels) for name in told if name not in labels]
    if faults or not told:
        raise DataError(
            f"{path} does not describe the labels: " + ("; ".join(faults[:10]) or "it is empty"),
            expected=EXPECTED,
            cure="mend the file; labels that it leaves out go by their names",
        )
    return {label: " ".join(told[label].split()) for label in labels if label in told}


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} can not be read: {error}", expected=EXPECTED, cure="check the path") from error
    if not isinstance(found, dict):
        raise DataError(f"{path} holds no JSON object", expected=EXPECTED, cure="mend the file")
    return found


def _in(told: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """The part in the skill's language, where the file has one part for each."""
    if told and all(isinstance(part, dict) for part in told.values()):
        part: Mapping[str, Any] = told.get(language, {})
        return part
    return told


def _unknown(name: str, labels: Sequence[str]) -> str:
    guess = nearest(name, labels, 1)
    return f"'{name}' is no label of the data" + (f" (did you mean '{guess[0]}'?)" if guess else "")

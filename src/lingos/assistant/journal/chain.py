"""How entries hold one another: each digest covers the one before, and private parts only by a commitment.

What a person said is covered by SHA-256(salt, text). Deleting text and salt leaves a chain that still proves that
nothing else was changed, and says nothing about the text.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

__all__ = ["START", "canonical", "commitment", "link", "salt"]

START = "0" * 64  # what stands before the first entry


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with one way of writing it.

    >>> canonical({"b": "灯", "a": 1})
    '{"a":1,"b":"灯"}'
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def salt() -> str:
    """32 random hexadecimal digits: without them short texts could be guessed from their commitment."""
    return secrets.token_hex(16)


def commitment(salt: str, private: str) -> str:
    """What stands for a private part in the chain.

    >>> commitment("00", "{}") == commitment("01", "{}")
    False
    """
    return hashlib.sha256(f"{salt}:{private}".encode()).hexdigest()


def link(previous: str, covered: Mapping[str, Any]) -> str:
    """The digest of an entry that follows `previous`."""
    return hashlib.sha256(f"{previous}:{canonical(covered)}".encode()).hexdigest()

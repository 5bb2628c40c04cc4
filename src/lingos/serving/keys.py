"""The key of a server: made at random, shown once, kept only as SHA-256, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from lingos.errors import RecipeError

__all__ = ["VARIABLE", "digest", "fits", "make"]

VARIABLE = "LINGOS_KEY"  # a key of your own, for a server that restarts
SHORTEST = 16


def make() -> tuple[str, bool]:
    """(the key, whether it is new): the one in LINGOS_KEY, else 32 random bytes.

    >>> key, new = make()
    >>> len(key) >= SHORTEST
    True
    """
    own = os.environ.get(VARIABLE)
    if own is None:
        return f"lingos-{secrets.token_urlsafe(32)}", True
    if len(own) < SHORTEST or not own.isascii() or any(letter.isspace() for letter in own):
        raise RecipeError(
            f"the key in {VARIABLE} can not be used",
            expected=f"at least {SHORTEST} ASCII characters without spaces",
            cure=f"unset {VARIABLE}: a good one is then made for you",
        )
    return own, False


def digest(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def fits(offered: str | None, kept: bytes) -> bool:
    """Whether an offered key is the one whose digest is kept; takes equally long for every wrong key.

    >>> fits("a", digest("a")), fits("b", digest("a")), fits(None, digest("a"))
    (True, False, False)
    """
    return hmac.compare_digest(digest(offered or ""), kept) and offered is not None

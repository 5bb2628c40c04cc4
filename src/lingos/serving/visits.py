"""How a browser comes in: the key in an address, once, for a cookie; and what a request with that cookie may do.

    visits = Visits(digest(key))
    f"http://127.0.0.1:8350/?key={visits.ticket()}"     # good for one visit; the key itself is good for many

A cookie is not the key: it opens this server only, and only as long as it runs. Browsers send cookies to every port of
a machine and with requests that other pages start, so a request with a cookie must also come from our own page.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Scope

from lingos.serving.keys import digest, fits
from lingos.words.said import LANGUAGES, language_of

__all__ = ["ENTRANCE", "Visits", "headers_of", "preferred"]

ENTRANCE = "/"
MOST = 100  # visits at a time; the oldest one ends
READS = frozenset({"GET", "HEAD"})


class Visits:
    """The visits of one server, in memory. `kept` is the SHA-256 of its key."""

    def __init__(self, kept: bytes) -> None:
        self.kept = kept
        self._tickets: set[bytes] = set()
        self._visits: deque[bytes] = deque(maxlen=MOST)

    def ticket(self) -> str:
        """A key for one visit, to be put in an address that other programs see."""
        made = f"once-{secrets.token_urlsafe(32)}"
        self._tickets.add(digest(made))
        return made

    def enters(self, scope: Scope) -> bool:
        """Whether the request asks to come in: the entrance, with a key in its address."""
        return scope["method"] == "GET" and scope["path"] == ENTRANCE and _key(scope) is not None

    def entered(self, scope: Scope) -> str | None:
        """The cookie for a request that asks to come in; None where its key is wrong or its ticket used."""
        key = _key(scope)
        if key is None or not (fits(key, self.kept) or self._used(key)):
            return None
        made = secrets.token_urlsafe(32)
        self._visits.append(digest(made))
        return f"{_name(scope)}={made}; Path=/; HttpOnly; SameSite=Strict"

    def allows(self, scope: Scope) -> bool:
        """Whether a request carries the cookie of a visit and comes from our own page."""
        told = _cookie(scope)
        return told is not None and any(fits(told, one) for one in self._visits) and _own(scope)

    def _used(self, key: str) -> bool:
        held = digest(key) in self._tickets
        self._tickets.discard(digest(key))
        return held


def headers_of(scope: Scope) -> Mapping[str, str]:
    """The headers of a request, by their names in small letters."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def preferred(accepted: str) -> str:
    """Our language for a header Accept-Language.

    >>> preferred("zh-CN,zh;q=0.9,en;q=0.8"), preferred("de, zh;q=0.5, en;q=0.7"), preferred("")
    ('zh', 'en', 'en')
    """
    found = [_weighed(one) for one in accepted.split(",")]
    known = [(weight, code) for code, weight in found if code[:2] in (*LANGUAGES, "cm", "yu")]
    return language_of(max(known, key=lambda pair: pair[0])[1]) if known else "en"


# -- helpers ---------------------------------------------------------------------------------------------------------
def _own(scope: Scope) -> bool:
    """Whether the browser says that our page, or the person, made the request."""
    headers = headers_of(scope)
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    same = origin == f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"
    if origin is not None and not same:
        return False
    if scope["method"] not in READS:
        return site == "same-origin" or (site is None and same)
    opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return site in (None, "same-origin", "none") or opened  # a link of another page may open ours, and read nothing


def _name(scope: Scope) -> str:
    """Of the cookie: cookies are shared by all ports of a machine, so each server has its own."""
    return f"lingos-{(scope.get('server') or ('', 0))[1] or 0}"


def _cookie(scope: Scope) -> str | None:
    try:
        found = SimpleCookie(headers_of(scope).get("cookie", ""))
    except CookieError:
        return None
    return found[_name(scope)].value if _name(scope) in found else None


def _key(scope: Scope) -> str | None:
    return next(iter(parse_qs(scope["query_string"].decode("latin-1")).get("key", [])), None)


def _weighed(told: str) -> tuple[str, float]:
    code, *rest = (part.strip() for part in told.split(";"))
    weights: list[Any] = [part[2:] for part in rest if part.startswith("q=")]
    try:
        return code.lower(), float(weights[0]) if weights else 1.0
    except ValueError:
        return code.lower(), 0.0

"""Serve the page until Ctrl-C, and tell a person how to come in.

serve_page(lambda app: mount(app, desk, PAGES), store, host="127.0.0.1", port=8351, browse=webbrowser.open)
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence

from fastapi import APIRouter, FastAPI

from lingos.serving.app import ServeSettings, create_app
from lingos.serving.keys import VARIABLE, digest
from lingos.serving.page import SafeHeaders, routes
from lingos.serving.start import LOOPBACK, Door
from lingos.serving.visits import Visits
from lingos.store.store import Store

__all__ = ["page_app", "serve_page"]

Mount = Callable[[FastAPI], None]


def page_app(mount: Mount, store: Store, visits: Visits, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """The application with the page on it; all of it stands behind the key."""
    settings = ServeSettings(visits.kept, visits=visits)
    app = create_app(store, (), settings, (routes(store), *routers))
    app.add_middleware(SafeHeaders)
    mount(app)
    return app


def serve_page(
    mount: Mount, store: Store, *, host: str, port: int, browse: Callable[[str], object] | None = None
) -> None:
    """Serve until Ctrl-C or SIGTERM. `browse` opens an address in a browser.

    The address that is printed holds the key, unless that is a person's own; the one that is opened, which other
    programs of the machine can see, holds a ticket that is good once.
    """
    with Door(host, port) as door:
        visits = Visits(digest(door.key))
        app = page_app(mount, store, visits)
        _tell(f"{door.address}/?key={door.key if door.new else f'${VARIABLE}'}", host)
        if browse is not None:
            ticket = f"{door.address}/?key={visits.ticket()}"  # the socket listens already: whoever comes now waits
            threading.Thread(target=browse, args=[ticket], daemon=True).start()
        door.run(app)


def _tell(address: str, host: str) -> None:
    lines = [f"the page: {address}", "Ctrl-C ends it"]
    if host not in LOOPBACK:
        lines.append("other machines can reach this address, and HTTP is not encrypted: put a TLS proxy before it")
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()

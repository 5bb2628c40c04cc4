"""`lingos studio`: the page where a person talks to the assistant, in a browser of this machine."""

from __future__ import annotations

import webbrowser
from typing import Annotated, Any

import typer

from lingos.cli.console import line
from lingos.later import later

__all__ = ["add"]

FOLDER = "/studio"
household = later("lingos.cli.household", "Household")
whoami = later("lingos.cli.household", "owner")
review_of = later("lingos.cli.training", "review_of")
keep_warm = later("lingos.cli.warm", "warm")
make_desk = later("lingos.studio.desk", "desk")
mount_page = later("lingos.studio.mount", "mount")
run_page = later("lingos.serving.open_page", "serve_page")


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(studio)


def studio(
    host: Annotated[str, typer.Option(help="address; the default is reachable from this machine only")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port; 0 = any free one", min=0, max=65535)] = 8351,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open the page in the browser")] = True,
) -> None:
    """Open the page: talk, the house as it is now, unclear sentences, history, skills. Ctrl-C ends it."""
    own = household()
    with keep_warm(own, line):
        desk = make_desk(own.assistant, whoami(), own.store, lambda: review_of(own))

        def mount(app: Any) -> None:
            mount_page(app, desk, FOLDER)

        run_page(mount, own.store, host=host, port=port, browse=webbrowser.open if browser else None)

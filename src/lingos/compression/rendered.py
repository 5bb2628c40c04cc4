"""Text files from templates: what an export and generated code are made of. Nothing is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lingos.text.normalise import INVISIBLE

__all__ = ["OWN", "cleaning", "rendered"]

OWN = Path(__file__).parent / "templates"


def rendered(name: str, facts: Mapping[str, Any], folder: Path = OWN) -> str:
    """The file of a template; a name that `facts` lacks is an error.

    >>> "import unicodedata" in rendered("clean.py.j2", {"invisible": "a"})
    True
    """
    return _templates(folder).get_template(name).render(facts)


def cleaning() -> str:
    """`clean.py`: the same as `lingos.text.normalise.clean`, without LingOS."""
    spelled = "".join(one if one == "-" else f"\\u{ord(one):04x}" for one in INVISIBLE)
    return rendered("clean.py.j2", {"invisible": spelled})


@cache
def _templates(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([folder, OWN]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and Markdown, not HTML
    )

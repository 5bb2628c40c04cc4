"""The generated parts of the docs: `python -m tools.generated` writes them, tests/test_docs.py checks them.

A generated page keeps what a person wrote; the part between `<!-- generated -->` and `<!-- end -->` is replaced.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import cli_reference, results, tables

DOCS = Path(__file__).parent.parent / "docs"
PART = re.compile(r"(<!-- generated -->\n).*?(<!-- end -->)", re.S)


@dataclass(frozen=True)
class Page:
    """A page and what fills its generated part; `needs` is the module it is made from."""

    name: str
    needs: str
    make: Callable[[], str]

    @property
    def path(self) -> Path:
        return DOCS / f"{self.name}.md"

    def missing(self) -> str:
        """The module that is not there yet, or nothing."""
        try:
            return "" if importlib.util.find_spec(self.needs) else self.needs
        except ModuleNotFoundError:
            return self.needs

    def text(self) -> str:
        """The page as it should stand."""
        made = self.make()
        return PART.sub(lambda part: f"{part[1]}\n{made}\n{part[2]}", self.path.read_text(encoding="utf-8"))


PAGES = (
    Page("benchmarks", "benchmarks.record", results.measured),
    Page("cli", "lingos.cli.main", cli_reference.reference),
    Page("doctor", "lingos.data.doctor.codes", tables.findings),
    Page("methods", "lingos.methods", tables.methods),
)


def main() -> int:
    """Write every generated page whose source is there."""
    for page in PAGES:
        if page.missing():
            print(f"{page.name}: {page.missing()} is not there yet", file=sys.stderr)
        elif page.path.read_text(encoding="utf-8") != (text := page.text()):
            page.path.write_text(text, encoding="utf-8")
            print(f"{page.name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

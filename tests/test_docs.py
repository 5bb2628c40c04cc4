"""The docs tell what is there: pages linked, generated parts up to date, links whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import generated

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", generated.PAGES, ids=lambda page: page.name)
def test_generated_parts_are_up_to_date(page: generated.Page) -> None:
    if page.missing():
        pytest.skip(f"{page.name} is generated from {page.missing()}, which is not there yet")
    assert page.path.read_text(encoding="utf-8") == page.text(), "run: make docs-update"


def test_every_page_stands_in_the_contents() -> None:
    contents = (DOCS / "index.md").read_text(encoding="utf-8")
    missing = [page.stem for page in PAGES if page.stem != "index" and not re.search(rf"^{page.stem}$", contents, re.M)]
    assert missing == []


@pytest.mark.parametrize("page", [*PAGES, *ROOT.glob("*.md")], ids=lambda page: page.name)
def test_local_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, *ROOT.glob("*.md")], ids=lambda page: page.name)
def test_no_page_holds_a_placeholder(page: Path) -> None:
    assert re.findall(r"\b(TODO|TBD|FIXME|XXX|lorem ipsum|coming soon)\b", page.read_text(encoding="utf-8"), re.I) == []

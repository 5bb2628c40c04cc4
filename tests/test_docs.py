"""The docs tell what is there: pages linked, generated parts up to date, links whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lingos
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


def test_the_two_readmes_have_the_same_parts() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    for part in (r"^#+ ", r"^\| ", r"^```", r"^- "):
        assert len(re.findall(part, english, re.M)) == len(re.findall(part, chinese, re.M)), part
    words = [set(re.findall(r"`(--[a-z-]+|lingos [a-z]+|make [a-z]+)", text)) for text in (english, chinese)]
    assert words[0] == words[1]


def test_every_route_and_status_is_in_the_docs() -> None:
    page, code = (DOCS / "serving.md").read_text("utf-8"), (ROOT / "src/lingos/serving/app.py").read_text("utf-8")
    routes = re.findall(r'@router\.\w+\("([^"]+)"', code)
    assert len(routes) == 3 and [route for route in routes if route not in page] == []


def test_the_table_of_stages_names_those_that_exist() -> None:
    table = re.findall(r"^\| ((?:`\w+` ?)+)\|", (DOCS / "design.md").read_text("utf-8"), re.M)
    named = set(re.findall(r"`(\w+)`", " ".join(table)))
    there = {path.stem for path in (ROOT / "src" / "lingos").iterdir() if not path.name.startswith(("_", "py.typed"))}
    assert named == there


def test_python_md_names_all_that_is_public() -> None:
    page = (DOCS / "python.md").read_text("utf-8")
    assert [name for name in lingos.__all__ if f"`lingos.{name}" not in page] == []

"""The notebooks in docs run, show what is stored in them, and have a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import notebook

KEYS = {"code": {"cell_type", "id", "metadata", "source", "execution_count", "outputs"}}


@pytest.mark.parametrize("path", notebook.NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_shows_what_it_showed(path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.chdir(root)
    assert notebook.outputs(path) == notebook.stored(path), "run: python -m tools.notebook"


@pytest.mark.parametrize("path", notebook.NOTEBOOKS, ids=lambda path: path.name)
def test_its_page_is_up_to_date(path: Path) -> None:
    assert notebook.page_path(path).read_text("utf-8") == notebook.page(path), "run: python -m tools.notebook"


@pytest.mark.parametrize("path", notebook.NOTEBOOKS, ids=lambda path: path.name)
def test_it_is_a_notebook_of_format_four(path: Path) -> None:
    content = json.loads(path.read_text("utf-8"))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in content["cells"]}) == len(content["cells"])
    for cell in content["cells"]:
        assert set(cell) == KEYS.get(cell["cell_type"], {"cell_type", "id", "metadata", "source"})


def test_there_is_one() -> None:
    assert notebook.NOTEBOOKS


def test_a_cell_that_fails_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    cell = {"cell_type": "code", "source": ["a = 1\n", "print(a)\n", "a + 1"], "outputs": []}
    path.write_text(json.dumps({"cells": [cell, {**cell, "source": ["1 / 0"]}]}))
    with pytest.raises(ZeroDivisionError):
        notebook.outputs(path)
    path.write_text(json.dumps({"cells": [cell]}))
    assert notebook.outputs(path) == ["1\n2"]

"""Runs the notebooks in docs/notebook and makes a page of each: `python -m tools.notebook`. No kernel is needed.

tests/test_notebook.py runs them again and compares. Cells share one namespace; what a cell prints and the value of its
last line are its outputs, as in Jupyter. Standard error is left out: progress is not worth keeping.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
NOTEBOOKS = sorted((DOCS / "notebook").glob("*.ipynb"))
Cell = dict[str, Any]


def cells(path: Path) -> list[Cell]:
    """The cells of a notebook."""
    found: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def outputs(path: Path) -> list[str]:
    """Run the code cells in order; what each one shows. The first error ends it."""
    space: dict[str, Any] = {"__name__": "__main__"}
    return [_run("".join(cell["source"]), space) for cell in cells(path) if cell["cell_type"] == "code"]


def stored(path: Path) -> list[str]:
    """What the code cells showed when the notebook was last run."""
    return [_shown(cell) for cell in cells(path) if cell["cell_type"] == "code"]


def page(path: Path) -> str:
    """The notebook as a Markdown page: texts, code, and what the code showed."""
    parts = []
    for cell in cells(path):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        if _shown(cell):
            parts.append(f"```text\n{_shown(cell)}\n```")
    parts.append(f"The same as a notebook: {{download}}`{path.name} <notebook/{path.name}>`.")
    return "\n\n".join(parts) + "\n"


def page_path(path: Path) -> Path:
    """Where the page of a notebook stands."""
    return DOCS / f"{path.stem}.md"


def write(path: Path, shown: Sequence[str]) -> None:
    """Put the outputs into the notebook, and make its page."""
    content = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    for number, (cell, text) in enumerate(zip(code, shown, strict=True), 1):
        stream = {"output_type": "stream", "name": "stdout", "text": (text + "\n").splitlines(keepends=True)}
        cell |= {"execution_count": number, "metadata": {}, "outputs": [stream] if text else []}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page_path(path).write_text(page(path), encoding="utf-8")


def _run(source: str, space: dict[str, Any]) -> str:
    body = ast.parse(source).body
    last = body[-1] if body and isinstance(body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(ast.Module(body[:-1] if last else body, []), "<cell>", "exec"), space)
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), space) if last else None
    if value is not None:
        out.write(value if isinstance(value, str) else repr(value))
    return out.getvalue().rstrip()


def _shown(cell: Cell) -> str:
    return "".join(text for output in cell["outputs"] for text in output["text"]).rstrip()


def main() -> int:
    """Run every notebook in a store of its own and write what it shows."""
    os.chdir(DOCS.parent)
    for path in NOTEBOOKS:
        os.environ["LINGOS_HOME"] = tempfile.mkdtemp(prefix="lingos-notebook-")
        write(path, outputs(path))
        print(f"{path.name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())

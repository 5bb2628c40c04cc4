"""Tiny bases that take their first token: sentence-transformers' file says so, as in the bases of the BGE series."""

from __future__ import annotations

import json
from pathlib import Path

from tests import tiny


def folder(parent: Path, family: str, *, layers: int = 3, **facts: object) -> Path:
    """The folder of `tiny.folder` with [CLS] pooling; `facts` change its config.json."""
    path = tiny.folder(parent, family, layers=layers)
    (path / "1_Pooling").mkdir()
    (path / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}), "utf-8")
    config = json.loads((path / "config.json").read_text("utf-8"))
    (path / "config.json").write_text(json.dumps(config | facts), "utf-8")
    return path

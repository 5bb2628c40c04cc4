"""The tiny backbones are the same bytes in every process: a test that passes once passes always."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import tiny

HASHES = """
import hashlib, pathlib, sys, tempfile
from tests import tiny
home = tempfile.TemporaryDirectory()
for family in sys.argv[1:]:
    folder = tiny.folder(pathlib.Path(home.name), family)
    for name in ("tokenizer.json", "model.safetensors"):
        print(family, name, hashlib.sha256((folder / name).read_bytes()).hexdigest())
"""


def test_two_processes_make_the_same_folders(root: Path) -> None:
    command = [sys.executable, "-c", HASHES, *tiny.FAMILIES]
    started = [
        subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (process.communicate(timeout=110)[0].splitlines() for process in started)
    assert first == second
    assert len(set(first)) == 2 * len(tiny.FAMILIES)

"""The engine of text methods answers as the fitted method does, without torch and without scikit-learn."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tests.training import made

from lingos.engines.base import EngineOptions
from lingos.engines.ngrams import Opener
from lingos.methods.base import method
from lingos.training.fit import fit, outputs


@pytest.mark.parametrize("name", ["tfidf", "majority"])
def test_what_is_served_is_what_was_fitted(name: str, tmp_path: Path) -> None:
    found = made.corpus_of(made.examples(24), None)
    fitted = fit(found, method(name), made.settings(name), made.every(found), 0)
    save_file({key: np.ascontiguousarray(array) for key, array in fitted.solution.tensors.items()}, tmp_path / "l")
    (tmp_path / "ngrams.json").write_text(json.dumps({"vocabulary": fitted.solution.vocabulary}), "utf-8")
    skill: Any = SimpleNamespace(tensors=lambda _: load_file(tmp_path / "l"), path=lambda file: tmp_path / file)
    trunk: Any = None
    engine = Opener().open(skill, SimpleNamespace(), trunk, EngineOptions())
    answers = engine.outputs([dict(example.fields) for example in found.examples])
    wanted = outputs(fitted, found, made.every(found))
    assert set(answers) == set(wanted) == {"logits", "known"}
    assert all(np.array_equal(answers[key], wanted[key]) for key in wanted)
    assert engine.name == "ngrams"


def test_it_imports_neither_torch_nor_sklearn() -> None:
    code = "import sys, lingos.engines.ngrams; print({'torch', 'sklearn', 'scipy', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr

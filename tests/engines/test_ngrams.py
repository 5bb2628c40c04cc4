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
from lingos.errors import SkillError
from lingos.methods.base import method
from lingos.text.ngrams import RULE
from lingos.training.fit import fit, outputs


@pytest.mark.parametrize("name", ["tfidf", "majority"])
def test_what_is_served_is_what_was_fitted(name: str, tmp_path: Path) -> None:
    found = made.corpus_of(made.examples(24), None)
    fitted = fit(found, method(name), made.settings(name), made.every(found), 0)
    save_file({key: np.ascontiguousarray(array) for key, array in fitted.solution.tensors.items()}, tmp_path / "l")
    facts = {"rule": RULE, "vocabulary": fitted.solution.vocabulary}
    (tmp_path / "ngrams.json").write_text(json.dumps(facts), "utf-8")
    skill: Any = SimpleNamespace(tensors=lambda _: load_file(tmp_path / "l"), path=lambda file: tmp_path / file)
    trunk: Any = None
    engine = Opener().open(skill, SimpleNamespace(), trunk, EngineOptions())
    answers = engine.outputs([dict(example.fields) for example in found.examples])
    wanted = outputs(fitted, found, made.every(found))
    assert set(answers) == set(wanted) == {"logits", "known"}
    assert all(np.array_equal(answers[key], wanted[key]) for key in wanted)
    assert engine.name == "ngrams"


@pytest.mark.parametrize(("vocabulary", "refused"), [(["whello", "chel"], False), (["whello", "w酒店不错"], True)])
def test_a_vocabulary_of_an_older_rule(vocabulary: list[str], refused: bool, tmp_path: Path) -> None:
    """Only Chinese was cut otherwise: there the features would be others than the weights are for."""
    (tmp_path / "ngrams.json").write_text(json.dumps({"vocabulary": vocabulary}), "utf-8")
    tensors = {"weight": np.ones((2, 2), np.float16), "bias": np.zeros(2), "idf": np.ones(2, np.float32)}
    skill: Any = SimpleNamespace(ref="old@1", tensors=lambda _: tensors, path=lambda file: tmp_path / file)
    nothing: Any = None
    if refused:
        with pytest.raises(SkillError, match="old@1 counts Chinese words by an older rule"):
            Opener().open(skill, nothing, nothing, EngineOptions())
    else:
        assert Opener().open(skill, nothing, nothing, EngineOptions()).name == "ngrams"


def test_it_imports_neither_torch_nor_sklearn() -> None:
    code = "import sys, lingos.engines.ngrams; print({'torch', 'sklearn', 'scipy', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr

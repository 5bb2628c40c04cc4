"""What `tune` lets the served variants learn from, and what it does where ONNX can not serve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests import tiny
from tests.cli.made import ROWS, csv, document

from lingos.compression import variants
from lingos.contracts import Example
from lingos.errors import BackboneError
from lingos.inference import open_session
from lingos.skill import Skill
from lingos.store.store import Store
from lingos.tuning import run
from lingos.tuning.options import TuneOptions
from lingos.tuning.result import Tuned

OTHERS = [(text.replace("number", "no."), label) for text, label in ROWS]


def tuned(folder: Path, effort: str = "quick", said: list[str] | None = None) -> Tuned:
    base, train, test = str(tiny.folder(folder, "bert", layers=2)), csv(folder / "a.csv"), csv(folder / "b.csv", OTHERS)
    options = TuneOptions(name="t", method="prototype", base=base, effort=effort, test=str(test), personal=False)
    return run.tune(train, options, store=Store(), say=[].append if said is None else said.append)


def test_int8_learns_from_training_rows_and_is_judged_by_labelled_test_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Sequence[Example], Sequence[Example]]] = []
    export = run.export

    def watched(
        skill: Skill, store: Store, learned: Sequence[Example], tested: Sequence[Example], *rest: Any, **more: Any
    ) -> Skill:
        seen.append((learned, tested))
        return export(skill, store, learned, tested, *rest, **more)

    monkeypatch.setattr(run, "export", watched)
    served = Store().get(str(tuned(tmp_path, "normal").skill)).variant()[1]
    [(learned, tested)] = seen
    assert {row.fields["text"] for row in learned} == {text for text, _ in ROWS}
    assert [(row.fields["text"], row.target) for row in tested] == OTHERS
    assert served.gate and all(one["old"] > 0 for one in served.gate.values()), "the paired difference is of right ones"


def impossible(*_: object) -> str:
    raise BackboneError("an operator that ONNX lacks", expected="another", cure="another base")


@pytest.mark.parametrize(
    ("name", "instead"), [("_parity", lambda *_: 0.5), ("trunk_graph", impossible), ("branch_graph", impossible)]
)
def test_torch_serves_where_onnx_can_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, instead: Any
) -> None:
    """The run ends well: report, store and `lingos predict` take the bundle."""
    monkeypatch.setattr(variants, name, instead)
    said: list[str] = []
    found = tuned(tmp_path, said=said)
    assert sum("torch serves" in line for line in said) == 1
    skill = Store().get(str(found.skill))
    assert skill.variant()[1].engine == "torch" and found.evaluation.test.rows == len(OTHERS)
    answers = document(capsys, "predict", "t", OTHERS[0][0], "--json")["predictions"]
    assert answers[0]["label"] == open_session(skill, Store())([OTHERS[0][0]])[0].value

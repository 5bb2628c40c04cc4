from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation.made import evidence, noisy

from lingos.evaluation.evaluate import EvaluateOptions, evaluate
from lingos.evaluation.gate import gate, variant_reason
from lingos.evaluation.report import report_html, write_report
from lingos.evaluation.served import serves, variant_facts
from lingos.manifest import Manifest, Variant, from_json, to_json


def judged(flips: int) -> dict[str, Any]:
    """What the export keeps of a verdict: `flips` of 1,000 rows are answered otherwise, and wrongly."""
    truth = [0, 1] * 500
    other = [1 - k if row < flips else k for row, k in enumerate(truth)]
    verdict = gate(evidence(truth, truth), evidence(other, truth), "variant")
    return {"accepted": verdict.accepted, "reason": verdict.reason, "code": verdict.reason.code, **verdict.numbers}


def manifest(serve: str, tried: dict[str, Any]) -> Manifest:
    variants = {name: Variant("onnx", name, gate=tried if name == serve else {}) for name in ("fp32", "int8")}
    made = Manifest("tickets", "classify", "top", "2026-01-01T00:00:00Z", "0.1.0", 0, variants=variants, serve=serve)
    return from_json(to_json(made))  # as a skill that was stored


@pytest.mark.parametrize("flips", [0, 1, 3, 40])
def test_the_stored_numbers_tell_the_reason_again(flips: int) -> None:
    kept = json.loads(json.dumps(judged(flips)))
    assert variant_reason(kept["code"], kept) == kept["reason"]


def test_the_verdict_stands_on_every_page_in_the_language_of_the_skill(tmp_path: Path) -> None:
    tried = {"trunk int8, branch int8": judged(40), "trunk int8, branch fp32": judged(1)}
    facts = variant_facts(manifest("int8", tried))
    words = {
        "en": (
            "Served variant",
            "int8 serves (trunk int8, branch fp32): 1 of 1,000 labels flip (0.10%, allowed 0.20%)",
        ),
        "zh": ("服务变体", "由 int8 提供服务（主干 int8，分支 fp32）：1,000 个回答中有 1 个改变（0.10%，允许 0.20%）"),
    }
    for language, said in words.items():
        found = evaluate(noisy(), options=EvaluateOptions(language=language))
        page, text, plain = (path.read_text("utf-8") for path in write_report(found, {"variant": facts}, tmp_path))
        assert all(one in page and one in text for one in said)
        told = json.loads(plain)["variant"]
        assert told["reason"].startswith(words["en"][1]) and told["reason_code"] == "serves.int8"
        assert told["gate"]["trunk int8, branch int8"]["code"] == "gate.many"
        assert (told["name"], told["engine"], told["precision"]) == ("int8", "onnx", "int8")


def test_where_int8_is_refused_every_mix_says_why() -> None:
    said = serves({"trunk int8, branch int8": judged(40), "trunk int8, branch fp32": judged(3)})
    assert said.startswith("int8 is refused by the gate, fp32 serves: trunk int8, branch int8: too many flips: 40 of")
    assert "; trunk int8, branch fp32: too many flips: 3 of" in said
    assert "；主干 int8，分支 fp32：改变过多：1,000 个回答中有 3 个改变" in said.told("zh")


def test_a_skill_that_the_gate_did_not_judge_has_no_such_section() -> None:
    assert variant_facts(manifest("fp32", {})) == {}
    assert variant_facts(dataclasses.replace(manifest("fp32", {}), serve=None)) == {}
    found = evaluate(noisy())
    assert "Served variant" not in report_html(found, {"variant": {}})

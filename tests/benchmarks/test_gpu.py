from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import gpu, gpu_sides


@pytest.mark.timeout(400)  # seconds alone, a minute on a busy machine
def test_the_tiny_run_measures_both_sides_and_prints_one_document(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(root / "benchmarks" / "gpu.py"), "--tiny", "--threads", "1"]
    environment = {**os.environ, "LINGOS_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    whats = ["full", "top", "lora", "lora, causal"]
    assert list(found["sides"]) == [f"{side}: {what}" for what in whats for side in ("LingOS", "HF Trainer")]
    for told in found["sides"].values():
        assert told["tokens_per_second"] > told["rows_per_second"] > 0
        assert told["peak_mib"] > 0
        assert 0 < told["share_of_peak"] < 1
    ratios = {claim["what"].split(": ")[1]: claim["value"] for claim in found["claims"]}
    speeds = {name: told["rows_per_second"] for name, told in found["sides"].items()}
    assert ratios == {
        what: pytest.approx(speeds[f"LingOS: {what}"] / speeds[f"HF Trainer: {what}"], abs=1e-3) for what in whats
    }
    assert found["peak_tflops"] > 0 and found["commit"] and found["when"] and found["machine"]["cores"]


def test_without_a_gpu_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match="--tiny"):
        gpu.measure(gpu.arguments([]))


def test_the_big_shapes_are_what_they_are_called() -> None:
    bert, causal = gpu_sides.ENCODER, gpu_sides.CAUSAL
    assert bert.layers * gpu_sides._weights(bert, gated=False) == 84_934_656  # BERT-base: 12 blocks of 12 h^2
    weights = causal.layers * gpu_sides._weights(causal, gated=True) + causal.vocabulary * causal.width
    assert 1.0e9 < weights < 1.1e9


def test_what_is_kept_needs_less_arithmetic(tmp_path: Path) -> None:
    encoder = gpu_sides.Encoder(gpu_sides.TINY_ENCODER, tmp_path)
    full, kept, again, lora = (
        encoder.flops(*how[:1], cached=how[1])
        for how in (("full", True), ("top", True), ("top", False), ("lora", True))
    )
    assert kept < again < full
    assert kept == pytest.approx(full * (0.5 + 0.5 / (3 * gpu_sides.EPOCHS)))
    assert again == pytest.approx(full * 2 / 3)
    assert full * 2 / 3 < lora < full


def test_texts_have_as_many_tokens_as_they_say(tmp_path: Path) -> None:
    encoder = gpu_sides.Encoder(gpu_sides.TINY_ENCODER, tmp_path)
    assert encoder.backbone.tokens.count(encoder.texts).tolist() == encoder.lengths.tolist()

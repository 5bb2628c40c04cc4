"""`python benchmarks/served.py`: do the served variants answer as torch does?

Tunes `top` on banking77 and asks all test texts with each variant as it is stored, in its own calibration and refusal.
Prints one JSON document: for each variant that the skill has, the share of labels that equal those of torch in fp32,
the largest difference of a calibrated chance, accuracy, the share that is refused, and texts a processor second.
`int8` is null where the gate refused every mix; `gate` is what skill.json keeps of it. The gate judged int8 on the same
test texts, from which nothing of int8 was learned; that its flips are those counted here is checked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from lingos.engines.base import EngineOptions
from lingos.inference import open_session
from lingos.store.store import Store
from lingos.tasks.base import softmax

DATA = Path(os.environ.get("LINGOS_DATA") or Path(__file__).parent.parent.parent / "shared" / "data")


def main() -> None:
    """Print the document."""
    train, test = (DATA / "banking77" / f"{part}.jsonl" for part in ("train", "test"))
    rows = [json.loads(line) for line in test.open(encoding="utf-8")]
    with tempfile.TemporaryDirectory() as home:
        command = ["lingos", "tune", str(train), "--test", str(test), "--name", "served", "--method", "top"]
        more = ["--refuse", "5%"]
        subprocess.run(
            [*command, *more], env={**os.environ, "LINGOS_HOME": home}, check=True, stdout=subprocess.DEVNULL
        )
        store = Store(Path(home))
        skill = store.get("served")
        names = [name for name in ("torch", "fp32", "int8") if name in skill.manifest.variants]
        found = {name: _asked(skill, store, name, [row["text"] for row in rows]) for name in names}
    labels = [row["label"] for row in rows]
    told: dict[str, Any] = {
        name: _told(found[name], found["torch"], labels) if name in found else None for name in ("fp32", "int8")
    }
    kept = skill.variant()[1].gate
    if "int8" in found:
        _check(kept, int((found["int8"]["labels"] != found["fp32"]["labels"]).sum()))
    json.dump({"rows": len(rows), "serve": skill.manifest.serve, **told, "gate": kept}, sys.stdout, indent=1)


def _asked(skill: Any, store: Store, name: str, texts: list[str]) -> dict[str, Any]:
    session = open_session(skill, store, variant=name, options=EngineOptions(threads=2))
    began = time.process_time()
    outputs = session.outputs(texts)
    seconds = time.process_time() - began
    chances = softmax(outputs["logits"], session.own.calibration.temperature)
    answers = np.array(skill.manifest.schema["labels"])[chances.argmax(1)]
    refused = session.confidence(outputs) < session.own.refusal.threshold
    return {"chances": chances, "labels": answers, "refused": refused, "rate": len(texts) / seconds}


def _told(found: dict[str, Any], exact: dict[str, Any], labels: list[str]) -> dict[str, float]:
    return {
        "same": float((found["labels"] == exact["labels"]).mean()),
        "apart": float(np.abs(found["chances"] - exact["chances"]).max()),
        "accuracy": float((found["labels"] == np.array(labels)).mean()),
        "refused": float(found["refused"].mean()),
        "rows_a_cpu_second": round(found["rate"], 1),
    }


def _check(kept: dict[str, Any], flips: int) -> None:
    [accepted] = [one for one in kept.values() if one["accepted"]]
    if accepted["flips"] != flips:
        raise SystemExit(f"skill.json tells {accepted['flips']:.0f} flips of int8, the stored variant has {flips}")


if __name__ == "__main__":
    main()

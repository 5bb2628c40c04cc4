"""`python benchmarks/served.py`: do the served variants answer as torch does?

Tunes `top` on banking77 and asks all test texts. Prints one JSON document: for each variant that the skill
has, the share of labels that equal those of torch in fp32, the largest difference of a calibrated chance, and
texts a processor second. `int8` is null where the gate refused every mix.
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
    texts = [json.loads(line)["text"] for line in test.open(encoding="utf-8")]
    with tempfile.TemporaryDirectory() as home:
        command = ["lingos", "tune", str(train), "--test", str(test), "--name", "served", "--method", "top"]
        subprocess.run(command, env={**os.environ, "LINGOS_HOME": home}, check=True, stdout=subprocess.DEVNULL)
        store = Store(Path(home))
        skill = store.get("served")
        names = [name for name in ("torch", "fp32", "int8") if name in skill.manifest.variants]
        found = {name: _asked(skill, store, name, texts) for name in names}
    exact = found["torch"]["chances"]
    told: dict[str, Any] = {name: _told(found[name], exact) if name in found else None for name in ("fp32", "int8")}
    json.dump({"rows": len(texts), "serve": skill.manifest.serve, **told}, sys.stdout, indent=1)


def _asked(skill: Any, store: Store, name: str, texts: list[str]) -> dict[str, Any]:
    session = open_session(skill, store, variant=name, options=EngineOptions(threads=2))
    began = time.process_time()
    logits = session.outputs(texts)["logits"]
    seconds = time.process_time() - began
    return {"chances": softmax(logits, session.own.calibration.temperature), "rate": len(texts) / seconds}


def _told(found: dict[str, Any], exact: Any) -> dict[str, float]:
    same = found["chances"].argmax(1) == exact.argmax(1)
    apart = float(np.abs(found["chances"] - exact).max())
    return {"same": float(same.mean()), "apart": apart, "rows_a_cpu_second": round(found["rate"], 1)}


if __name__ == "__main__":
    main()

"""`python benchmarks/waiting.py [--rounds 5] [--beside]`: what it costs that threads sleep at once when they wait.

A training step of `top`'s size (three layers of 384, 32 rows of 12 tokens, bf16, a thread a core), in processes of its
own: one sleeps at once (GOMP_SPINCOUNT=0), one spins as `import lingos` sets it, one as OpenMP does when nobody says
anything. In turn, `--rounds` times; `--beside`: with a busy loop on each core, where the last one may take for ever and
is left out. Prints one JSON document: the median milliseconds of a step, and how many times those of LingOS's way each
of the others takes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict

NAMES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
for one in NAMES:
    os.environ.pop(one, None)
import lingos  # noqa: E402, F401 - which sets both

WAYS = {
    "sleep": {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"},
    "lingos": {name: os.environ[name] for name in NAMES},
    "unset": {},
}
STEPS = """
import statistics, time, torch
torch.manual_seed(0)
one = torch.nn.TransformerEncoderLayer(384, 12, 1536, batch_first=True)
layers = torch.nn.TransformerEncoder(one, 3, enable_nested_tensor=False)
rows, spent = torch.randn(32, 12, 384, requires_grad=True), []
for _ in range(80):
    began = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16):
        loss = layers(rows).float().square().mean()
    loss.backward()
    spent.append(1000 * (time.perf_counter() - began))
print(statistics.median(spent[10:]))
"""
LOOP = "while True: pass"


def main() -> None:
    """Print the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beside", action="store_true", help="a busy loop on each core")
    options = parser.parse_args()
    ways = {name: way for name, way in WAYS.items() if name != "unset" or not options.beside}
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(_cores() if options.beside else 0)]
    found: defaultdict[str, list[float]] = defaultdict(list)
    try:
        for _ in range(options.rounds):
            for name, way in ways.items():
                found[name].append(_step(way))
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    ratios = {
        f"times of {name}": [round(one / ours, 2) for one, ours in zip(found[name], found["lingos"], strict=True)]
        for name in ways
        if name != "lingos"
    }
    middle = {name: round(statistics.median(times), 1) for name, times in found.items()}
    json.dump({"ms": middle, **ratios, "cores": _cores(), "beside": options.beside}, sys.stdout)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _step(way: dict[str, str]) -> float:
    own = {name: value for name, value in os.environ.items() if name not in NAMES}
    done = subprocess.run([sys.executable, "-c", STEPS], env=own | way, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()

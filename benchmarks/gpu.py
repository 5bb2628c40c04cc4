"""Speed and memory where a GPU is at hand, LingOS beside the Hugging Face Trainer: one JSON document.

    python benchmarks/gpu.py             # BERT-base: full, top, lora; lora on a causal model of a billion parameters
    python benchmarks/gpu.py --tiny      # seconds on a CPU: proves the machinery, the numbers mean nothing

Both sides train on the same random rows with the same batch size, in turn, several times; the first, short run of each
is not counted. The share of peak is the arithmetic that the training needs (padding not counted), by the seconds, by
what a large matrix product reaches on this card in this very script.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs by its path, too

from benchmarks.peers import common
from benchmarks.record import RESULTS, claim, origin, save

if TYPE_CHECKING:
    from benchmarks.gpu_sides import Work

COMMAND = "python benchmarks/gpu.py"
WARM = 2  # batches of the run that is not counted


def main(given: list[str] | None = None) -> int:
    """Measure, write the result where the docs find it (not with --tiny), print it."""
    options = arguments(given)
    if "torch" not in sys.modules:
        common.prepare(options.threads)
    with redirect_stdout(sys.stderr):  # transformers and its trackers may print what they think
        result = measure(options)
    if not options.tiny:
        save(RESULTS / "gpu.json", result)
    print(json.dumps(result, indent=1))
    return 0


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=8, help="of the processor, for tokens and batches")
    parser.add_argument("--tiny", action="store_true", help="tiny models, one round, a CPU will do")
    options = parser.parse_args(given)
    if options.tiny:
        options.rounds = 1
    return options


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Peak of the card, then every comparison, round by round."""
    import torch

    from benchmarks.gpu_sides import CAUSAL, ENCODER, TINY_CAUSAL, TINY_ENCODER, sides

    if not (options.tiny or torch.cuda.is_available()):
        raise SystemExit("no GPU here\n  expected: a CUDA device\n  do now:   --tiny, which a CPU does in seconds")
    shapes = (TINY_ENCODER, TINY_CAUSAL) if options.tiny else (ENCODER, CAUSAL)
    began = origin()
    if torch.cuda.is_available():
        began["machine"] |= {"accelerator": torch.cuda.get_device_name()}
    peak = peak_flops(256 if options.tiny else 8192)
    with tempfile.TemporaryDirectory() as folder:
        works = sides(*shapes, Path(folder))
        batches = {work.what: shapes["causal" in work.what].batch for work in works}
        rounds = [one_round(works, batches, peak) for _ in range(options.rounds)]
    sums = {
        name: {key: statistics.median(each[name][key] for each in rounds) for key in rounds[0][name]}
        for name in rounds[0]
    }
    return {
        "title": "GPU: speed and memory beside the Hugging Face Trainer",
        "notes": notes(options, peak),
        "claims": claims(sums, began),
        "tables": [table(sums)],
        "peak_tflops": round(peak / 1e12, 3),
        "precision": "bf16" if common.has_bf16() else "fp32",
        "sides": sums,
        "rounds": rounds,
        **began,
    }


# -- measuring -------------------------------------------------------------------------------------------------------
def peak_flops(size: int, repeats: int = 20) -> float:
    """Operations a second of a square matrix product, the best of five series, in the precision of the training."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    kind = torch.bfloat16 if common.has_bf16() else torch.float32
    left, right = (torch.randn(size, size, device=device, dtype=kind) for _ in range(2))
    times = []
    for _ in range(6):  # the first series wakes the card up; it is never the best
        wait()
        began = time.perf_counter()
        for _ in range(repeats):
            left @ right
        wait()
        times.append(time.perf_counter() - began)
    return 2 * size**3 * repeats / min(times)


def one_round(works: list[Work], batches: dict[str, int], peak: float) -> dict[str, dict[str, float]]:
    """Each side of each comparison once, by the clock."""
    found = {}
    for work in works:
        release()
        work.train(WARM * batches[work.what])
        release()
        wait()
        began = time.perf_counter()
        work.train(work.rows)
        wait()
        seconds = time.perf_counter() - began
        found[f"{work.side}: {work.what}"] = {
            "seconds": seconds,
            "rows_per_second": work.rows * work.epochs / seconds,
            "tokens_per_second": work.tokens * work.epochs / seconds,
            "peak_mib": memory(),
            "share_of_peak": work.flops / seconds / peak,
        }
    return found


def wait() -> None:
    """A GPU works on after the call returned."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def release() -> None:
    """Forget the run before, so that memory is each side's own."""
    import torch
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(True)  # both sides use accelerate, each with its own precision
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def memory() -> float:
    """Highest memory of the card since `release`; without a card that of the process since its start."""
    import torch

    return torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_available() else common.peak_mib()


# -- summing up ------------------------------------------------------------------------------------------------------
def claims(sums: dict[str, dict[str, float]], of: dict[str, Any]) -> list[dict[str, Any]]:
    """How many times the Trainer's rows a second LingOS reaches. No limit is asked for."""
    whats = [name.removeprefix("LingOS: ") for name in sums if name.startswith("LingOS: ")]
    speeds = {what: [sums[f"{side}: {what}"]["rows_per_second"] for side in ("LingOS", "HF Trainer")] for what in whats}
    return [
        claim(f"rows a second by those of HF Trainer: {what}", COMMAND, round(own / other, 3), of, unit="times")
        for what, (own, other) in speeds.items()
    ]


def table(sums: dict[str, dict[str, float]]) -> dict[str, Any]:
    """One line for each side of each comparison."""
    columns = ["", "rows a second", "tokens a second", "peak memory, MiB", "share of the measured peak, %"]
    keys = ("rows_per_second", "tokens_per_second", "peak_mib")
    rows = [[name, *(each[key] for key in keys), 100 * each["share_of_peak"]] for name, each in sums.items()]
    return {"columns": columns, "rows": rows}


def notes(options: argparse.Namespace, peak: float) -> list[str]:
    """What a reader must know."""
    return [
        f"Measured peak: {peak / 1e12:.4g} TFLOP/s by a square matrix product; rounds: {options.rounds}, medians.",
        "Random weights, rows and labels: speed alone. `full` leaves LingOS's embedding frozen; the Trainer moves it.",
        "The causal model has no task in LingOS yet: its side is LingOS's loop and `lora` on the same module.",
    ]


if __name__ == "__main__":
    sys.exit(main())

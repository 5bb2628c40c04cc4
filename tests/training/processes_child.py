"""One process of a run that several share: prints the losses and writes the weights. Started by torchrun."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tests.training import made

from lingos.backbones.text import load
from lingos.methods.base import method
from lingos.training.fit import Watch, fit


def main(folder: Path, out: Path) -> None:
    torch.set_num_threads(1)
    base = load(str(folder))
    corpus = made.corpus_of(made.examples(33), base)
    told = made.settings("top", epochs=2, batch_rows=4, class_weights="sqrt")
    found = fit(corpus, method("top"), told, made.every(corpus), 1, Watch(out / "run"))
    rank = torch.distributed.get_rank() if torch.distributed.is_initialized() else 0
    save_file(
        {name: tensor.contiguous() for name, tensor in found.branch.tensors().items()}, out / f"{rank}.safetensors"
    )
    (out / f"{rank}.json").write_text(json.dumps(found.trained.losses), "utf-8")
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

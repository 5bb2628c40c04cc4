"""`python -m lingos.pretraining.make FOLDER [--steps N]`: make lingos-base-zh-en from MiniLM; run again, it goes on.

FOLDER/start/    MiniLM with tokens and first vectors for Chinese characters
FOLDER/state/    where the run stands
FOLDER/base/     the model, in fp16, as of the last run that reached its steps
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from lingos.backbones.text import TextBackbone, embedded_folder, load
from lingos.pretraining.bilingual import Lesson, Plan, Student, learn, save
from lingos.pretraining.texts import pairs, sentences
from lingos.pretraining.vocabulary import extend, frequent
from lingos.text.ngrams import HAN
from lingos.training.device import Place, here
from lingos.training.hidden import collect

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["make"]

CHARACTERS = 4000
WEIGHT = 20  # of everyday sentences among old novels, where characters are counted
LENGTH = 64  # tokens
PLAN = Plan()


def make(folder: Path, data: Path, plan: Plan) -> Path:
    """Make the base, or go on making it; returns the model's folder."""
    told = pairs(data)
    texts = sentences(data)
    start = folder / "start"
    if not (start / "model.safetensors").exists():
        counted = [chinese for chinese, _ in told] * WEIGHT + texts
        extend(Path(embedded_folder()), start, frequent(counted, CHARACTERS), told)
    backbone, teacher = load(str(start)), load("default")
    torch.manual_seed(plan.seed)
    place = here()
    known = sorted({number for text, number in _vocabulary(backbone).items() if HAN.fullmatch(text)})
    lesson = Lesson(
        texts=_ids(backbone, texts),
        foreign=_ids(backbone, [chinese for chinese, _ in told]),
        english=_ids(backbone, [english for _, english in told]),
        aims=_vectors(teacher, [english for _, english in told], place),
        mask_id=_vocabulary(backbone)["[MASK]"],
    )
    student = Student(backbone, known)
    _say(f"{len(texts)} pieces, {len(told)} translations, {len(known)} characters")
    learn(student, lesson, plan, place, folder / "state", _say)
    save(student, start, folder / "base")
    return folder / "base"


def main() -> None:
    """Make it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of the shared data sets")
    parser.add_argument("--steps", type=int, default=PLAN.steps)
    parser.add_argument("--cool", type=int, default=PLAN.cool)
    options = parser.parse_args()
    _say(str(make(options.folder, options.data, Plan(steps=options.steps, cool=options.cool))))


def _vocabulary(backbone: TextBackbone) -> dict[str, int]:
    found: dict[str, int] = json.loads(backbone.tokenizer_json)["model"]["vocab"]
    return found


def _ids(backbone: TextBackbone, texts: list[str]) -> list[Array]:
    return [row.tensors["input_ids"] for row in backbone.rows([{"text": text} for text in texts], LENGTH)]


def _vectors(teacher: TextBackbone, texts: list[str], place: Place) -> Array:
    depth = teacher.info.depth
    rows = teacher.rows([{"text": text} for text in texts], LENGTH)
    flat = collect(teacher, rows, [depth], place)[depth].flat
    return np.asarray(flat / np.linalg.norm(flat, axis=1, keepdims=True), dtype=np.float32)


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


if __name__ == "__main__":
    main()

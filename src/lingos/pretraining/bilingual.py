"""A small encoder learns a second language: masked characters of its texts, translations that meet the teacher.

Three losses a step. Masked characters (Devlin et al. 2019) on the new language alone. Distillation (Reimers and
Gurevych 2020, "Making Monolingual Sentence Embeddings Multilingual"): the vector of either side of a translation comes
near the teacher's vector of the English side, near by itself and nearer than to the others of the batch. The English
side keeps the student where it was. Of the token table only the new language's rows move.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from lingos.backbones.grown import TABLE
from lingos.contracts import Backbone, Batch, Row
from lingos.modules.pooling import pool
from lingos.training.checkpoint import State, pack, read, unpack, write
from lingos.training.device import Place
from lingos.training.hidden import padded

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Lesson", "Plan", "Student", "learn", "save"]

MASKED, KEPT, SWAPPED = 0.15, 0.1, 0.1
HEAT = 0.05  # temperature of "nearer than to the others"
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast. `steps` may be raised later: the rate falls only in the last `cool` steps."""

    steps: int = 6000
    cool: int = 1500
    warm: int = 200
    pieces: int = 64  # of text a step
    pairs: int = 128  # translations a step
    rate: float = 2e-4
    table_rate: float = 1e-3
    decay: float = 0.01
    save_every: int = 100
    seed: int = 0

    def share(self, step: int) -> float:
        """The rate of a step as a share of the peak."""
        return min(1.0, (step + 1) / self.warm, max(0.02, (self.steps - step) / self.cool))


class Student(nn.Module):
    """Embedding and all layers of a base, and the head that guesses masked characters among `known` token ids."""

    def __init__(self, backbone: Backbone, known: Sequence[int]) -> None:
        super().__init__()
        width = backbone.info.width
        self.embedding, self.span = backbone.embedding(), backbone.span(0, backbone.info.depth)
        self.guess = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(len(known)))
        self.register_buffer("known", torch.tensor(known), persistent=False)
        self.known: Tensor
        self.pooling = backbone.info.pooling

    @property
    def table(self) -> nn.Parameter:
        """The token vectors [vocabulary, width]."""
        return dict(self.embedding.named_parameters())[TABLE]

    def forward(self, batch: Batch) -> Tensor:
        """States [b, l, d]."""
        states: Tensor = self.span(self.embedding(batch)).states
        return states

    def vector(self, batch: Batch) -> Tensor:
        """Pooled vectors of unit length [b, d]."""
        return functional.normalize(pool(self(batch).float(), batch.mask, self.pooling), dim=-1)

    def guesses(self, states: Tensor) -> Tensor:
        """Logits over the known tokens [m, known] for some states [m, d]."""
        logits: Tensor = self.guess(states) @ self.table[self.known].T + self.bias
        return logits


@dataclass(frozen=True)
class Lesson:
    """What is learned from: token ids of pieces of text and of both sides of translations, and the teacher's vectors
    [translations, d] of the English sides.
    """

    texts: Sequence[Array]
    foreign: Sequence[Array]
    english: Sequence[Array]
    aims: Array
    mask_id: int


def learn(student: Student, lesson: Lesson, plan: Plan, place: Place, folder: Path, say: Report) -> None:
    """Train until `plan.steps`, on from the last state in `folder` if one lies there.

    What a step draws depends on the seed and its number alone: a run that was killed ends where it would have ended.
    """
    student.to(place.device).train()
    optimiser = _optimiser(student, plan)
    state, damaged = read(folder)
    if damaged:
        say(damaged)
    done = state.step if state is not None else 0
    if state is not None:
        student.load_state_dict({name[6:]: one for name, one in state.tensors.items() if name.startswith("model.")})
        unpack(optimiser, state.tensors)
    frozen = _frozen(student)
    began, losses = time.perf_counter(), []
    for step in range(done, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * plan.share(step)
        torch.manual_seed(plan.seed * 1_000_003 + step)
        parts = _losses(student, lesson, plan, place, step)
        optimiser.zero_grad(set_to_none=True)
        sum(parts).backward()  # type: ignore[union-attr]
        grad = student.table.grad
        assert grad is not None
        grad[frozen] = 0
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        losses.append([one.item() for one in parts])
        if (step + 1) % plan.save_every == 0 or step + 1 == plan.steps:
            tensors = {f"model.{name}": one for name, one in student.state_dict().items()}
            write(folder, State(step + 1, tensors | pack(optimiser), {"plan": asdict(plan)}))
            told = " ".join(f"{one:.3f}" for one in np.mean(losses, axis=0))
            say(f"step {step + 1}: masked, foreign, english {told}; {time.perf_counter() - began:.0f} s")
            losses = []


def save(student: Student, source: Path, target: Path, dtype: torch.dtype = torch.float16) -> None:
    """The student as a model folder: `source` with other weights."""
    target.mkdir(parents=True, exist_ok=True)
    for one in source.iterdir():
        if one.is_file() and one.name != "model.safetensors":
            (target / one.name).write_bytes(one.read_bytes())
    tensors = {**student.embedding.state_dict(), **student.span.state_dict()}
    save_file(
        {name: one.detach().cpu().to(dtype).contiguous() for name, one in tensors.items() if one.is_floating_point()},
        target / "model.safetensors",
        metadata={"format": "pt"},
    )
    config = json.loads((target / "config.json").read_text("utf-8"))
    config["torch_dtype"] = str(dtype).removeprefix("torch.")
    (target / "config.json").write_text(json.dumps(config, indent=1), "utf-8")


# -- helpers ---------------------------------------------------------------------------------------------------------
def _optimiser(student: Student, plan: Plan) -> torch.optim.Optimizer:
    matrices = [one for one in student.parameters() if one.ndim > 1 and one is not student.table]
    vectors = [one for one in student.parameters() if one.ndim < 2]
    groups = [
        {"params": matrices, "peak": plan.rate, "weight_decay": plan.decay},
        {"params": vectors, "peak": plan.rate, "weight_decay": 0.0},
        {"params": [student.table], "peak": plan.table_rate, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98), fused=True)


def _frozen(student: Student) -> Tensor:
    """The rows of the table that stay: all but the known ones."""
    rows = torch.ones(len(student.table), dtype=torch.bool)
    rows[student.known.cpu()] = False
    return rows.to(student.table.device)


def _losses(student: Student, lesson: Lesson, plan: Plan, place: Place, step: int) -> list[Tensor]:
    chance = np.random.default_rng([plan.seed, step])
    chosen = chance.integers(len(lesson.texts), size=plan.pieces)
    drawn = chance.integers(len(lesson.aims), size=plan.pairs)
    aims = torch.from_numpy(lesson.aims[drawn]).to(place.device)
    with place.autocast():
        masked = _masked(student, [lesson.texts[k] for k in chosen], lesson.mask_id, place, chance)
        sides = [student.vector(_batch([side[k] for k in drawn], place)) for side in (lesson.foreign, lesson.english)]
    return [masked, *(_near(side, aims) for side in sides)]


def _masked(
    student: Student, texts: Sequence[Array], mask_id: int, place: Place, chance: np.random.Generator
) -> Tensor:
    batch = _batch(texts, place)
    ids = batch.tensors["input_ids"]
    places = torch.full((int(student.table.shape[0]),), -1, device=ids.device)
    places[student.known] = torch.arange(len(student.known), device=ids.device)
    lots = torch.from_numpy(chance.random(tuple(ids.shape))).to(ids.device)
    hidden = (lots < MASKED) & (places[ids] >= 0)
    aims = places[ids[hidden]]
    changed = ids.clone()
    changed[hidden & (lots < MASKED * (1 - KEPT))] = mask_id
    other = hidden & (lots < MASKED * SWAPPED)
    changed[other] = student.known[torch.from_numpy(chance.integers(len(student.known), size=int(other.sum())))]
    states = student(Batch({"input_ids": changed}, batch.mask))
    return functional.cross_entropy(student.guesses(states[hidden]).float(), aims)


def _near(vectors: Tensor, aims: Tensor) -> Tensor:
    """How far vectors are from their aims, and how little nearer than to the aims of others."""
    alike = vectors @ aims.T / HEAT
    others = functional.cross_entropy(alike, torch.arange(len(aims), device=aims.device))
    return 10 * (1 - (vectors * aims).sum(1)).mean() + 0.3 * others


def _batch(rows: Sequence[Array], place: Place) -> Batch:
    return place.move(padded([Row({"input_ids": ids}, k) for k, ids in enumerate(rows)]))

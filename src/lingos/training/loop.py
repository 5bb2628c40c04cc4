"""Gradient training of a branch: one loop for every task and every trained method.

A run is a pure function of its job: batches and dropout are drawn from the seed and the step's number, so a killed and
resumed run ends with the same bits (same threads, instruction set, torch and micro-batches; all are in the state).
"""

from __future__ import annotations

import functools
import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.utils.checkpoint
from accelerate import Accelerator, DistributedType

from lingos.contracts import Batch, Progress, Row, Task
from lingos.errors import LingosError, RecipeError, ResourceError
from lingos.methods.base import Deep, Descent, Group
from lingos.modules.branch import Branch
from lingos.training import batches, checkpoint, snapshots
from lingos.training.batches import beside
from lingos.training.checkpoint import State
from lingos.training.device import Place
from lingos.training.hidden import States, padded
from lingos.training.schedule import rate
from lingos.training.stop import Asked, Interrupted, listening
from lingos.words.said import Said

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Job", "Log", "Trained", "descend"]

EVALUATIONS = 2  # an epoch
STATE_SECONDS = 30.0
Log = Callable[[int, Mapping[str, float]], None]


@dataclass
class Job:
    """What one run trains. Rows come as hidden states, or as token ids where the branch owns the embedding."""

    branch: Branch
    task: Task
    groups: Sequence[Group]
    settings: Descent
    targets: Array
    weights: Array
    place: Place
    seed: int
    reads: str = ""  # digest of what the rows are and of where training starts, for the state
    states: States | None = None
    rows: Sequence[Row] = ()
    also: Mapping[str, Sequence[Array]] = field(default_factory=dict)  # what the task learns beside the targets
    judge: Callable[[Branch], float] | None = None  # score on an inner hold-out, higher is better
    folder: Path | None = None  # where the state is kept; None = not resumable
    progress: Progress | None = None
    log: Log | None = None
    steps: int | None = None  # stop after so many: for the forecast

    @property
    def lengths(self) -> Array:
        """Tokens of each row."""
        if self.states is not None:
            return self.states.lengths
        return np.array([len(row.tensors["input_ids"]) for row in self.rows], dtype=np.int64)

    def digest(self) -> str:
        """What the steps depend on besides the weights: another digest is another run."""
        state = hashlib.sha256(f"{self.seed} {self.settings.model_dump_json()} {self.groups} {self.reads}".encode())
        for array in (self.targets, self.weights, self.lengths):
            state.update(np.ascontiguousarray(array).tobytes())
        for name, arrays in sorted(self.also.items()):
            state.update(name.encode() + b"".join(np.ascontiguousarray(one).tobytes() for one in arrays))
        return state.hexdigest()[:16]


@dataclass
class Trained:
    """What happened. The weights are in the job's branch. `seconds` counts the parts before an interruption too."""

    steps: int
    seconds: float
    losses: list[float]
    scores: list[float]
    notes: list[str] = field(default_factory=list)


def descend(job: Job) -> Trained:
    """Train the job's branch in place, by AdamW. Run it under `accelerate launch` to share each step among processes.

    Raises:
        Interrupted: Ctrl-C; the state is written and the same job goes on. ResourceError: the disk is full, or one row
        does not fit into memory. LingosError: the loss is no number any more.
    """
    with listening() as asked:
        return _Run(job).go(asked)


class _Run:
    def __init__(self, job: Job) -> None:
        self.job, self.settings = job, job.settings
        # Precision is the place's business: accelerate keeps its own for the whole process.
        self.accelerator = Accelerator(cpu=job.place.device == "cpu", mixed_precision="no")
        _check(self.accelerator)
        job.branch.to(job.place.device).train()
        if isinstance(self.settings, Deep) and self.settings.gradient_checkpointing:
            _recompute(job.branch)
        self.plans = [self._plan(epoch) for epoch in range(self.settings.epochs)]
        self.total = sum(map(len, self.plans))
        self.moving = {name: p for name, p in job.branch.named_parameters() if p.requires_grad}
        self.model, self.optimiser = self.accelerator.prepare(job.branch, self._optimiser())
        self.state = State(facts={"losses": [], "scores": [], "micro": 1, "seconds": 0.0, "place": self._place()})
        self.notes: list[str] = []
        self.began = self.saved = time.monotonic()

    def go(self, asked: Asked) -> Trained:
        self._resume()
        steps = [step for plan in self.plans for step in plan][: self.job.steps]
        marks = _marks(self.plans)
        for number in range(self.state.step, len(steps)):
            loss = self._step(number, steps[number])
            self.state.step = number + 1
            self._tell(loss, len(steps))
            if number + 1 in marks and self._evaluate():
                break
            self._save(asked)
        self._finish()
        facts = self.state.facts
        return Trained(self.state.step, self._seconds(), facts["losses"], facts["scores"], self.notes)

    # -- one step ----------------------------------------------------------------------------------------------------
    def _step(self, number: int, rows: Array) -> float:
        factor = rate(number, self.total, self.settings.warmup, self.settings.schedule)
        for group, told in zip(self.optimiser.param_groups, self.job.groups, strict=True):
            group["lr"] = told.rate * factor
        while True:
            try:
                loss = self._gradients(number, rows)
                break
            except (MemoryError, RuntimeError) as error:
                self._smaller(error, len(rows))
        if not math.isfinite(loss):
            raise LingosError(
                f"the loss is {loss} at step {number + 1}",
                expected="a number that falls",
                cure="set a smaller learning_rate and head_rate, or precision=fp32",
            )
        self.accelerator.clip_grad_norm_(self.moving.values(), self.settings.clip)
        self.optimiser.step()
        return loss

    def _gradients(self, number: int, rows: Array) -> float:
        torch.manual_seed((self.job.seed * 1_000_003 + number) % (1 << 31))
        self.optimiser.zero_grad(set_to_none=True)
        world, rank = self.accelerator.num_processes, self.accelerator.process_index
        whole, total = float(self.job.weights[rows].sum()), 0.0
        own = rows[rank::world]
        # A process without a row of its own still takes part, with weight zero.
        empty = not len(own)
        for part in np.array_split(rows[:1] if empty else own, min(self.state.facts["micro"], max(1, len(own)))):
            total += self._part(self._batch(part), 0.0 if empty else world / whole)
        return total if world == 1 else float(self._over_processes(total, "mean"))

    def _part(self, batch: Batch, share: float) -> float:
        """Add the gradients of one part of a step; its loss. `adversarial`: half of them from the part pushed away."""
        if batch.hidden is None or not (push := self._push()):
            return self._backward(batch, share)
        states = batch.hidden.states.float().requires_grad_()
        seen = replace(batch, hidden=replace(batch.hidden, states=states))
        loss = self._backward(seen, share / 2)
        assert states.grad is not None
        pushed = pushed_away(states.detach(), states.grad, push)
        return loss + self._backward(replace(batch, hidden=replace(batch.hidden, states=pushed)), share / 2)

    def _push(self) -> float:
        """How far the trunk's output is pushed in this step, as a share of its norm."""
        if not isinstance(self.settings, Deep) or self.state.step < self.settings.adversarial_after * self.total:
            return 0.0
        return self.settings.adversarial

    def _backward(self, batch: Batch, share: float) -> float:
        assert batch.weights is not None
        with self.job.place.autocast():
            losses = self.job.task.loss(self.model(batch), batch, self.settings.model_dump())
        loss = (losses * batch.weights).sum() * share
        self.accelerator.backward(loss)
        return float(loss.detach())

    def _batch(self, rows: Array) -> Batch:
        job = self.job
        if job.states is not None:
            hidden = job.states.batch(rows)
            batch = Batch({}, hidden.mask, hidden)
        else:
            batch = padded([job.rows[k] for k in rows])
        batch.targets, batch.weights = torch.from_numpy(job.targets[rows]), torch.from_numpy(job.weights[rows])
        batch.also = {name: torch.from_numpy(beside([arrays[k] for k in rows])) for name, arrays in job.also.items()}
        return job.place.move(batch)

    def _smaller(self, error: Exception, rows: int) -> None:
        if not (isinstance(error, MemoryError) or _out_of_memory(error)):
            raise error
        micro = 2 * self.state.facts["micro"]
        alone = self.accelerator.num_processes == 1
        # Processes that split their rows differently would wait for each other for ever.
        if micro > rows or not alone:
            raise ResourceError(
                "one row alone does not fit into memory" if alone else "out of memory in one of several processes",
                expected="memory for one row of the longest text" if alone else "memory for each process's rows",
                cure="set gradient_checkpointing=true, a smaller batch_tokens or max_length, or a smaller base",
            ) from error
        self.state.facts["micro"] = micro
        self.notes.append(Said("train.memory", {"parts": micro}))
        self.optimiser.zero_grad(set_to_none=True)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    # -- evaluation and averaging ------------------------------------------------------------------------------------
    def _evaluate(self) -> bool:
        """Keep this point if it counts among the best (or last) few; true = stop early."""
        scores, judge = self.state.facts["scores"], self.job.judge
        if judge is not None:
            self.job.branch.eval()
            scores.append(judge(self.job.branch))
            self.job.branch.train()
        else:
            scores.append(float(self.state.step))
        held = self._snapshots()
        snapshots.keep(held, scores, self.moving, self.settings.average)
        self.state.tensors = held
        return judge is not None and snapshots.patience_ends(scores, self.settings.patience)

    def _snapshots(self) -> dict[str, torch.Tensor]:
        return {name: tensor for name, tensor in self.state.tensors.items() if name.startswith(snapshots.PREFIX)}

    def _finish(self) -> None:
        """The branch becomes the mean of the kept snapshots."""
        held = self._snapshots()
        with torch.no_grad():
            for name, parameter in self.moving.items():
                found = snapshots.mean(held, name)
                if found is not None:
                    parameter.copy_(found)
        self.job.branch.eval()

    # -- state -------------------------------------------------------------------------------------------------------
    def _save(self, asked: Asked) -> None:
        stop = bool(asked)
        if self.accelerator.num_processes > 1:
            stop = float(self._over_processes(float(stop), "sum")) > 0
        if self.job.folder is not None and (stop or time.monotonic() - self.saved > STATE_SECONDS):
            now = {f"model.{name}": p.detach().cpu() for name, p in self.moving.items()}
            facts = self.state.facts | {"seconds": self._seconds()}
            if self.accelerator.is_main_process:
                tensors = self._snapshots() | now | checkpoint.pack(self.optimiser)
                checkpoint.write(self.job.folder, State(self.state.step, tensors, facts))
            self.saved = time.monotonic()
        if stop:
            raise Interrupted(
                f"stopped at step {self.state.step} of {self.total}",
                expected="the run to end by itself",
                cure="run the same command again: it goes on from here" if self.job.folder else "run it again",
            )

    def _resume(self) -> None:
        found, fault = checkpoint.read(self.job.folder)
        here = self._place()
        if found is not None and found.facts["place"].get("job") != here["job"]:
            found, fault = None, Said("train.another")
        if fault:
            self.notes.append(Said("train.afresh", {"fault": fault}))
        if found is None:
            return
        for name, value in here.items():
            before = found.facts["place"].get(name)
            if before != value:
                self.notes.append(Said("train.place", {"name": name, "before": before, "value": value}))
        with torch.no_grad():
            for name, parameter in self.moving.items():
                parameter.copy_(found.tensors[f"model.{name}"])
        checkpoint.unpack(self.optimiser, found.tensors)
        self.state = found

    def _seconds(self) -> float:
        return float(self.state.facts["seconds"]) + time.monotonic() - self.began

    def _place(self) -> dict[str, Any]:
        place = self.job.place
        facts = {"threads": place.threads, "isa": place.isa, "precision": place.precision, "torch": torch.__version__}
        return facts | {"processes": self.accelerator.num_processes, "job": self.job.digest()}

    def _over_processes(self, number: float, how: str) -> torch.Tensor:
        found = self.accelerator.reduce(torch.tensor(number, device=self.accelerator.device), how)
        assert isinstance(found, torch.Tensor)
        return found

    # -- set-up ------------------------------------------------------------------------------------------------------
    def _plan(self, epoch: int) -> list[Array]:
        job, rng = self.job, np.random.default_rng([self.job.seed, epoch])
        lengths = job.lengths
        drawn = batches.balanced(job.targets, rng) if self.settings.sampler == "balanced" else np.arange(len(lengths))
        steps = batches.plan(lengths[drawn], self.settings.batch_rows, self.settings.batch_tokens, rng)
        return [drawn[step] for step in steps]

    def _optimiser(self) -> torch.optim.Optimizer:
        groups = [
            {"params": [self.moving[n] for n in group.names], "lr": group.rate, "weight_decay": group.decay}
            for group in self.job.groups
        ]
        return torch.optim.AdamW(groups, fused=True)

    def _tell(self, loss: float, total: int) -> None:
        self.state.facts["losses"].append(round(loss, 6))
        if self.job.log is not None and self.accelerator.is_main_process:
            self.job.log(self.state.step, {"loss": loss, "rate": self.optimiser.param_groups[0]["lr"]})
        if self.job.progress is not None:
            self.job.progress(f"loss {loss:.3f}", self.state.step / total)


def _check(accelerator: Accelerator) -> None:
    if accelerator.distributed_type not in (DistributedType.NO, DistributedType.MULTI_CPU, DistributedType.MULTI_GPU):
        raise RecipeError(
            f"training was launched as {accelerator.distributed_type.value}, which splits the weights of one model",
            expected="one process, or several that each hold the whole model",
            cure="run `accelerate launch --multi_gpu` without FSDP, DeepSpeed or Megatron",
        )


def pushed_away(states: torch.Tensor, slope: torch.Tensor, share: float) -> torch.Tensor:
    """The trunk's output [b, l, d] moved up the slope of the loss, each row by this share of its own norm.

    >>> pushed_away(torch.tensor([[[3.0, 4.0]]]), torch.tensor([[[0.0, 2.0]]]), 0.1).tolist()
    [[[3.0, 4.5]]]
    """
    own, steep = (torch.linalg.vector_norm(values, dim=(1, 2), keepdim=True) for values in (states, slope))
    moved: torch.Tensor = states + share * own * slope / steep.clamp(min=1e-12)
    return moved


def _marks(plans: Sequence[Sequence[Array]]) -> set[int]:
    marks, done = set(), 0
    for plan in plans:
        marks |= {done + math.ceil(len(plan) * (k + 1) / EVALUATIONS) for k in range(EVALUATIONS)}
        done += len(plan)
    return marks


def _out_of_memory(error: Exception) -> bool:
    text = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in text or "can't allocate memory" in text


def _recompute(branch: Branch) -> None:
    model = getattr(branch.span, "model", None)
    if model is not None:
        # Not the public switch: it wants an input embedding, which a branch does not have.
        again = functools.partial(torch.utils.checkpoint.checkpoint, use_reentrant=False)
        model._set_gradient_checkpointing(enable=True, gradient_checkpointing_func=again)

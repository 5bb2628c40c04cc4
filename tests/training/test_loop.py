"""The loop: bit-identical resumption, interruption, memory, precision, weights, seeds, golden losses."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.training import kill_child, made, processes_child
from transformers import BertConfig, BertModel

from lingos.backbones.spans import rebuild
from lingos.contracts import Row
from lingos.errors import LingosError, RecipeError, ResourceError
from lingos.methods.base import method
from lingos.modules.branch import Branch
from lingos.training import checkpoint, loop, snapshots
from lingos.training.fit import Fitted, Watch, fit, outputs
from lingos.training.stop import Interrupted

GOLDEN = [
    0.4487, 0.6728, 0.5564, 0.389, 0.3292, 0.3556, 0.4311, 0.3166, 0.2384, 0.2036,
    0.2748, 0.1493, 0.2106, 0.1582, 0.2144, 0.1846, 0.1161, 0.1339, 0.1331, 0.1868,
]  # fmt: skip


def run(name: str = "top", watch: Watch | None = None, seed: int = 1, count: int = 48, **given: Any) -> Fitted:
    corpus = made.corpus("bert", count, dropout=given.pop("dropout", True))
    told = made.settings(name, **{"epochs": 2, "batch_rows": 8, **given})
    return fit(corpus, method(name), told, made.every(corpus), seed, watch)


def alike(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    """Weights that differ by the order of additions. Softmax does not see key biases: their gradient is noise alone."""
    return all(torch.allclose(first[name], second[name], atol=2e-3) for name in first if "key.bias" not in name)


def at(step: int, act: Any) -> Any:
    def log(number: int, numbers: Mapping[str, float]) -> None:
        if number == step:
            act()

    return log


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is written at every step."""
    monkeypatch.setattr(loop, "STATE_SECONDS", -1.0)


# -- killed and resumed ----------------------------------------------------------------------------------------------
def test_killed_and_resumed_is_the_same_run(tmp_path: Path, often: None) -> None:
    """Three kills at random steps, one of them in the middle of writing the state, then the run to its end."""
    steps = sorted(random.Random(os.urandom(8)).sample(range(2, 21), 3))
    whole = kill_child.trained(None)
    for die in zip(("step", "write", "step"), steps, strict=True):
        assert kill_child.killed(tmp_path, die), die
        found, _ = checkpoint.read(tmp_path)
        assert found is not None and found.step == die[1] - 1, steps
    assert kill_child.trained(tmp_path) == whole, steps


@pytest.mark.parametrize(("name", "number"), [("top", signal.SIGINT), ("lora", signal.SIGTERM)])
def test_an_interrupted_run_goes_on_to_the_same_bits(name: str, number: signal.Signals, tmp_path: Path) -> None:
    whole = run(name)
    before = signal.getsignal(number)
    with pytest.raises(Interrupted, match="stopped at step 5 of 12"):
        run(name, Watch(tmp_path, log=at(5, lambda: os.kill(os.getpid(), number))))
    assert signal.getsignal(number) is before
    resumed = run(name, Watch(tmp_path))
    assert made.same(whole.branch.tensors(), resumed.branch.tensors())
    assert whole.trained.losses == resumed.trained.losses and resumed.notes == []
    assert resumed.trained.steps == 12


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run("head", Watch(tmp_path, log=at(3, twice)))


def test_a_damaged_state_starts_afresh_and_says_so(tmp_path: Path) -> None:
    (tmp_path / checkpoint.FILE).write_bytes(b"x")
    resumed = run(watch=Watch(tmp_path))
    assert made.same(run().branch.tensors(), resumed.branch.tensors())
    assert any("damaged: started afresh" in note for note in resumed.notes)


@pytest.mark.parametrize("other", [{"seed": 2}, {"count": 45}, {"layers": 1}])
def test_the_state_of_another_run_is_not_taken(other: dict[str, Any], tmp_path: Path, often: None) -> None:
    run(**{"watch": Watch(tmp_path, steps=4), **other})
    resumed = run(watch=Watch(tmp_path))
    assert any("another run: started afresh" in note for note in resumed.notes)
    assert made.same(run().branch.tensors(), resumed.branch.tensors())


def test_another_place_is_told(tmp_path: Path, often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run(watch=Watch(tmp_path, steps=4))
    monkeypatch.setattr(made, "PLACE", replace(made.PLACE, threads=7))
    assert run(watch=Watch(tmp_path)).notes == ["threads was 1, is 7: not bit-identical any more"]


def test_a_full_disk_stops_the_run_and_keeps_the_last_state(
    tmp_path: Path, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, real = run(), save_file

    def save(tensors: Any, path: Path, metadata: Any) -> None:
        if json.loads(metadata["lingos"])["step"] == 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(tensors, path, metadata)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "save_file", save)
        with pytest.raises(ResourceError, match="the disk is full at step 6"):
            run(watch=Watch(tmp_path))
    found, _ = checkpoint.read(tmp_path)
    assert found is not None and found.step == 5
    assert made.same(whole.branch.tensors(), run(watch=Watch(tmp_path)).branch.tensors())


# -- memory ----------------------------------------------------------------------------------------------------------
class Starved:
    """A branch's forward that runs out of memory for more than so many rows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int, error: type[Exception] = RuntimeError) -> None:
        self.sizes: list[int] = []
        real = Branch.forward

        def forward(branch: Branch, batch: Any) -> Any:
            rows = len(batch.mask)
            if branch.training:
                if rows > most:
                    raise error("CPU out of memory: can't allocate memory")
                self.sizes.append(rows)
            return real(branch, batch)

        monkeypatch.setattr(Branch, "forward", forward)


@pytest.mark.parametrize("error", [RuntimeError, MemoryError, torch.OutOfMemoryError])
def test_out_of_memory_halves_the_rows_and_not_the_step(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(dropout=False, average=1)
    starved = Starved(monkeypatch, 2, error)
    parts = run(dropout=False, average=1)
    assert max(starved.sizes) == 2 and len([note for note in parts.notes if "parts" in note]) == 2
    assert np.allclose(whole.trained.losses, parts.trained.losses, atol=2e-5)
    assert alike(whole.branch.tensors(), parts.branch.tensors())


def test_the_gradients_of_parts_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[dict[str, torch.Tensor]] = []

    def caught(optimiser: Any) -> None:
        found.append({str(k): p.grad.clone() for k, p in enumerate(optimiser.param_groups[0]["params"])})

    monkeypatch.setattr(torch.optim.AdamW, "step", lambda self, closure=None: caught(self))
    run(dropout=False, watch=Watch(steps=1), class_weights="balanced")
    Starved(monkeypatch, 3)
    run(dropout=False, watch=Watch(steps=1), class_weights="balanced")
    assert found[0].keys() == found[1].keys()
    assert all(torch.allclose(found[0][name], found[1][name], atol=1e-6) for name in found[0])


def test_one_row_that_does_not_fit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Starved(monkeypatch, 0)
    with pytest.raises(ResourceError, match="one row alone does not fit") as caught:
        run()
    assert "gradient_checkpointing=true" in caught.value.cure


def test_other_errors_are_not_taken_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(branch: Branch, batch: Any) -> Any:
        raise RuntimeError("shapes do not match")

    one = method("top")
    monkeypatch.setattr(type(one), "solve", lambda *_: type("S", (), {"tensors": {}})())
    monkeypatch.setattr("lingos.training.fit._forward", lambda *_: {"vector": np.zeros((48, 32))})
    monkeypatch.setattr(Branch, "forward", broken)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        run()


# -- where it begins, and rows that are made harder ------------------------------------------------------------------
def test_the_head_is_fitted_on_frozen_vectors_first() -> None:
    corpus, rows = made.corpus("bert", 48), made.every(made.corpus("bert", 48))
    alone = fit(corpus, method("head"), made.settings("head", average=1), rows, 1).branch.tensors()
    begun = run(watch=Watch(steps=1), learning_rate=1e-12, head_rate=1e-12).branch.tensors()
    assert all(torch.allclose(begun[name], alone[name], atol=1e-6) for name in ("head.weight", "head.scale"))
    means = run(begin="means", watch=Watch(steps=1), learning_rate=1e-12, head_rate=1e-12).branch.tensors()
    assert not torch.allclose(means["head.weight"], alone["head.weight"], atol=1e-3)


def test_rows_are_pushed_to_where_the_loss_is_higher() -> None:
    seen: list[tuple[torch.Tensor, float]] = []
    real = loop._Run._backward

    def watched(self: Any, batch: Any, share: float) -> float:
        loss = real(self, batch, share)
        seen.append((batch.hidden.states.detach().clone(), loss))
        return loss

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop._Run, "_backward", watched)
        run(dropout=False, begin="means", adversarial=0.05, adversarial_after=0.0, watch=Watch(steps=3))
    assert len(seen) == 6
    for (states, loss), (pushed, harder) in zip(seen[::2], seen[1::2], strict=True):
        own = states.flatten(1).norm(dim=1)
        assert torch.allclose((pushed - states).flatten(1).norm(dim=1), 0.05 * own, rtol=1e-4)
        assert harder > loss
    plain, always = (run(adversarial=share, adversarial_after=0.0).trained.losses for share in (0.0, 0.05))
    late = run(adversarial=0.05, adversarial_after=0.5).trained.losses
    half = len(plain) // 2
    assert plain != always and late[:half] == plain[:half] and late[half] != plain[half]


def test_there_must_be_a_trunk_to_push() -> None:
    with pytest.raises(RecipeError, match="there is no trunk"):
        run("full", train_embeddings=True, adversarial=0.1)


# -- precision -------------------------------------------------------------------------------------------------------
def test_bf16_is_close_to_fp32_and_taken_when_asked_for() -> None:
    exact, mixed = run(dropout=False, precision="fp32"), run(dropout=False, precision="bf16")
    assert exact.trained.losses != mixed.trained.losses
    assert np.allclose(exact.trained.losses, mixed.trained.losses, rtol=0.05, atol=0.03)
    assert all(tensor.dtype == torch.float32 for tensor in mixed.branch.tensors().values())
    corpus = made.corpus("bert", 48, dropout=False)
    first, second = (outputs(one, corpus, made.every(corpus))["vector"] for one in (exact, mixed))
    assert 0 < np.abs(first - second).max() < 0.05


def test_recomputed_activations_give_the_same_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = torch.utils.checkpoint.checkpoint

    def counted(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        return real(*arguments, **named)

    plain = run("full")
    monkeypatch.setattr("torch.utils.checkpoint.checkpoint", counted)
    saved = run("full", gradient_checkpointing=True)
    assert calls, "nothing was recomputed"
    assert np.allclose(plain.trained.losses, saved.trained.losses, atol=1e-5)


def test_a_loss_that_is_no_number_is_told() -> None:
    with pytest.raises(LingosError, match="the loss is nan at step") as caught:
        run(learning_rate=1e30, head_rate=1e30, warmup=0.0, epochs=4)
    assert "smaller learning_rate" in caught.value.cure


# -- what the settings change ----------------------------------------------------------------------------------------
def uneven(name: str, **given: Any) -> Any:
    """Out-of-fit scores of the rare class after a fit on 40 frequent and 4 rare rows."""
    rows = [row for row in made.examples(120) if row.target != "rate"]
    rare = [row for row in rows if row.target == "order"][:4]
    kept = [*[row for row in rows if row.target == "card"][:40], *rare]
    corpus = made.corpus_of(kept, made.base("bert"))
    one = fit(corpus, method(name), made.settings(name, epochs=4, batch_rows=8, **given), made.every(corpus), 0)
    logits = outputs(one, corpus, made.every(corpus))["logits"]
    return (logits[:, 1] - logits[:, 0]).mean(), one


@pytest.mark.parametrize("given", [{"class_weights": "balanced"}, {"class_weights": "sqrt"}, {"sampler": "balanced"}])
def test_rare_classes_can_count_more(given: dict[str, Any]) -> None:
    assert uneven("top", **given)[0] > uneven("top")[0] + 0.05


def test_label_smoothing_keeps_the_loss_up() -> None:
    plain, smooth = (run("head", label_smoothing=share, epochs=10).trained.losses for share in (0.0, 0.4))
    assert min(smooth) > min(plain) + 0.1


def test_the_result_is_the_mean_of_the_last_evaluations() -> None:
    kept: list[dict[str, torch.Tensor]] = []
    real = snapshots.keep

    def keep(held: Any, scores: Any, now: Any, count: int) -> None:
        kept.append({name: tensor.detach().clone() for name, tensor in now.items()})
        real(held, scores, now, count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "keep", keep)
        found = run(epochs=3, average=2, begin="means")
    assert len(kept) == 6 and found.trained.scores == [3.0, 6.0, 9.0, 12.0, 15.0, 18.0]
    for name, parameter in found.branch.named_parameters():
        if name in kept[0]:
            assert torch.allclose(parameter, (kept[-1][name] + kept[-2][name]) / 2, atol=1e-6)


def test_patience_stops_early_on_rows_of_its_own() -> None:
    found = run("head", epochs=20, patience=2, count=60, head_rate=1e-6)
    assert found.trained.steps < 20 * 7 and len(found.trained.scores) == 2 * found.trained.steps // 7
    assert all(0 <= score <= 1.01 for score in found.trained.scores)
    # 54 rows are left to learn from: six are held out.
    assert run("head", epochs=1, patience=2, count=60).trained.steps == 7


@pytest.mark.parametrize("name", ["head", "top"])
def test_patience_in_a_fold_learns_from_the_rows_of_the_fold(name: str) -> None:
    rows, told = made.examples(60), made.settings(name, epochs=2, patience=2, batch_rows=8)
    whole, part = (made.corpus_of(found, made.base("bert")) for found in (rows, rows[20:]))
    fold = fit(whole, method(name), told, np.arange(20, 60), 1)
    alone = fit(part, method(name), told, np.arange(40), 1)
    assert fold.trained.losses == pytest.approx(alone.trained.losses, abs=1e-4)
    assert fold.trained.scores == pytest.approx(alone.trained.scores, abs=1e-4)


@pytest.mark.parametrize("name", ["head", "top"])
def test_rows_that_judge_teach_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other texts in the rows that judge: the start and every step stay the same."""
    rows, told = made.examples(60), made.settings(name, epochs=1, patience=9, batch_rows=8, label_names=True)
    plain = fit(made.corpus_of(rows, made.base("bert")), method(name), told, np.arange(60), 1)
    judges = set(plain.judges.tolist())
    assert 3 <= len(judges) <= 9 and max(judges) < 60, "real rows only, though the labels' texts are learned"
    others = [replace(row, fields={"text": "hello"}) if k in judges else row for k, row in enumerate(rows)]
    monkeypatch.setattr("lingos.training.fit.cut", lambda *_: (np.setdiff1d(np.arange(60), plain.judges), plain.judges))
    again = fit(made.corpus_of(others, made.base("bert")), method(name), told, np.arange(60), 1)
    assert again.trained.losses == pytest.approx(plain.trained.losses, abs=1e-4)
    assert made.same(
        {k: torch.from_numpy(np.array(v)) for k, v in plain.solution.tensors.items()},
        {k: torch.from_numpy(np.array(v)) for k, v in again.solution.tensors.items()},
    )
    assert again.trained.scores != plain.trained.scores


def test_near_duplicates_judge_together_or_not_at_all() -> None:
    corpus = made.corpus("bert", 60)
    corpus.clusters = np.arange(60) // 6  # pairs of each class
    judges = fit(corpus, method("head"), made.settings("head", epochs=1, patience=2), np.arange(60), 1).judges
    assert len(judges) and len(judges) % 6 == 0
    assert set(np.flatnonzero(np.isin(corpus.clusters, corpus.clusters[judges]))) == set(judges.tolist())


def test_where_nothing_can_be_held_out_it_is_said() -> None:
    corpus = made.corpus("bert", 60)
    corpus.clusters = np.arange(60) % 3  # one cluster a class
    found = fit(corpus, method("head"), made.settings("head", epochs=1, patience=2), np.arange(60), 1)
    assert not len(found.judges) and any("no row can be held out" in note for note in found.notes)
    assert found.trained.scores[-1] == found.trained.steps, "every step is run"


def test_steps_ends_early_and_keeps_the_schedule() -> None:
    rates: list[float] = []
    whole: list[float] = []
    run(watch=Watch(steps=3, log=lambda step, numbers: rates.append(numbers["rate"])))
    run(watch=Watch(log=lambda step, numbers: whole.append(numbers["rate"])))
    assert rates == whole[:3] and len(whole) == 12


def test_progress_and_log_are_told_every_step() -> None:
    shares: list[float] = []
    found = run(watch=Watch(progress=lambda what, share: shares.append(share)))
    assert shares == pytest.approx([(k + 1) / 12 for k in range(12)])
    assert len(found.trained.losses) == 12 and found.trained.seconds > 0


# -- seeds and golden numbers ----------------------------------------------------------------------------------------
def test_the_same_seed_gives_the_same_bits_and_another_one_others() -> None:
    first, second, other = run(), run(), run(seed=2)
    assert made.same(first.branch.tensors(), second.branch.tensors())
    assert first.trained.losses == second.trained.losses != other.trained.losses


def test_what_ran_before_does_not_change_a_run() -> None:
    first = run()
    torch.manual_seed(99)
    run("lora", seed=5)
    assert made.same(first.branch.tensors(), run().branch.tensors())


def test_golden_losses() -> None:
    found = golden_run()
    assert np.allclose(found, GOLDEN, atol=2e-3), [round(loss, 4) for loss in found]


def golden_run() -> list[float]:
    """Twenty steps of two layers of a small bert whose weights and rows come from no random generator."""
    backbone: Any = golden_backbone()
    rows = [
        Row({"input_ids": np.array([1, 5 + 3 * (k % 3), 20 + k % 5, 30 + k % 2, 2][: 4 + k % 2])}, k) for k in range(40)
    ]
    corpus = made.corpus_of(made.examples(40), backbone)
    corpus.__dict__["rows"] = [
        replace(row, tensors={"input_ids": row.tensors["input_ids"].astype(np.int32)}) for row in rows
    ]
    told = made.settings(
        "top", epochs=4, batch_rows=8, layers=2, begin="means", learning_rate=3e-4, head_rate=3e-3, adversarial=0.0
    )
    return fit(corpus, method("top"), told, made.every(corpus), 3).trained.losses


def golden_backbone() -> SimpleNamespace:
    facts = {
        "hidden_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "vocab_size": 64,
    }
    off = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "max_position_embeddings": 16}
    config = BertConfig(**facts, **off)
    tensors = {}
    for number, (name, tensor) in enumerate(BertModel(config, add_pooling_layer=False).state_dict().items()):
        wave = torch.sin(1.7 * torch.arange(tensor.numel()) ** 1.3 + number).reshape(tensor.shape)
        tensors[name] = torch.ones_like(tensor) if "LayerNorm.weight" in name else 0.3 * wave
    layers = rebuild(json.dumps(config.to_dict()), tensors)
    info = SimpleNamespace(depth=3, width=32, pooling="mean")
    return SimpleNamespace(info=info, embedding=layers.embedding, span=layers.span, digest=layers.digest)


# -- several processes -----------------------------------------------------------------------------------------------
def test_two_processes_give_the_losses_of_one(tmp_path: Path) -> None:
    folder = made.base("bert", dropout=False).folder.path
    alone, both = tmp_path / "1", tmp_path / "2"
    alone.mkdir()
    both.mkdir()
    processes_child.main(folder, alone)
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node=2", "--rdzv-backend=c10d"]
    torchrun += ["--rdzv-endpoint=127.0.0.1:0", "-m", "tests.training.processes_child", str(folder), str(both)]
    done = subprocess.run([sys.executable, *torchrun], capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-3000:]
    places = (alone / "0.json", both / "0.json", both / "1.json")
    losses = [json.loads(place.read_text("utf-8")) for place in places]
    assert losses[1] == losses[2] and len(losses[0]) == 18
    assert np.allclose(losses[0], losses[1], atol=1e-5)
    first, second = load_file(alone / "0.safetensors"), load_file(both / "1.safetensors")
    assert alike(first, second)

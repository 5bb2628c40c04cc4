"""The engine that serves: ONNX Runtime and the `tokenizers` library, neither torch nor transformers.

A skill is two graphs: the trunk (token ids -> hidden states), shared by all skills on it, and the branch (hidden
states -> logits and vector). Choose it always, except to check another engine against `torch`. CPU only.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lingos.contracts import Engine, Inputs
from lingos.engines.base import EngineOptions, TrunkFile, in_order, padded, placed, planned, texts
from lingos.errors import SkillError
from lingos.skill import Skill, Variant
from lingos.text.tokens import Tokens

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

    from lingos.contracts import Array

__all__ = ["Onnx", "OnnxEngine", "graph"]

BRANCH = "branch.onnx"
_SHARED: weakref.WeakValueDictionary[tuple[Path, int, int], Any] = weakref.WeakValueDictionary()
_LOCK = threading.Lock()


class Onnx:
    """Opens `variants/<name>/branch.onnx` and the trunk's graph beside it."""

    name = "onnx"

    def open(self, skill: Skill, variant: Variant, trunk: TrunkFile, options: EngineOptions) -> Engine:
        branch = next((file for file in variant.files if file.endswith(BRANCH)), None)
        facts = skill.manifest.branch
        if branch is None or facts is None or (facts.trunk is None) != (variant.trunk_file is None):
            raise SkillError(
                f"{skill.ref} has no ONNX graphs in its variant '{variant.precision}'",
                expected=f"{BRANCH} in the bundle and the trunk's graph in the store",
                cure="train the skill again, or use another variant",
            )
        tokens = Tokens(skill.path("tokenizer.json").read_text("utf-8"))
        lower = graph(trunk(variant.trunk_file), options.threads) if variant.trunk_file is not None else None
        return OnnxEngine(tokens, lower, graph(skill.path(branch), options.threads), skill.manifest.max_length, options)


class OnnxEngine:
    """Texts -> logits [n, c] and vector [n, d], float32, in the order of the texts.

    Safe to call from several threads.
    """

    def __init__(
        self,
        tokens: Tokens,
        trunk: InferenceSession | None,
        branch: InferenceSession,
        max_length: int,
        options: EngineOptions,
    ) -> None:
        self.name = "onnx"
        self.tokens, self.trunk, self.branch = tokens, trunk, branch
        self.max_length, self.options = max_length, options
        self._read = [one.name for one in branch.get_inputs()]  # a head on the first token reads no mask
        self._told = [one.name for one in branch.get_outputs()]

    def outputs(self, inputs: Sequence[Inputs]) -> Mapping[str, Array]:
        rows = self.tokens.rows(texts(inputs), self.max_length, offsets="tags" in self._told)
        lengths = [len(row.tensors["input_ids"]) for row in rows]
        parts = []
        for batch in planned(lengths, self.options.tokens):
            chosen = [rows[position] for position in batch]
            found = self._run(*padded(chosen, self.tokens.pad_id))
            parts.append((batch, {**found, "offsets": placed(chosen)} if "tags" in found else found))
        return in_order(parts, len(rows))

    def _run(self, ids: Array, mask: Array) -> dict[str, Array]:
        given = {"input_ids": ids, "mask": mask}
        if self.trunk is not None:
            given = {"hidden": self.trunk.run(["hidden"], given)[0], "mask": mask}
        feeds = {name: given[name] for name in self._read}
        return dict(zip(self._told, map(np.asarray, self.branch.run(self._told, feeds)), strict=True))


def graph(path: Path, threads: int) -> InferenceSession:
    """The session of an ONNX file; one per file and thread count in a process, for as long as somebody holds it."""
    key = (path.resolve(), threads, path.stat().st_mtime_ns)
    with _LOCK:
        found = _SHARED.get(key)
        if found is None:
            found = _SHARED[key] = _loaded(path, threads)
    return found


def _loaded(path: Path, threads: int) -> InferenceSession:
    import onnxruntime  # a fifth of a second, which the list of engines does without

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a busy wait starves shared cores
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own exceptions share no base
        raise SkillError(
            f"{path} can not be loaded: {str(error).splitlines()[0]}",
            expected="an ONNX graph that this ONNX Runtime reads",
            cure="upgrade onnxruntime, or train the skill again",
        ) from error
    _trim()
    return session


def _trim() -> None:
    """Give back what the reading of the file took and nobody uses: a sixth of the whole. Only glibc can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)

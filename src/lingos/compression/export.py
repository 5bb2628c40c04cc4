"""Trunk and branch as ONNX graphs in fp32: what answers without torch. One trunk a digest, one branch a skill.

    trunk   input_ids, mask [b, l] int64 -> hidden [b, l, d]
    branch  hidden [b, l, d] (input_ids if the skill owns the embedding), mask -> logits [b, c], vector [b, d]

The tracing exporter comes first: half a second instead of thirteen for a small encoder, and the same numbers in seven
of the eight families. Each graph is compared with torch on shapes that the exporter did not see, padding included.
Where that fails (DeBERTa v1), the graph is captured by torch.export.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from lingos.compression.tidy import tidy
from lingos.contracts import Batch, Hidden
from lingos.errors import BackboneError
from lingos.modules.branch import Branch

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["TOLERANCE", "branch_graph", "parity", "trunk_graph"]

OPSET = 18
MOST = 65_536  # rows and tokens of a batch that the capturing exporter allows for
LARGEST = 1.8e9  # bytes of weights in one file; a protobuf ends at 2 GiB
SHAPES = ((3, 11), (1, 1), (2, 37), (5, 8))  # the first one is exported, all are compared
TOLERANCE = 1e-5  # of vectors and probabilities; of hidden states relative to the largest
Sample = Callable[[tuple[int, int]], tuple[Tensor, Tensor]]


class TrunkGraph(nn.Module):
    """(input_ids, mask) -> hidden."""

    inputs, outputs = ("input_ids", "mask"), ("hidden",)

    def __init__(self, trunk: nn.Module) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, input_ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = self.trunk(Batch({"input_ids": input_ids}, mask)).states
        return states


class BranchGraph(nn.Module):
    """(hidden, mask) or (input_ids, mask) -> (logits, vector), and of a joint head (tags, values) as well."""

    def __init__(self, branch: Branch, depth: int) -> None:
        super().__init__()
        self.branch, self.depth = branch, depth
        self.inputs = ("input_ids" if branch.embedding is not None else "hidden", "mask")
        self.outputs = ("logits", "vector", "tags", "values") if branch.joint else ("logits", "vector")

    def forward(self, given: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        owns = self.branch.embedding is not None
        outputs = self.branch(Batch({"input_ids": given}, mask) if owns else Hidden(given, mask, self.depth))
        return tuple(outputs[name] for name in self.outputs)


Graph = TrunkGraph | BranchGraph


def trunk_graph(trunk: nn.Module, longest: int, path: Path) -> str:
    """Write the trunk's graph; returns the exporter that was good enough, "trace" or "capture".

    Raises:
        BackboneError: no exporter gives a graph that computes what torch computes.
    """
    return _export(TrunkGraph(trunk).eval(), path, longest, _ids)


def branch_graph(branch: Branch, depth: int, width: int, longest: int, path: Path) -> str:
    """Write the branch's graph; see `trunk_graph`."""

    def states(shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
        return torch.randn(*shape, width, generator=torch.Generator().manual_seed(0)), _ids(shape)[1]

    return _export(BranchGraph(branch, depth).eval(), path, longest, states if branch.embedding is None else _ids)


def parity(graph: Graph, path: Path, longest: int, sample: Sample) -> float:
    """The largest difference between the file and the module."""
    import onnxruntime  # late: the exporters' own tests of shapes do without

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    differences = []
    for rows, length in SHAPES:
        given = sample((rows, min(length, longest)))
        with torch.no_grad():
            wanted = graph(*given)
        read = {one.name for one in session.get_inputs()}  # a head on the first token reads no mask
        feeds = {name: tensor.numpy() for name, tensor in zip(graph.inputs, given, strict=True) if name in read}
        found = session.run(list(graph.outputs), feeds)
        differences.append(_difference(wanted, found, given[1].numpy().astype(bool)))
    return float(np.max(differences))  # not `max`: a NaN must stay one


# -- helpers ---------------------------------------------------------------------------------------------------------
def _export(graph: Graph, path: Path, longest: int, sample: Sample) -> str:
    size = sum(tensor.numel() * tensor.element_size() for tensor in graph.state_dict().values())
    if size > LARGEST:
        raise _impossible(f"{size / 1e9:.1f} GB of weights do not fit into one file")
    faults = []
    for name, write in (("trace", _trace), ("capture", _capture)):
        try:
            with _quiet(), torch.no_grad():
                write(graph, sample((SHAPES[0][0], min(SHAPES[0][1], longest))), path, longest)
            tidy(path)
            worst = parity(graph, path, longest, sample)
        except Exception as error:  # the exporters and ONNX Runtime raise anything; the next exporter may do
            faults.append(f"{name}: {(str(error).splitlines() or [type(error).__name__])[0]}")
            continue
        if worst <= TOLERANCE:
            return name
        faults.append(f"{name}: off by {worst:.1e}")
    path.unlink(missing_ok=True)
    raise _impossible("; ".join(faults))


def _trace(graph: Graph, given: tuple[Tensor, ...], path: Path, longest: int) -> None:
    torch.onnx.export(
        graph,
        given,
        str(path),
        input_names=list(graph.inputs),
        output_names=list(graph.outputs),
        dynamo=False,
        opset_version=OPSET,
        dynamic_axes={name: {0: "batch", 1: "length"} for name in graph.inputs},
    )


def _capture(graph: Graph, given: tuple[Tensor, ...], path: Path, longest: int) -> None:
    batch = torch.export.Dim("batch", min=1, max=MOST)
    length = torch.export.Dim("length", min=1, max=min(longest, MOST))
    torch.onnx.export(
        graph,
        given,
        str(path),
        input_names=list(graph.inputs),
        output_names=list(graph.outputs),
        dynamo=True,
        dynamic_shapes=tuple({0: batch, 1: length} for _ in given),
        external_data=False,
        verbose=False,
    )


def _difference(wanted: Any, found: Sequence[Array], mask: Array) -> float:
    if len(found) == 1:
        exact = wanted.numpy()[mask]
        return float(np.abs(exact - found[0][mask]).max() / max(1.0, np.abs(exact).max()))
    apart = [np.abs(wanted[1].numpy() - found[1]).max()]
    for place in (0, 2, 3)[: len(found) - 1]:  # logits, tags, values
        exact, mine = (torch.softmax(torch.as_tensor(one[place]), dim=-1).numpy() for one in (wanted, found))
        different = np.abs(exact - mine)
        apart.append((different[mask] if place == 2 else different).max())
    return float(np.max(apart))


def _ids(shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Token ids that every vocabulary has, and a mask whose last row is padded."""
    mask = torch.ones(shape, dtype=torch.long)
    mask[-1, shape[1] // 2 + 1 :] = 0
    return torch.arange(5, 5 + shape[0] * shape[1]).reshape(shape) % 40 + 5, mask


def _impossible(why: str) -> BackboneError:
    return BackboneError(
        f"the model can not be exported to ONNX: {why}",
        expected=f"a graph that differs from torch by at most {TOLERANCE}",
        cure="serve it with the engine 'torch', or choose another base",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporters warn about their own parts; whether the graph is right is measured, not believed."""
    held = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(held)

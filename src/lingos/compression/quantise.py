"""fp32 graph -> int8 graph: dynamic quantisation of the matrix products, weights signed (QInt8), one scale a column.

Measured on banking77, frozen all-MiniLM with a linear head, AVX2 (share of 3,080 or 900 test labels that flip; 16
tokens):

    fp32                                          0        9.2 ms
    plain int8, one scale a column                1.2 %    5.6 ms
    without the products that narrow (FFN out)    0.4 %    7.0 ms
    and smoothed, 7-bit weights                   0.2 %    6.4 ms
    8-bit weights instead of 7: they overflow     1.7 %    6.6 ms
    blocks of 32 (MatMulNBits)                    0.2 %    9.9 ms

These are trials, with ranges from test texts and plain rounding. On skills as they are stored (ranges of 512 training
texts, a processor with VNNI), rounding by the inputs (`rounding.py`) makes the mean error of `top`'s logits 0.0150 of
their size, where plain rounding has 0.0178; `head` (its branch has no products) flips 11 of 3,080 test labels instead
of 15, and the gate still refuses it.

So: the products that narrow stay fp32, because a few values behind GELU are twenty times the rest; the ranges of the
others are evened out between input and weight beforehand (Xiao et al. 2023, SmoothQuant); each weight is rounded to the
side that the inputs want (Frantar et al. 2022, GPTQ); and weights keep 7 bits on every machine, because x86 without
VNNI adds pairs of products in 16 bits: a variant that was tested on one machine must answer the same on another.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lingos.compression.rounding import rounded
from lingos.compression.tidy import tidy
from lingos.contracts import Inputs
from lingos.engines.base import padded, planned, texts
from lingos.engines.onnx import OnnxEngine

if TYPE_CHECKING:
    from lingos.contracts import Array

__all__ = ["Feeds", "quantise", "recorded"]

STRENGTH = 0.7  # share of an uneven range that moves from the input into the weight
SMALLEST = 1e-5
BATCH = 1024  # tokens
Feeds = Sequence[Mapping[str, "Array"]]


def quantise(source: Path, target: Path, feeds: Feeds) -> int:
    """Write the int8 twin of a graph; returns how many products became int8. Norms, softmax and the head stay fp32.

    `feeds` are inputs of the graph on typical texts: from them come the ranges of the products' inputs.
    """
    import onnx  # seconds to import, both
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(source)
    del model.graph.value_info[:]  # the exporter's own shapes contradict those after quantisation
    chosen = _products(model)
    if feeds:
        _smooth(model, chosen, _ranges(model, chosen, feeds))
        _round(model, chosen, _grams(model, {node.input[0] for nodes in chosen.values() for node in nodes}, feeds))
    keep = {node.name for nodes in chosen.values() for node in nodes}
    held = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises a pre-processing that changes nothing here
    try:
        quantize_dynamic(
            model,
            target,
            op_types_to_quantize=["MatMul"],
            nodes_to_quantize=sorted(keep) or ["none"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    finally:
        logging.disable(held)
    tidy(target)
    return len(keep)


def recorded(engine: OnnxEngine, inputs: Sequence[Inputs]) -> tuple[Feeds, Feeds]:
    """What the trunk and the branch of a session are fed with on these inputs; no trunk, no feeds for it."""
    rows = engine.tokens.rows(texts(inputs), engine.max_length)
    lower, upper = [], []
    for batch in planned([len(row.tensors["input_ids"]) for row in rows], BATCH):
        ids, mask = padded([rows[place] for place in batch], engine.tokens.pad_id)
        given = {"input_ids": ids, "mask": mask}
        if engine.trunk is not None:
            lower.append(given)
            given = {"hidden": engine.trunk.run(["hidden"], given)[0], "mask": mask}
        upper.append(given)
    return lower, upper


# -- helpers ---------------------------------------------------------------------------------------------------------
def _products(model: Any) -> dict[str, list[Any]]:
    """Name of an input -> the products with a constant matrix that read it and do not narrow."""
    shapes = {one.name: tuple(one.dims) for one in model.graph.initializer}
    chosen = defaultdict(list)
    for place, node in enumerate(model.graph.node):
        shape = shapes.get(node.input[1], ()) if node.op_type == "MatMul" else ()
        if len(shape) == 2 and shape[0] <= shape[1] and "head" not in node.name:
            node.name = node.name or f"product_{place}"
            chosen[node.input[0]].append(node)
    return dict(chosen)


def _ranges(model: Any, names: Iterable[str], feeds: Feeds) -> dict[str, Array]:
    """The largest absolute value of each column of some inner tensors."""
    largest: dict[str, Array] = {}
    for name, rows in _seen(model, names, feeds):
        here = np.abs(rows).max(0)
        largest[name] = np.maximum(largest[name], here) if name in largest else here
    return largest


def _grams(model: Any, names: Iterable[str], feeds: Feeds) -> dict[str, Array]:
    """The sum of x x^T over the rows x of some inner tensors: which of their columns go together."""
    grams: dict[str, Array] = {}
    for name, rows in _seen(model, names, feeds):
        exact = rows.astype(np.float64)
        grams[name] = grams.get(name, 0.0) + exact.T @ exact
    return grams


def _seen(model: Any, names: Iterable[str], feeds: Feeds) -> Iterator[tuple[str, Array]]:
    """The rows of some inner tensors on the feeds, padding left out."""
    import onnx
    import onnxruntime

    asked = sorted(names)
    if not asked:
        return
    shown = onnx.ModelProto.FromString(model.SerializeToString())
    del shown.graph.output[:]
    shown.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in asked)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = onnxruntime.InferenceSession(shown.SerializeToString(), options, providers=["CPUExecutionProvider"])
    read = {one.name for one in session.get_inputs()}
    for given in feeds:
        found = session.run(asked, {name: value for name, value in given.items() if name in read})
        inside = np.asarray(given["mask"]).astype(bool)
        for name, values in zip(asked, found, strict=True):
            yield name, values[inside] if values.shape[:2] == inside.shape else values.reshape(-1, values.shape[-1])


def _round(model: Any, chosen: Mapping[str, list[Any]], grams: Mapping[str, Array]) -> None:
    """Weights onto the grid that `quantize_dynamic` finds again, each to the side that the inputs want."""
    from onnx import numpy_helper

    weights = {one.name: one for one in model.graph.initializer}
    for nodes in chosen.values():
        for node in nodes:
            held = weights[node.input[1]]
            matrix = rounded(numpy_helper.to_array(held), grams[node.input[0]])
            held.CopyFrom(numpy_helper.from_array(matrix, held.name))


def _smooth(model: Any, chosen: Mapping[str, list[Any]], largest: Mapping[str, Array]) -> None:
    """x · W = (x / s) · (s W): `s` evens out the columns of x.

    One division serves all products that read the same x.
    """
    from onnx import helper, numpy_helper

    weights = {one.name: one for one in model.graph.initializer}
    before: dict[str, Any] = {}
    for name, nodes in chosen.items():
        matrices = [numpy_helper.to_array(weights[node.input[1]]) for node in nodes]
        scale = _scale(largest[name], np.max([np.abs(matrix).max(1) for matrix in matrices], axis=0))
        even = f"{name}_even"
        model.graph.initializer.append(numpy_helper.from_array(1 / scale, f"{name}_by"))
        before[nodes[0].name] = helper.make_node("Mul", [name, f"{name}_by"], [even], name=f"{name}_smooth")
        for node, matrix in zip(nodes, matrices, strict=True):
            own = f"{node.name}_even_weight"  # a matrix may be shared by products that read something else
            model.graph.initializer.append(numpy_helper.from_array(matrix * scale[:, None], own))
            node.input[0], node.input[1] = even, own
    ordered = [one for node in model.graph.node for one in (before.get(node.name), node) if one is not None]
    used = {name for node in ordered for name in node.input}
    kept = [one for one in model.graph.initializer if one.name in used]
    copies = [type(one).FromString(one.SerializeToString()) for one in (*ordered, *kept)]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(copies[: len(ordered)])
    model.graph.initializer.extend(copies[len(ordered) :])


def _scale(inputs: Array, weights: Array) -> Array:
    raw = np.maximum(inputs, SMALLEST) ** STRENGTH / np.maximum(weights, SMALLEST) ** (1 - STRENGTH)
    return np.asarray(raw / np.exp(np.log(raw).mean()), dtype=np.float32)

"""int8 graphs: close to fp32, narrowing products and the head untouched, smoothing an identity before rounding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from tests import made_skills

from lingos.compression import quantise as module
from lingos.compression.quantise import quantise, recorded
from lingos.engines.onnx import OnnxEngine
from lingos.inference import open_session
from lingos.store.store import Store

RNG = np.random.default_rng(0)
UNEVEN = np.where(np.arange(16) == 3, 40, 1).astype(np.float32)  # one column is far larger, as behind a norm
FEEDS: list[dict[str, np.ndarray]] = [
    {"hidden": (RNG.normal(size=(4, 6, 16)) * UNEVEN).astype(np.float32), "mask": np.ones((4, 6), dtype=np.int64)}
]


def graph(path: Path) -> Path:
    """hidden -> two products that share an input, one that narrows, a head."""
    shapes = {"wide": (16, 24), "also": (16, 24), "narrow": (24, 16), "last": (16, 16)}
    weights = [numpy_helper.from_array(RNG.normal(size=shape).astype(np.float32) / 4, n) for n, shape in shapes.items()]
    nodes = [
        helper.make_node("MatMul", ["hidden", "wide"], ["a"], name="q"),
        helper.make_node("MatMul", ["hidden", "also"], ["b"], name="k"),
        helper.make_node("Add", ["a", "b"], ["c"]),
        helper.make_node("MatMul", ["c", "narrow"], ["d"], name="down"),
        helper.make_node("MatMul", ["d", "last"], ["hidden_out"], name="/branch/head/MatMul"),
        helper.make_node("ReduceSum", ["mask"], ["sum"]),
    ]
    inputs = [
        helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["b", "l", 16]),
        helper.make_tensor_value_info("mask", TensorProto.INT64, ["b", "l"]),
    ]
    outputs = [
        helper.make_tensor_value_info("hidden_out", TensorProto.FLOAT, ["b", "l", 16]),
        helper.make_tensor_value_info("sum", TensorProto.INT64, None),
    ]
    made = helper.make_graph(nodes, "g", inputs, outputs, weights)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


def run(source: Path | bytes) -> np.ndarray:
    given = source if isinstance(source, bytes) else str(source)
    session = onnxruntime.InferenceSession(given, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["hidden_out"], FEEDS[0])[0])


def test_only_the_wide_products_become_int8(tmp_path: Path) -> None:
    assert quantise(graph(tmp_path / "a.onnx"), tmp_path / "b.onnx", FEEDS) == 2
    made = onnx.load(tmp_path / "b.onnx")
    kinds = [node.op_type for node in made.graph.node]
    assert kinds.count("MatMulIntegerToFloat") == 2 and kinds.count("MatMul") == 2
    assert kinds.count("DynamicQuantizeLinear") == 1, "products of one input share its rounding"
    assert {one.data_type for one in made.graph.initializer if "quantized" in one.name} == {TensorProto.INT8}
    assert (tmp_path / "b.onnx").stat().st_size < (tmp_path / "a.onnx").stat().st_size


def test_weights_keep_seven_bits(tmp_path: Path) -> None:
    quantise(graph(tmp_path / "a.onnx"), tmp_path / "b.onnx", FEEDS)
    made = onnx.load(tmp_path / "b.onnx")
    values = [numpy_helper.to_array(one) for one in made.graph.initializer if one.data_type == TensorProto.INT8]
    assert max(np.abs(one.astype(int)).max() for one in values) <= 64


def test_smoothing_alone_changes_nothing(tmp_path: Path) -> None:
    source = graph(tmp_path / "a.onnx")
    model = onnx.load(source)
    chosen = module._products(model)
    module._smooth(model, chosen, module._ranges(model, chosen, FEEDS))
    assert [node.op_type for node in model.graph.node].count("Mul") == 1
    np.testing.assert_allclose(run(model.SerializeToString()), run(source), rtol=1e-4, atol=1e-4)


def test_smoothing_makes_int8_better(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = graph(tmp_path / "a.onnx")
    quantise(source, tmp_path / "even.onnx", FEEDS)
    quantise(source, tmp_path / "plain.onnx", [])
    exact = run(source)
    even, plain = (np.abs(run(tmp_path / name) - exact).mean() for name in ("even.onnx", "plain.onnx"))
    assert even < 0.7 * plain
    assert even < 0.03 * np.abs(exact).mean()


def test_the_grid_of_the_rounding_is_kept(tmp_path: Path) -> None:
    source = graph(tmp_path / "a.onnx")
    model = onnx.load(source)
    chosen = module._products(model)
    module._smooth(model, chosen, module._ranges(model, chosen, FEEDS))
    module._round(model, chosen, module._grams(model, ["hidden_even"], FEEDS))
    ours = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer if one.name.endswith("weight")}
    quantise(source, tmp_path / "b.onnx", FEEDS)
    made = {one.name: numpy_helper.to_array(one) for one in onnx.load(tmp_path / "b.onnx").graph.initializer}
    assert len(ours) == 2
    for name, matrix in ours.items():
        stored = made[f"{name}_quantized"].astype(np.float32) * made[f"{name}_scale"]
        np.testing.assert_allclose(stored, matrix, rtol=1e-6, err_msg=name)


def test_padding_does_not_count(tmp_path: Path) -> None:
    source = graph(tmp_path / "a.onnx")
    mask = FEEDS[0]["mask"].copy()
    mask[:, 3:] = 0
    spoiled = FEEDS[0]["hidden"].copy()
    spoiled[:, 3:] = 1e6
    found = module._ranges(onnx.load(source), ["hidden"], [{"hidden": spoiled, "mask": mask}])["hidden"]
    np.testing.assert_allclose(found, np.abs(FEEDS[0]["hidden"][:, :3]).max((0, 1)))


def test_a_real_skill(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    skill = made_skills.encoder(tmp_path / "s", store)
    session = open_session(skill, store)
    assert isinstance(session.engine, OnnxEngine)
    lower, upper = recorded(session.engine, [{"text": text} for text in made_skills.TEXTS])
    assert set(lower[0]) == {"input_ids", "mask"} and set(upper[0]) == {"hidden", "mask"}
    made = quantise(skill.path("variants/fp32/branch.onnx"), tmp_path / "b.onnx", upper)
    assert made >= 4
    exact, found = (
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(["vector"], dict(upper[0]))[0]
        for path in (skill.path("variants/fp32/branch.onnx"), tmp_path / "b.onnx")
    )
    assert 0 < np.abs(exact - found).max() < 0.05

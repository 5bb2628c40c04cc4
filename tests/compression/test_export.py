"""Export: both exporters, every family, shapes that were not traced, and refusal of a graph that is wrong."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from tests import tiny
from torch import nn

from lingos.backbones.text import TextBackbone, load
from lingos.compression import export
from lingos.compression.export import branch_graph, trunk_graph
from lingos.errors import BackboneError
from lingos.modules.branch import Branch
from lingos.modules.heads import make_head

CAPTURED = {"deberta"}  # the tracing exporter bakes a length in; test_the_table_is_right would tell if that changed


def backbone(tmp_path: Path, family: str) -> TextBackbone:
    return load(str(tiny.folder(tmp_path, family, layers=2)))


def branch(base: TextBackbone, start: int | None, head: str = "cosine", pooling: str = "mean") -> Branch:
    torch.manual_seed(0)
    span = base.span(start or 0, base.info.depth) if (start or 0) < base.info.depth else None
    made = make_head(head, base.info.width, 5)  # type: ignore[arg-type]
    return Branch(base.embedding() if start is None else None, span, made, pooling).eval()


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_trunk_and_branch_of_every_family(tmp_path: Path, family: str) -> None:
    base = backbone(tmp_path, family)
    lower = nn.Sequential(base.embedding(), base.span(0, 1))
    how = trunk_graph(lower, 60, tmp_path / "trunk.onnx")
    assert how == ("capture" if family in CAPTURED else "trace")
    branch_graph(branch(base, 1), 1, base.info.width, 60, tmp_path / "branch.onnx")
    assert (tmp_path / "branch.onnx").stat().st_size > 1000


@pytest.mark.parametrize(
    ("start", "head", "pooling"),
    [(None, "linear", "mean"), (0, "cosine", "cls"), (2, "linear", "mean"), (2, "linear", "cls")],
)
def test_every_depth(tmp_path: Path, start: int | None, head: str, pooling: str) -> None:
    base = backbone(tmp_path, "bert")
    made = branch(base, start, head, pooling)
    assert branch_graph(made, start or 0, base.info.width, 60, tmp_path / "branch.onnx") == "trace"


@pytest.mark.parametrize("family", tiny.FAMILIES)
def test_the_own_head_of_every_family(tmp_path: Path, family: str) -> None:
    base = backbone(tmp_path, family)
    made = Branch(None, None, base.classifier(5), "cls").eval()
    assert branch_graph(made, 2, base.info.width, 60, tmp_path / "branch.onnx") == "trace"
    products = {node.name for node in onnx.load(tmp_path / "branch.onnx").graph.node if node.op_type == "MatMul"}
    assert all("head" in name for name in products), "int8 leaves out what stands under this name"


def test_graphs_are_kept_simplified(tmp_path: Path) -> None:
    base = backbone(tmp_path, "bert")
    branch_graph(branch(base, 1), 1, base.info.width, 60, tmp_path / "branch.onnx")
    kinds = {node.op_type for node in onnx.load(tmp_path / "branch.onnx").graph.node}
    assert "BiasGelu" in kinds and "Constant" not in kinds and "Identity" not in kinds
    assert [path.name for path in tmp_path.glob("*.tidy")] == []


class Parity(nn.Module):
    """A branch that a tracer gets wrong: it looks at the number of tokens in Python."""

    embedding = None
    joint = False

    def forward(self, hidden: object) -> dict[str, torch.Tensor]:
        states = hidden.states  # type: ignore[attr-defined]
        sign = 1.0 if states.shape[1] > 9 else -1.0
        mean = (states * hidden.mask.unsqueeze(-1)).mean(1)  # type: ignore[attr-defined]
        return {"logits": sign * mean, "vector": mean}


def test_a_wrong_graph_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match=r"trace: off by .*capture: "):
        branch_graph(Parity(), 0, 8, 60, tmp_path / "branch.onnx")  # type: ignore[arg-type]
    assert not (tmp_path / "branch.onnx").exists()


def test_too_large_for_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "LARGEST", 1000)
    base = backbone(tmp_path, "bert")
    with pytest.raises(BackboneError, match="do not fit into one file"):
        branch_graph(branch(base, 1), 1, base.info.width, 60, tmp_path / "branch.onnx")

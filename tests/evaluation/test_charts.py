from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from lingos.evaluation import charts
from lingos.evaluation.calibration import reliability
from lingos.evaluation.refusal import Curve, risk_coverage
from lingos.evaluation.result import HeatMap

HOSTILE = '<script>alert("x")</script> & "quoted"'


def parsed(drawn: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(str(drawn))


@given(st.lists(st.floats(0, 1), min_size=1))
def test_an_axis_holds_all_numbers_and_is_never_empty(numbers: list[float]) -> None:
    low, high = charts.scale(numbers)
    assert 0 <= low <= min(numbers) + 1e-6
    assert 1 >= high >= max(numbers) - 1e-6
    assert high > low


def test_marks_keep_within_the_axis() -> None:
    drawn = parsed(charts.mark(0.9, 0.85, 0.95, (0.8, 1.0), rest=0.7))
    assert drawn.find("circle").get("cx") == "50.00%"  # type: ignore[union-attr]
    assert [line.get("x1") for line in drawn.iter("line")] == ["0", "0.00%", "25.00%"]
    assert "90.0 [85.0, 95.0]" in str(drawn.get("aria-label"))


def test_a_rung_below_the_axis_becomes_an_arrow() -> None:
    drawn = parsed(charts.mark(0.1, 0.05, 0.15, (0.8, 1.0)))
    assert drawn.find("circle") is None
    assert any(part.get("class") == "beyond" for part in drawn.iter())


def test_the_reliability_plot_has_one_dot_a_bin() -> None:
    generator = np.random.default_rng(0)
    sure = generator.random(300)
    points = reliability(sure, generator.random(300) < sure)
    drawn = parsed(charts.reliability(points, HOSTILE, "accuracy"))
    assert len(list(drawn.iter("circle"))) == len(points) == 15


def test_the_threshold_lies_on_the_curve() -> None:
    curve = risk_coverage(np.arange(100) / 100, np.arange(100) >= 20)
    drawn = parsed(charts.risk(curve, 0.8, "coverage", "risk"))
    dot = drawn.find("circle")
    line = next(part for part in drawn.iter("polyline"))
    assert dot is not None
    assert f"{dot.get('cx')},{dot.get('cy')}" in str(line.get("points")).split()
    assert not list(parsed(charts.risk(curve, None, "coverage", "risk")).iter("circle"))


@pytest.mark.parametrize("curve", [Curve((1.0,), (0.0,), 0.0), Curve((0.5, 1.0), (1.0, 1.0), 1.0)])
def test_curves_at_the_edge_can_be_drawn(curve: Curve) -> None:
    assert parsed(charts.risk(curve, 1.0, "c", "r")).tag == "svg"
    assert parsed(charts.reliability(reliability(np.ones(3), np.ones(3, bool)), "c", "a")).tag == "svg"
    assert parsed(charts.reliability([], "c", "a")).tag == "svg"


def test_names_of_classes_are_escaped_and_the_diagonal_is_muted() -> None:
    drawn = charts.heat(HeatMap((HOSTILE[:20], "b"), ((30, 4), (0, 50))))
    assert "<script" not in drawn
    boxes = list(parsed(drawn).iter("rect"))
    assert [box.get("class") for box in boxes] == ["same", "hot", "cell", "same"]
    assert parsed(charts.heat(HeatMap((), ()))).tag == "svg"

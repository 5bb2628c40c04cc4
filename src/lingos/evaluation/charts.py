"""Charts as inline SVG. Colours are the page's CSS variables, so light and dark need no second drawing.

Marks in rows use percentages and no view box: their text and strokes keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from markupsafe import Markup, escape

from lingos.evaluation.calibration import Point
from lingos.evaluation.refusal import Curve
from lingos.evaluation.result import HeatMap

__all__ = ["Scale", "axis", "bar", "heat", "mark", "reliability", "risk", "scale"]

Scale = tuple[float, float]

_WIDTH, _HEIGHT = 440, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 14, 40


def scale(numbers: Sequence[float], step: float = 0.05) -> Scale:
    """Bounds of an axis for shares: the numbers with a little air, at round steps, never outside 0 to 1.

    >>> scale([0.83, 0.92])
    (0.75, 0.95)
    """
    if not numbers:
        return 0.0, 1.0
    first, last = floor(round(min(numbers) / step, 6)), ceil(round(max(numbers) / step, 6))
    # An even number of steps gives the middle tick a round number.
    while last == first or (last - first) % 2:
        first, last = (first - 1, last) if first else (first, last + 1)
    return round(max(0.0, first * step), 6), round(min(1.0, last * step), 6)


def mark(value: float, low: float, high: float, bounds: Scale, rest: float | None = None) -> Markup:
    """A dot with its interval on a shared axis; `rest` draws the line to compare with. Below the axis: an arrow."""
    if high < bounds[0]:
        arrow = '<svg x="0" y="5" width="8" height="12"><path class="beyond" d="M0 6 8 1v10z"/></svg>'
        return _markup(
            f'<svg class="mark" height="22" role="img" aria-label="{_label(value, low, high)}">'
            f'<line class="track" x1="0" x2="100%" y1="11" y2="11"/>{arrow}</svg>'
        )
    a, x, b = (_percent(number, bounds) for number in (low, value, high))
    line = f'<line class="rest" x1="{_percent(rest, bounds)}" x2="{_percent(rest, bounds)}" y1="1" y2="21"/>'
    return _markup(
        f'<svg class="mark" height="22" role="img" aria-label="{_label(value, low, high)}">'
        f'<line class="track" x1="0" x2="100%" y1="11" y2="11"/>{line if rest is not None else ""}'
        f'<line class="span" x1="{a}" x2="{b}" y1="11" y2="11"/><circle class="dot" cx="{x}" cy="11" r="5"/></svg>'
    )


def bar(value: float, low: float, high: float) -> Markup:
    """A bar from 0 to `value` with a whisker, on an axis from 0 to 1."""
    a, x, b = (_percent(number, (0.0, 1.0)) for number in (low, value, high))
    return _markup(
        f'<svg class="mark" height="16" role="img" aria-label="{_label(value, low, high)}">'
        f'<rect class="trough" width="100%" y="3" height="10" rx="3"/><rect class="bar" width="{x}" y="3" height="10" '
        f'rx="3"/><line class="whisker" x1="{a}" x2="{b}" y1="8" y2="8"/></svg>'
    )


def axis(bounds: Scale) -> Markup:
    """The ticks above a column of marks."""
    ends = (("0%", "start", bounds[0]), ("50%", "middle", sum(bounds) / 2), ("100%", "end", bounds[1]))
    texts = "".join(f'<text x="{x}" y="11" text-anchor="{anchor}">{_tick(at)}</text>' for x, anchor, at in ends)
    return _markup(f'<svg class="mark axis" height="14" aria-hidden="true">{texts}</svg>')


def reliability(points: Sequence[Point], across: str, up: str) -> Markup:
    """Accuracy against confidence, one dot a bin with its interval; the diagonal is perfect."""
    bounds = scale([number for point in points for number in (point.confidence, point.low)], 0.1)[0], 1.0
    frame = _frame(bounds, bounds, across, up)
    dots = [f'<line class="ideal" {_segment((bounds[0], bounds[0]), (1.0, 1.0), bounds, bounds)}/>']
    largest = max((point.rows for point in points), default=1)
    for point in points:
        whisker = _segment((point.confidence, point.low), (point.confidence, point.high), bounds, bounds)
        x, y = _at(point.confidence, point.accuracy, bounds, bounds)
        dots.append(f'<line class="span thin" {whisker}/>')
        dots.append(f'<circle class="dot" cx="{x}" cy="{y}" r="{2.5 + 2.5 * (point.rows / largest) ** 0.5:.1f}"/>')
    return _svg(frame + "".join(dots), f"{up} / {across}")


def risk(curve: Curve, answered: float | None, across: str, up: str) -> Markup:
    """Error rate against coverage; the dot is the share answered at the threshold in use."""
    top = max(0.02, ceil(max(curve.risk) * 1.1 * 50) / 50)
    bounds, high = (0.0, 1.0), (0.0, min(1.0, top))
    spots = [_at(x, y, bounds, high) for x, y in zip(curve.coverage, curve.risk, strict=True)]
    line = " ".join(f"{x},{y}" for x, y in spots)
    floor_y = _at(0, 0, bounds, high)[1]
    area = f'<polygon class="area" points="{spots[0][0]},{floor_y} {line} {spots[-1][0]},{floor_y}"/>'
    drawn = f'{area}<polyline class="curve" points="{line}"/>'
    if answered is not None:
        here = min(range(len(spots)), key=lambda i: abs(curve.coverage[i] - answered))
        x, y = spots[here]
        drawn += f'<line class="ideal" x1="{x}" x2="{x}" y1="{y}" y2="{floor_y}"/>'
        drawn += f'<circle class="dot" cx="{x}" cy="{y}" r="5.5"/>'
    return _svg(_frame(bounds, high, across, up) + drawn, f"{up} / {across}")


def heat(table: HeatMap, limit: int = 26) -> Markup:
    """Counts of the classes that are confused; the diagonal is muted, so that the mistakes show."""
    names = [name if len(name) <= limit else name[: limit - 1] + "…" for name in table.labels]
    wide = max((_width(name) for name in names), default=0.0)
    left, top, side = wide + 10, wide * 0.72 + 16, 30
    size = side * len(names)
    worst = max((n for i, row in enumerate(table.counts) for j, n in enumerate(row) if i != j), default=1) or 1
    parts = []
    for i, name in enumerate(names):
        middle = (i + 0.5) * side
        parts.append(f'<text x="{left - 8:.0f}" y="{top + middle + 4:.0f}" text-anchor="end">{escape(name)}</text>')
        turn = f"translate({left + middle:.0f} {top - 8:.0f}) rotate(-45)"
        parts.append(f'<text transform="{turn}">{escape(name)}</text>')
        parts += [_cell(n, i == j, worst, left + j * side, top + i * side) for j, n in enumerate(table.counts[i])]
    width, height = left + size + wide * 0.72 + 4, top + size + 4
    return _markup(
        f'<svg class="heat" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img">{"".join(parts)}</svg>'
    )


def _markup(drawn: str) -> Markup:
    # All names from the data went through `escape` before they came here; the rest is numbers and our own marks.
    return Markup(drawn)  # noqa: S704


def _cell(count: int, same: bool, worst: int, x: float, y: float) -> str:
    share = 0.0 if same or not count else 0.15 + 0.85 * count / worst
    kind = "same" if same else ("hot" if share > 0.55 else "cell")
    box = (
        f'<rect class="{kind}" x="{x + 1:.0f}" y="{y + 1:.0f}" width="28" height="28" rx="4" style="--v:{share:.2f}"/>'
    )
    text = f'<text class="n {kind}" x="{x + 15:.0f}" y="{y + 19:.0f}" text-anchor="middle">{count}</text>'
    return box + (text if count else "")


def _frame(across: Scale, up: Scale, x_name: str, y_name: str) -> str:
    parts = []
    for y in _ticks(up):
        at = _at(across[0], y, across, up)[1]
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at}" y2="{at}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{_tick(y)}</text>')
    for x in _ticks(across):
        at = _at(x, up[0], across, up)[0]
        parts.append(f'<text x="{at}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{_tick(x)}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text class="name" x="{middle}" y="{_HEIGHT - 4}" text-anchor="middle">{escape(x_name)}</text>')
    parts.append(f'<text class="name" transform="translate(11 {_HEIGHT / 2 - 12}) rotate(-90)" text-anchor="middle">'
                 f"{escape(y_name)}</text>")  # fmt: skip
    return "".join(parts)


def _svg(inner: str, label: str) -> Markup:
    return _markup(
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">{inner}</svg>'
    )


def _segment(start: Scale, end: Scale, across: Scale, up: Scale) -> str:
    (x1, y1), (x2, y2) = _at(*start, across, up), _at(*end, across, up)
    return f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'


def _at(x: float, y: float, across: Scale, up: Scale) -> tuple[float, float]:
    right = (x - across[0]) / (across[1] - across[0])
    above = (y - up[0]) / (up[1] - up[0])
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    return round(_LEFT + right * wide, 1), round(_TOP + (1 - above) * high, 1)


def _ticks(bounds: Scale) -> list[float]:
    """Round numbers within the bounds, five or six of them."""
    width = bounds[1] - bounds[0]
    step = next(step for step in (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2) if width / step <= 6.001 or step == 0.2)
    first = ceil(round(bounds[0] / step, 6))
    return [round(k * step, 6) for k in range(first, floor(round(bounds[1] / step, 6)) + 1)]


def _percent(number: float | None, bounds: Scale) -> str:
    share = ((number or 0.0) - bounds[0]) / (bounds[1] - bounds[0])
    return f"{100 * min(max(share, 0.0), 1.0):.2f}%"


def _tick(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f}" if abs(percent - round(percent)) < 0.05 else f"{percent:.1f}"


def _label(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def _width(name: str) -> float:
    return sum(12.0 if ord(letter) > 0x2E80 else 6.7 for letter in name)

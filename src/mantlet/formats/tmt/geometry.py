"""Where the lines and boxes of a drawing meet: what `flow crosses` means in the Threat Modeling Tool.

A box is crossed by a flow of which exactly one end point lies in it; a line, by a flow whose curve meets its curve. Both
curves are quadratic, and the handle is their middle point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mantlet.formats.crossing import Points, meet
from mantlet.formats.tmt.parts import Line, Shape, Surface

_STEPS = 40
"""Straight pieces that stand for one curve; at the usual sizes each is shorter than ten pixels."""
FARTHEST = 1e6


def number(text: str | None) -> float | None:
    """Return a coordinate as the file has it; None for what is none."""
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) <= FARTHEST else None


def box_of(shape: Shape) -> tuple[float, float, float, float] | None:
    """Return left, top, width and height; None where one is missing."""
    left, top, width, height = map(number, (shape.left, shape.top, shape.width, shape.height))
    if left is None or top is None or width is None or height is None:
        return None
    return left, top, max(width, 0.0), max(height, 0.0)


def ends_of(line: Line) -> tuple[float, float, float, float] | None:
    """Return the two end points; None where a coordinate is missing."""
    found = [number(line.points.get(name)) for name in ("SourceX", "SourceY", "TargetX", "TargetY")]
    x, y, u, v = found
    return None if x is None or y is None or u is None or v is None else (x, y, u, v)


def curve_of(line: Line) -> Points | None:
    """Return a line's curve as points from end to end."""
    ends = ends_of(line)
    if ends is None:
        return None
    x, y, u, v = ends
    start, stop = np.array([x, y]), np.array([u, v])
    hx, hy = number(line.points.get("HandleX")), number(line.points.get("HandleY"))
    middle = (start + stop) / 2 if hx is None or hy is None else np.array([hx, hy])
    control = 2 * middle - (start + stop) / 2
    t = np.linspace(0, 1, _STEPS + 1)[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * stop


def crossings(surface: Surface) -> dict[str, list[Shape | Line]]:
    """Return, by flow guid, the boundaries that each flow of a diagram crosses, in file order."""
    flows = [line for line in surface.lines if line.is_flow]
    found: dict[str, list[Shape | Line]] = {flow.guid: [] for flow in flows}
    curves = [curve_of(flow) for flow in flows]
    ends = np.array([ends_of(flow) or (np.nan,) * 4 for flow in flows]).reshape(-1, 4)
    for shape in surface.shapes:
        box = box_of(shape) if shape.is_box else None
        if box is None:
            continue
        one, other = _inside(ends[:, :2], box), _inside(ends[:, 2:], box)
        for row in np.flatnonzero((one != other) & ~np.isnan(ends).any(axis=1)):
            found[flows[row].guid].append(shape)
    known = [row for row, curve in enumerate(curves) if curve is not None]
    low = np.array([curves[row].min(0) for row in known]).reshape(-1, 2)  # type: ignore[union-attr]
    high = np.array([curves[row].max(0) for row in known]).reshape(-1, 2)  # type: ignore[union-attr]
    for line in surface.lines:
        border = None if line.is_flow else curve_of(line)
        if border is None:
            continue
        near = (low <= border.max(0)).all(axis=1) & (high >= border.min(0)).all(axis=1)
        for at in np.flatnonzero(near):
            curve = curves[known[at]]
            if curve is not None and meet(curve, border):
                found[flows[known[at]].guid].append(line)
    return found


def _inside(points: Points, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    left, top, width, height = box
    x, y = points[:, 0], points[:, 1]
    return (x >= left) & (x <= left + width) & (y >= top) & (y <= top + height)

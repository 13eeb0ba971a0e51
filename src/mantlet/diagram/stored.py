"""Places that people gave things, as a layout file keeps them, and the same for what mantlet placed.

The mapping has `elements` and `boundaries` by id (`x`, `y` of the top left corner, `width`, `height`) and `flows` by
place (`flow` or `flow.returns`) with `waypoints`, ends included, and the middle of the `label`. All in pixels,
y downwards. What is missing or makes no sense is ignored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mantlet.diagram.drawing import Drawing
from mantlet.diagram.geometry import Box, Point

_FARTHEST = 1e6
_MOST_POINTS = 200


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored layout, read and checked; sizes of zero are not known."""

    nodes: dict[str, Box] = field(default_factory=dict)
    boundaries: dict[str, Box] = field(default_factory=dict)
    waypoints: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    labels: dict[str, Point] = field(default_factory=dict)


def read_stored(positions: Mapping[str, Any] | None) -> Stored:
    """Return a layout mapping's usable parts."""
    found = Stored()
    for section, target in (("elements", found.nodes), ("boundaries", found.boundaries)):
        for name, entry in _entries(positions, section):
            box = _box(entry)
            if box is not None:
                target[name] = box
    for name, entry in _entries(positions, "flows"):
        raw = entry.get("waypoints", [])
        points = [_point(item) for item in raw[:_MOST_POINTS]] if isinstance(raw, list | tuple) else []
        good = tuple(point for point in points if point is not None)
        if good:
            found.waypoints[name] = good
        label = _point(entry.get("label"))
        if label is not None:
            found.labels[name] = label
    return found


def _entries(positions: Mapping[str, Any] | None, section: str) -> list[tuple[str, Mapping[str, Any]]]:
    entries = positions.get(section) if positions else None
    if not isinstance(entries, Mapping):
        return []
    return [(name, entry) for name, entry in entries.items() if isinstance(entry, Mapping)]


def _box(entry: Mapping[str, Any]) -> Box | None:
    corner = _point((entry.get("x"), entry.get("y")))
    size = _point((entry.get("width", 0.0), entry.get("height", 0.0))) or (0.0, 0.0)
    return Box(*corner, max(0.0, size[0]), max(0.0, size[1])) if corner else None


def _point(value: object) -> Point | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    x, y = value
    if (
        isinstance(x, bool)
        or isinstance(y, bool)
        or not isinstance(x, int | float)
        or not isinstance(y, int | float)
    ):
        return None
    if not (math.isfinite(x) and math.isfinite(y)) or max(abs(x), abs(y)) > _FARTHEST:
        return None
    return (float(x), float(y))


def layout_positions(drawing: Drawing) -> dict[str, dict[str, dict[str, Any]]]:
    """Return where everything in a drawing is, in the form that a layout file keeps and `Options.positions` takes."""
    flows: dict[str, dict[str, Any]] = {}
    for lane in drawing.lanes:
        points = [[round(x, 2), round(y, 2)] for x, y in lane.points]
        flows[lane.lane.id] = {"waypoints": points, "label": [round(part, 2) for part in lane.label.center]}
    return {
        "elements": {name: _written(item.box) for name, item in drawing.nodes.items()},
        "boundaries": {name: _written(item.box) for name, item in drawing.clusters.items()},
        "flows": flows,
    }


def _written(box: Box) -> dict[str, float]:
    return {
        "x": round(box.x, 2),
        "y": round(box.y, 2),
        "width": round(box.width, 2),
        "height": round(box.height, 2),
    }

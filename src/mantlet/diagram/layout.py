"""From a view to a drawing: searched layout, titles, legend, margins."""

from __future__ import annotations

from dataclasses import replace

from mantlet.diagram import metrics as m
from mantlet.diagram.assemble import Assembled
from mantlet.diagram.byhand import by_hand
from mantlet.diagram.drawing import Drawing, PlacedCluster, PlacedLane, PlacedNode
from mantlet.diagram.engines import LayoutEngine
from mantlet.diagram.geometry import Box, Point
from mantlet.diagram.legend import legend_entries
from mantlet.diagram.options import Options
from mantlet.diagram.search import best_layout, measured
from mantlet.diagram.stored import read_stored
from mantlet.diagram.titles import place_titles, short_of
from mantlet.diagram.view import View

_HEADING = 34.0
_ROUNDS = 3
"""Of making room for titles; each round gives every title that is too narrow what it lacks."""
_EMPTY = (360.0, 120.0)


def lay_out(view: View, options: Options, engine: LayoutEngine) -> Drawing:
    """Return the view with everything in its place; raise `LayoutError` where the engine gives up."""
    if not view.nodes:
        return Drawing(view, options, *_EMPTY)
    stored = read_stored(options.positions)
    known = stored.nodes.keys() | stored.boundaries.keys()
    if not view.nodes.keys() & known:
        return _automatic(view, options, engine)
    missing = view.nodes.keys() - known
    drawn = _automatic(view, options, engine).nodes if missing else {}
    parts = by_hand(view, stored, {name: item.box for name, item in drawn.items()})
    return _framed(view, options, parts.nodes, parts.clusters, parts.lanes)


def _automatic(view: View, options: Options, engine: LayoutEngine) -> Drawing:
    best = best_layout(view, engine, options.direction)
    for _ in range(_ROUNDS):
        parts = Assembled(best.made, best.ports, best.channels)
        clusters = place_titles(parts.clusters, parts.nodes, parts.lanes)
        short = {name: lack for name, item in clusters.items() if (lack := short_of(item)) > 0}
        if not short:
            break
        for name, lack in short.items():
            best.made.make_room(name, lack)
        best = measured(best.made)
    return _framed(view, options, parts.nodes, clusters, parts.lanes)


def _framed(
    view: View,
    options: Options,
    nodes: dict[str, PlacedNode],
    clusters: dict[str, PlacedCluster],
    lanes: list[PlacedLane],
) -> Drawing:
    """Move everything to the margins, and add room for the heading and the legend."""
    boxes = [
        *(item.box.grown(m.BADGE if item.node.marks.badge else 2.0) for item in nodes.values()),
        *(item.box for item in clusters.values()),
        *(item.title for item in clusters.values()),
        *(item.label for item in lanes),
        *(Box(x, y, 0.0, 0.0) for item in lanes for x, y in item.points),
    ]
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    dx, dy = m.MARGIN - left, m.MARGIN - top + (_HEADING if options.title else 0.0)
    wide = max(right - left, 320.0)
    height = bottom + dy + m.MARGIN
    legend = legend_entries(view, wide) if options.legend else []
    legend = [replace(entry, box=_moved(entry.box, m.MARGIN, height)) for entry in legend]
    if legend:
        height = max(entry.box.bottom for entry in legend) + m.MARGIN - 4
    return Drawing(
        view,
        options,
        wide + 2 * m.MARGIN,
        height,
        {name: replace(item, box=_moved(item.box, dx, dy)) for name, item in nodes.items()},
        {
            name: replace(item, box=_moved(item.box, dx, dy), title=_moved(item.title, dx, dy))
            for name, item in clusters.items()
        },
        [_moved_lane(item, dx, dy) for item in lanes],
        legend,
    )


def _moved(box: Box, dx: float, dy: float) -> Box:
    """Return the box moved, on tenths of a pixel, which is what outputs and layout files keep."""
    x, y = round(box.x + dx, 1), round(box.y + dy, 1)
    return Box(x, y, round(box.width, 1), round(box.height, 1))


def _moved_lane(item: PlacedLane, dx: float, dy: float) -> PlacedLane:
    def shift(point: Point) -> Point:
        return (round(point[0] + dx, 1), round(point[1] + dy, 1))

    leader = (shift(item.leader[0]), shift(item.leader[1])) if item.leader else None
    points = tuple(shift(point) for point in item.points)
    return replace(item, points=points, label=_moved(item.label, dx, dy), leader=leader)

"""Finds what the eye would stumble over in a drawing, by computing with its boxes and lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from mantlet.diagram import metrics as m
from mantlet.diagram.drawing import Drawing, PlacedLane, PlacedNode
from mantlet.diagram.geometry import Box, Point, steps
from mantlet.diagram.sizes import title_runs


def defects(drawing: Drawing) -> list[str]:
    return [*_boxes(drawing), *_lines(drawing), *_titles(drawing), *_pairs(drawing), *_nesting(drawing)]


def _boxes(drawing: Drawing) -> Iterator[str]:
    nodes = [(f"node {name}", item.box) for name, item in drawing.nodes.items()]
    labels = [(f"label {item.lane.id}", item.label) for item in drawing.lanes]
    for (first, one), (second, two) in combinations([*nodes, *labels], 2):
        if one.grown(-0.5).meets(two.grown(-0.5)):
            yield f"{first} overlaps {second}"
    page = Box(0, 0, drawing.width, drawing.height)
    for name, box in [*nodes, *labels]:
        if not page.holds(box):
            yield f"{name} is off the page"


def _lines(drawing: Drawing) -> Iterator[str]:
    for lane in drawing.lanes:
        own = {lane.lane.source, lane.lane.target}
        for first, second in steps(lane.points):
            for name, node in drawing.nodes.items():
                if node.box.grown(-9.0 if name in own else -1.0).cut_by(first, second):
                    yield f"flow {lane.lane.id} passes through {'its own ' if name in own else ''}node {name}"
            for other in drawing.lanes:
                if other is not lane and other.label.grown(-1.0).cut_by(first, second):
                    yield f"flow {lane.lane.id} passes through the label of {other.lane.id}"
        for end, node in ((lane.points[0], lane.lane.source), (lane.points[-1], lane.lane.target)):
            if not _on_border(drawing.nodes[node], end):
                yield f"flow {lane.lane.id} does not meet {node}"
    for one, two in combinations(drawing.lanes, 2):
        shared = _shared_run(one, two)
        if shared > 6.0:
            yield f"flows {one.lane.id} and {two.lane.id} lie on each other for {shared:.0f}"


def _on_border(node: PlacedNode, point: Point) -> bool:
    box = node.box
    if not box.grown(0.6).holds(Box(*point, 0, 0)):
        return False
    radius = min(m.NODE_RADIUS, box.width / 2, box.height / 2) if node.node.kind == "process" else 0.0
    dx = radius - min(point[0] - box.x, box.right - point[0])
    dy = radius - min(point[1] - box.y, box.bottom - point[1])
    if dx > 0 and dy > 0:
        return abs(math.hypot(dx, dy) - radius) < 1.0
    return not box.grown(-0.6).holds(Box(*point, 0, 0))


def _shared_run(one: PlacedLane, two: PlacedLane) -> float:
    """How long two lanes run within 3 pixels of each other, axis by axis."""
    longest = 0.0
    for first, second in steps(one.points):
        for third, fourth in steps(two.points):
            for axis in (0, 1):
                if max(abs(p[axis] - first[axis]) for p in (second, third, fourth)) < 3.0:
                    along = 1 - axis
                    low = max(min(first[along], second[along]), min(third[along], fourth[along]))
                    high = min(max(first[along], second[along]), max(third[along], fourth[along]))
                    longest = max(longest, high - low)
    return longest


def _titles(drawing: Drawing) -> Iterator[str]:
    for name, cluster in drawing.clusters.items():
        title = cluster.title.grown(-0.5)
        for lane in drawing.lanes:
            if any(title.cut_by(first, second) for first, second in steps(lane.points)):
                yield f"flow {lane.lane.id} crosses the title of {name}"
            if title.meets(lane.label):
                yield f"the label of {lane.lane.id} lies on the title of {name}"
        for key, node in drawing.nodes.items():
            if title.meets(node.box):
                yield f"node {key} lies on the title of {name}"
        for other, item in drawing.clusters.items():
            if other != name and title.meets(item.title):
                yield f"the titles of {name} and {other} overlap"
        shown = title_runs(cluster.cluster, cluster.title.width)
        if not shown or shown[0].text != cluster.cluster.titles[0].text:
            yield f"the title of {name} has no room"


def _pairs(drawing: Drawing) -> Iterator[str]:
    for one, two in combinations(drawing.lanes, 2):
        if {one.lane.source, one.lane.target} != {two.lane.source, two.lane.target}:
            continue
        ends = ((one.points[0], one.points[-1]), (two.points[0], two.points[-1]))
        if one.lane.source != two.lane.source:
            ends = (ends[0], (ends[1][1], ends[1][0]))
        for first, second in zip(*ends, strict=True):
            if math.dist(first, second) < 7.0:
                yield f"flows {one.lane.id} and {two.lane.id} share a port"


def _nesting(drawing: Drawing) -> Iterator[str]:
    for name, cluster in drawing.clusters.items():
        for key, node in drawing.nodes.items():
            inside = drawing.view.inside(name, key)
            if inside and not cluster.box.holds(node.box):
                yield f"node {key} sticks out of {name}"
            if not inside and cluster.box.meets(node.box):
                yield f"node {key} lies in {name}, where it is not"
        for other, item in drawing.clusters.items():
            if other != name and cluster.box.meets(item.box):
                around = drawing.view.around(name), drawing.view.around(other)
                if other not in around[0] and name not in around[1]:
                    yield f"outlines {name} and {other} overlap"

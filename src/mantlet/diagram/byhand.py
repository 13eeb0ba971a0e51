"""Drawings from a stored layout: people's places are kept, only what they left open is filled in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mantlet.diagram import metrics as m
from mantlet.diagram.drawing import PlacedCluster, PlacedLane, PlacedNode, round_inset
from mantlet.diagram.geometry import Box, Point, steps, straightened
from mantlet.diagram.labels import place_label
from mantlet.diagram.ports import spaced
from mantlet.diagram.router import Port, Router
from mantlet.diagram.sizes import Block, label_block, node_block, title_width
from mantlet.diagram.stored import Stored
from mantlet.diagram.titles import place_titles
from mantlet.diagram.view import Lane, View

_ON = 1.5
"""How near to a node's border a stored way's end must be to be taken as it is."""
_STEP = 24.0
_TRIES = 400


@dataclass(frozen=True, slots=True)
class ByHand:
    """The placed parts of a drawing."""

    nodes: dict[str, PlacedNode]
    clusters: dict[str, PlacedCluster]
    lanes: list[PlacedLane]


def by_hand(view: View, stored: Stored, suggested: Mapping[str, Box]) -> ByHand:
    """Return the view as people laid it out; ``suggested`` are places, of an automatic layout, for nodes they left out."""
    nodes = _nodes(view, stored, suggested)
    clusters = _clusters(view, stored, nodes)
    ways = _ways(view, stored, nodes)
    bare = [PlacedLane(lane, tuple(ways[lane.id]), Box(0, 0, 0, 0), Block((), 0, 0)) for lane in view.lanes]
    clusters = place_titles(clusters, nodes, bare)
    return ByHand(nodes, clusters, _labelled(bare, stored, nodes, clusters))


def _nodes(view: View, stored: Stored, suggested: Mapping[str, Box]) -> dict[str, PlacedNode]:
    placed: dict[str, PlacedNode] = {}
    for name, node in view.nodes.items():
        box = stored.nodes.get(name) or stored.boundaries.get(name)
        if box is not None:
            block = node_block(node)
            size = max(box.width, block.width), max(box.height, block.height)
            placed[name] = PlacedNode(node, block, Box(box.x, box.y, *size))
    known = [
        (placed[name].box.x - suggested[name].x, placed[name].box.y - suggested[name].y)
        for name in placed
        if name in suggested
    ]
    shift = (_median([dx for dx, _ in known]), _median([dy for _, dy in known]))
    for name, node in view.nodes.items():
        if name not in placed:
            block = node_block(node)
            wish = suggested.get(name, Box(0.0, 0.0, 0.0, 0.0))
            box = Box(wish.x + shift[0], wish.y + shift[1], block.width, block.height)
            placed[name] = PlacedNode(node, block, _free(box, [item.box for item in placed.values()]))
    return {name: placed[name] for name in view.nodes}


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _free(box: Box, taken: Sequence[Box]) -> Box:
    """Return the box, moved along a spiral to the first place where it stands clear."""
    for turn in range(_TRIES):
        angle, reach = turn * 2.4, _STEP * math.sqrt(turn)
        tried = Box(box.x + reach * math.cos(angle), box.y + reach * math.sin(angle), box.width, box.height)
        if not any(tried.grown(m.NODE_GAP / 2).meets(other) for other in taken):
            return tried
    return box


def _clusters(view: View, stored: Stored, nodes: Mapping[str, PlacedNode]) -> dict[str, PlacedCluster]:
    """Return outlines as people drew them, grown to hold their members."""
    boxes: dict[str, Box] = {}
    order = sorted(view.clusters, key=lambda name: -len(view.around(name)))
    for name in order:
        cluster = view.clusters[name]
        held = [item.box for key, item in nodes.items() if view.nodes[key].cluster == name]
        held += [boxes[child] for child in order if view.clusters[child].parent == name]
        left = min(box.x for box in held) - m.CLUSTER_PAD
        top = min(box.y for box in held) - m.CLUSTER_PAD - m.TITLE_ROW
        right = max([*(box.right for box in held), left + title_width(cluster)]) + m.CLUSTER_PAD
        bottom = max(box.bottom for box in held) + m.CLUSTER_PAD
        drawn = stored.boundaries.get(name)
        if drawn is not None:
            left, top, right, bottom = _grown(drawn, held)
        boxes[name] = Box(left, top, right - left, bottom - top)
    outer_first = sorted(view.clusters, key=lambda name: len(view.around(name)))
    return {name: PlacedCluster(view.clusters[name], boxes[name], boxes[name]) for name in outer_first}


def _grown(drawn: Box, held: Sequence[Box]) -> tuple[float, float, float, float]:
    edge = 4.0
    return (
        min([drawn.x, *(box.x - edge for box in held)]),
        min([drawn.y, *(box.y - edge for box in held)]),
        max([drawn.right, *(box.right + edge for box in held)]),
        max([drawn.bottom, *(box.bottom + edge for box in held)]),
    )


def _ways(view: View, stored: Stored, nodes: Mapping[str, PlacedNode]) -> dict[str, list[Point]]:
    ways: dict[str, list[Point]] = {}
    open_lanes: list[Lane] = []
    for lane in view.lanes:
        given = stored.waypoints.get(lane.id)
        if given:
            ways[lane.id] = _through(given, nodes[lane.source].box, nodes[lane.target].box)
        else:
            open_lanes.append(lane)
    if open_lanes:
        router = Router([item.box for item in nodes.values()])
        for way in ways.values():
            router.used.extend(steps(way))
        ends = _ends(open_lanes, nodes)
        for lane in open_lanes:
            ways[lane.id] = router.route(*ends[lane.id])
    return ways


def _through(given: Sequence[Point], source: Box, target: Box) -> list[Point]:
    """Return the way through stored points, cut at the nodes' borders; ends that lie on a border stay."""
    points = list(given)
    first = points[0] if _on_border(source, points[0]) else None
    last = points[-1] if _on_border(target, points[-1]) else None
    inner = points[1 if first else 0 : -1 if last else None]
    start = first or _meeting(source, inner[0] if inner else (last or target.center))
    end = last or _meeting(target, inner[-1] if inner else start)
    return straightened([start, *inner, end])


def _on_border(box: Box, point: Point) -> bool:
    spot = Box(*point, 0.0, 0.0)
    return box.grown(_ON).holds(spot) and not box.grown(-8.0).holds(spot)


def _meeting(box: Box, toward: Point) -> Point:
    """Return where a line from a point outside meets a box: straight across or down if it can, else towards the middle."""
    x, y = toward
    if box.x + 4 <= x <= box.right - 4:
        return (x, box.y if y < box.y else box.bottom)
    if box.y + 4 <= y <= box.bottom - 4:
        return (box.x if x < box.x else box.right, y)
    middle = box.center
    dx, dy = x - middle[0], y - middle[1]
    share = min(
        box.width / 2 / abs(dx) if dx else math.inf, box.height / 2 / abs(dy) if dy else math.inf, 1.0
    )
    return (middle[0] + dx * share, middle[1] + dy * share)


def _ends(lanes: Sequence[Lane], nodes: Mapping[str, PlacedNode]) -> dict[str, tuple[Port, Port]]:
    """Return ports for lanes without a stored way: on the sides that face each other, spread along each side."""
    sides: dict[tuple[str, str], list[tuple[float, int, str, bool]]] = {}
    for row, lane in enumerate(lanes):
        source, target = nodes[lane.source].box, nodes[lane.target].box
        out, into = _facing(source, target)
        for node, side, other, is_source in (
            (lane.source, out, target, True),
            (lane.target, into, source, False),
        ):
            wish = other.center[1] if side in "EW" else other.center[0]
            sides.setdefault((node, side), []).append((wish, row, lane.id, is_source))
    found: dict[str, dict[bool, Port]] = {lane.id: {} for lane in lanes}
    for (node, side), wishes in sides.items():
        wishes.sort()
        for port, (_, _, lane_id, is_source) in zip(_spread(nodes[node], side, wishes), wishes, strict=True):
            found[lane_id][is_source] = port
    return {lane_id: (ports[True], ports[False]) for lane_id, ports in found.items()}


def _facing(source: Box, target: Box) -> tuple[str, str]:
    dx, dy = target.center[0] - source.center[0], target.center[1] - source.center[1]
    across = abs(dx) - (source.width + target.width) / 2
    down = abs(dy) - (source.height + target.height) / 2
    if across >= down:
        return ("E", "W") if dx >= 0 else ("W", "E")
    return ("S", "N") if dy >= 0 else ("N", "S")


_WAYS = {"E": (1.0, 0.0), "W": (-1.0, 0.0), "S": (0.0, 1.0), "N": (0.0, -1.0)}


def _spread(node: PlacedNode, side: str, wishes: Sequence[tuple[float, int, str, bool]]) -> Iterator[Port]:
    box, kind = node.box, node.node.kind
    low, high = (box.y, box.bottom) if side in "EW" else (box.x, box.right)
    places = spaced([wish[0] for wish in wishes], low + m.PORT_MARGIN, high - m.PORT_MARGIN, m.PITCH)
    for place in places:
        if side in "EW":
            back = round_inset(kind, box.height, box.width, low, high, place)
            yield Port((box.right - back if side == "E" else box.x + back, place), _WAYS[side])
        else:
            back = round_inset(kind, box.width, box.height, low, high, place)
            yield Port((place, box.bottom - back if side == "S" else box.y + back), _WAYS[side])


def _labelled(
    bare: Sequence[PlacedLane],
    stored: Stored,
    nodes: Mapping[str, PlacedNode],
    clusters: Mapping[str, PlacedCluster],
) -> list[PlacedLane]:
    taken = [item.box.grown(2.0) for item in nodes.values()] + [item.title for item in clusters.values()]
    blocks = {item.lane.id: label_block(item.lane) for item in bare}
    boxes: dict[str, tuple[Box, tuple[Point, Point] | None]] = {}
    for item in bare:
        middle = stored.labels.get(item.lane.id)
        if middle is not None:
            block = blocks[item.lane.id]
            box = Box(middle[0] - block.width / 2, middle[1] - block.height / 2, block.width, block.height)
            boxes[item.lane.id] = (box, None)
            taken.append(box)
    for item in bare:
        if item.lane.id not in boxes:
            block = blocks[item.lane.id]
            others = [piece for other in bare if other is not item for piece in steps(other.points)]
            boxes[item.lane.id] = place_label(item.points, (block.width, block.height), taken, others)
            taken.append(boxes[item.lane.id][0].grown(1.0))
    return [
        PlacedLane(
            item.lane, item.points, boxes[item.lane.id][0], blocks[item.lane.id], boxes[item.lane.id][1]
        )
        for item in bare
    ]

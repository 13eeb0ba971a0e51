"""From columns and turns to boxes and polylines on the page."""

from __future__ import annotations

from collections.abc import Sequence

from mantlet.diagram.channels import Channels
from mantlet.diagram.drawing import PlacedCluster, PlacedLane, PlacedNode, round_inset
from mantlet.diagram.geometry import Box, Point, straightened
from mantlet.diagram.layered import Item, Layered
from mantlet.diagram.ports import Ports, lane_at


class Assembled:
    """The placed parts of one layout."""

    def __init__(self, made: Layered, ports: Ports, found: Channels) -> None:
        self.made = made
        self.nodes = {name: self._node(name) for name in made.view.nodes}
        turns = {(*turn.lane, channel): turn.place for channel, row in enumerate(found.turns) for turn in row}
        self.lanes: list[PlacedLane] = []
        for index, bundle in enumerate(made.bundles):
            for lane in range(len(bundle.lanes)):
                self.lanes.append(self._lane(index, lane, ports, turns))
        order = {lane.id: row for row, lane in enumerate(made.view.lanes)}
        self.lanes.sort(key=lambda placed: order[placed.lane.id])
        self.clusters = {name: self._cluster(name) for name in _outer_first(made)}

    def _box(self, start: float, end: float, low: float, high: float) -> Box:
        if self.made.down:
            return Box(low, start, high - low, end - start)
        return Box(start, low, end - start, high - low)

    def _point(self, along: float, across: float) -> Point:
        return (across, along) if self.made.down else (along, across)

    def _node(self, name: str) -> PlacedNode:
        item = self.made.items[name]
        box = self._box(item.start, item.start + item.along, item.low, item.high)
        return PlacedNode(self.made.view.nodes[name], self.made.blocks[name], box)

    def _lane(
        self, index: int, number: int, ports: Ports, turns: dict[tuple[int, int, int], float]
    ) -> PlacedLane:
        made = self.made
        bundle, path = made.bundles[index], made.paths[index]
        lane = bundle.lanes[number]
        stops = [
            ports.tails[index, number],
            *(lane_at(made, index, number, key) for key in path[1:-1]),
            ports.heads[index, number],
        ]
        tail, head = made.items[path[0]], made.items[path[-1]]
        points = [self._point(tail.start + tail.along - self._inset(tail, stops[0]), stops[0])]
        for key, before, after in zip(path, stops, stops[1:], strict=False):
            turn = turns.get((index, number, made.items[key].column))
            if turn is not None:
                points += [self._point(turn, before), self._point(turn, after)]
        points.append(self._point(head.start + self._inset(head, stops[-1]), stops[-1]))
        if lane.source != bundle.tail:
            points.reverse()
        return PlacedLane(
            lane, tuple(straightened(points)), self._label(index, number), bundle.blocks[number]
        )

    def _inset(self, item: Item, across: float) -> float:
        """Return how far a process's round corner draws back where a lane meets it."""
        kind = self.made.view.nodes[item.key].kind
        return round_inset(kind, item.across, item.along, item.low, item.high, across)

    def _label(self, index: int, number: int) -> Box:
        made = self.made
        bundle, item = made.bundles[index], made.items[f"label:{index}"]
        block = bundle.blocks[number]
        at = lane_at(made, index, number, item.key)
        x, y = self._point(item.start + item.along / 2, at)
        if bundle.flanking:
            x = x - 2 - block.width / 2 if number == 0 else x + 2 + block.width / 2
        return Box(x - block.width / 2, y - block.height / 2, block.width, block.height)

    def _cluster(self, name: str) -> PlacedCluster:
        band = self.made.bands[name]
        box = self._box(band.start, band.end, band.low, band.high)
        return PlacedCluster(self.made.view.clusters[name], box, Box(box.x + 8, box.y + 3, 10, 16))


def _outer_first(made: Layered) -> Sequence[str]:
    return sorted(made.view.clusters, key=lambda name: len(made.view.around(name)))

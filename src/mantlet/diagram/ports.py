"""Where lanes meet the sides of nodes: own ports, in the order of what they lead to, as straight as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mantlet.diagram import metrics as m
from mantlet.diagram.layered import Layered

LaneKey = tuple[int, int]
"""Bundle and lane in it."""


@dataclass(slots=True)
class Ports:
    """The place across of every lane's two ends."""

    tails: dict[LaneKey, float] = field(default_factory=dict)
    heads: dict[LaneKey, float] = field(default_factory=dict)


def lane_at(made: Layered, bundle: int, lane: int, key: str) -> float:
    """Return where a lane passes a label or a gap, across."""
    item = made.items[key]
    offsets = made.bundles[bundle].offsets if item.kind == "label" else made.bundles[bundle].passing
    return item.middle + offsets[lane]


def lanes_at(made: Layered, bundle: int, key: str) -> list[float]:
    """Return where each lane of a bundle passes a label or a gap, across."""
    item, lanes = made.items[key], made.bundles[bundle]
    offsets = lanes.offsets if item.kind == "label" else lanes.passing
    return [item.middle + offsets[lane] for lane in range(len(lanes.lanes))]


def ports(made: Layered) -> Ports:
    """Return ports for every node side."""
    sides: dict[tuple[str, bool], list[tuple[float, LaneKey]]] = {}
    for index, path in enumerate(made.paths):
        for lane in range(len(made.bundles[index].lanes)):
            ends = ((path[0], path[1], True), (path[-1], path[-2], False))
            for node, beside, out in ends:
                wish = lane_at(made, index, lane, beside)
                sides.setdefault((node, out), []).append((wish, (index, lane)))
    found = Ports()
    for (node, out), wishes in sides.items():
        wishes.sort()
        item = made.items[node]
        low, high = item.low + m.PORT_MARGIN, item.high - m.PORT_MARGIN
        places = spaced([wish for wish, _ in wishes], low, high, m.PITCH)
        target = found.tails if out else found.heads
        for place, (_, key) in zip(places, wishes, strict=True):
            target[key] = place
    return found


def spaced(wishes: Sequence[float], low: float, high: float, gap: float) -> list[float]:
    """Return places in order, at least ``gap`` apart and within bounds, as near to the (sorted) wishes as can be.

    The squared distance is least: neighbours that are too near each other move together (pool adjacent violators).
    """
    count = len(wishes)
    if count > 1:
        gap = min(gap, max(0.0, high - low) / (count - 1))
    room = max(low, high - gap * (count - 1))
    pools: list[list[float]] = []
    for row, wish in enumerate(wishes):
        pools.append([wish - gap * row, 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            value, weight = pools.pop()
            mean = (pools[-1][0] * pools[-1][1] + value * weight) / (pools[-1][1] + weight)
            pools[-1] = [mean, pools[-1][1] + weight]
    flat = [min(max(value, low), room) for value, weight in pools for _ in range(int(weight))]
    return [value + gap * row for row, value in enumerate(flat)]

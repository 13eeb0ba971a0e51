"""A drawing: a view with every box, line and label in its place, ready to be written in any format."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from mantlet.diagram import metrics as m
from mantlet.diagram.geometry import Box, Point
from mantlet.diagram.options import Options
from mantlet.diagram.sizes import Block
from mantlet.diagram.view import Cluster, Lane, Node, View


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A node where it stands."""

    node: Node
    block: Block
    box: Box


def round_inset(kind: str, side: float, along: float, low: float, high: float, at: float) -> float:
    """Return how far a process's round corner draws back at a place on one of its sides.

    ``side`` is the side's length, ``along`` the node's size the other way, ``low`` and ``high`` the side's ends.
    """
    if kind != "process":
        return 0.0
    radius = min(m.NODE_RADIUS, side / 2, along / 2)
    into = radius - min(at - low, high - at)
    return radius - math.sqrt(radius * radius - into * into) if 0 < into <= radius else 0.0


@dataclass(frozen=True, slots=True)
class PlacedCluster:
    """An outline with the box of its title."""

    cluster: Cluster
    box: Box
    title: Box


@dataclass(frozen=True, slots=True)
class PlacedLane:
    """A lane's way from source to target, and its label."""

    lane: Lane
    points: tuple[Point, ...]
    label: Box
    block: Block
    leader: tuple[Point, Point] | None = None
    """A thin line from a label that found no room on its lane to the lane."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sign of the legend, what it means, and where it stands."""

    sign: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything placed; sizes in pixels, y downwards."""

    view: View
    options: Options
    width: float
    height: float
    nodes: dict[str, PlacedNode] = field(default_factory=dict)
    clusters: dict[str, PlacedCluster] = field(default_factory=dict)
    """Outer outlines before inner ones."""
    lanes: list[PlacedLane] = field(default_factory=list)
    legend: list[Entry] = field(default_factory=list)

"""A drawing: a view with every box, line and label in its place, ready to be written in any format."""

from __future__ import annotations

from dataclasses import dataclass, field

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

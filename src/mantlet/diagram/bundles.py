"""Lanes between the same two nodes, laid out together so that request and response stay apart and side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mantlet.diagram import metrics as m
from mantlet.diagram.sizes import Block, label_block
from mantlet.diagram.view import Lane, View

WIDEST = 40.0
"""Lanes farther apart than this at their labels come together everywhere else."""


@dataclass(slots=True)
class Bundle:
    """All lanes between two nodes; ``tail`` comes before ``head`` in the layout, whichever way data moves."""

    tail: str
    head: str
    lanes: list[Lane]
    blocks: list[Block]
    offsets: list[float]
    """Of each lane across the bundle, from its middle."""
    across: float = 0.0
    along: float = 0.0
    flanking: bool = False
    """Labels stand beside their lanes instead of on them."""

    @property
    def passing(self) -> list[float]:
        """Of each lane across the bundle where it passes between other things: as at its label, if that is not too wide."""
        if self.offsets[-1] - self.offsets[0] <= WIDEST:
            return self.offsets
        middle = (len(self.offsets) - 1) / 2
        return [(lane - middle) * m.PITCH for lane in range(len(self.offsets))]

    def turn(self) -> None:
        """Let the bundle run from head to tail."""
        self.tail, self.head = self.head, self.tail


def bundles(view: View, *, down: bool) -> list[Bundle]:
    """Return the bundles of a view, measured for a layout that runs to the right or ``down``."""
    found: dict[frozenset[str], list[Lane]] = {}
    for lane in view.lanes:
        found.setdefault(frozenset((lane.source, lane.target)), []).append(lane)
    return [_measured(lanes, down=down) for lanes in found.values()]


def _measured(lanes: list[Lane], *, down: bool) -> Bundle:
    blocks = [label_block(lane) for lane in lanes]
    bundle = Bundle(lanes[0].source, lanes[0].target, lanes, blocks, [])
    if not down:
        _stack(bundle, [block.height for block in blocks])
        bundle.along = max(block.width for block in blocks)
    elif len(lanes) == 2:
        _flank(bundle)
    else:
        _stack(bundle, [block.width for block in blocks])
        bundle.along = max(block.height for block in blocks)
    return bundle


def _stack(bundle: Bundle, sizes: Iterable[float]) -> None:
    """Put the labels beside each other, each on its lane."""
    position = 0.0
    middles = []
    for size in sizes:
        middles.append(position + max(size, m.PITCH) / 2)
        position += max(size, m.PITCH) + 3.0
    bundle.across = position - 3.0
    bundle.offsets = [middle - bundle.across / 2 for middle in middles]


def _flank(bundle: Bundle) -> None:
    """Put two lanes close together with a label on either outer side."""
    first, second = bundle.blocks
    bundle.across = first.width + second.width + m.PITCH + 4.0
    left = first.width + 1.0 - bundle.across / 2
    bundle.offsets = [left, left + m.PITCH + 2.0]
    bundle.along = max(first.height, second.height)
    bundle.flanking = True

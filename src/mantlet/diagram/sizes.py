"""How large each box and label is, with the lines of text that go into it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mantlet.diagram import metrics as m
from mantlet.diagram.text import ELLIPSIS, Weight, fit, width, wrap
from mantlet.diagram.view import Cluster, Lane, Node


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a block; ``y`` is its baseline from the block's top."""

    text: str
    role: str
    """`name`, `caption`, `operator`, `boundary`, `loop`, `members`, `label`."""
    size: float
    weight: Weight
    y: float
    width: float
    dimension: str = ""
    """Of the boundary that a tag names."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of an outline's title in one style; ``width`` includes the gap after it."""

    text: str
    classes: str
    width: float


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text with the size of the box that holds them."""

    lines: tuple[Line, ...]
    width: float
    height: float


@lru_cache(maxsize=4096)
def node_block(node: Node) -> Block:
    """Return the text and size of a node: its name, its type, its tags."""
    lines: list[Line] = []
    y = m.NODE_PAD_Y
    for text in wrap(node.name, m.NAME_ROOM, m.NAME, "semibold", m.NAME_LINES):
        y += m.NAME_LINE
        lines.append(Line(text, "name", m.NAME, "semibold", y - 3.5, width(text, m.NAME, "semibold")))
    for row, text in enumerate(wrap(node.caption, m.CAPTION_ROOM, m.CAPTION, "regular", 2)):
        y += m.CAPTION_LINE
        icon = m.ICON + m.ICON_GAP if node.icon and row == 0 else 0.0
        role = "caption" if row == 0 else "caption-more"
        lines.append(Line(text, role, m.CAPTION, "regular", y - 2.5, width(text, m.CAPTION) + icon))
    for index, tag in enumerate(node.tags):
        y += m.TAG_LINE + (3.0 if index == 0 else 0.0)
        text = fit(tag.text, m.NAME_ROOM + 6, m.TAG)
        wide = width(text, m.TAG) + 14
        lines.append(Line(text, tag.kind, m.TAG, "regular", y - 3, wide, tag.dimension))
    widest = max((line.width for line in lines), default=0.0)
    return Block(tuple(lines), max(m.NODE_MIN, widest + 2 * m.NODE_PAD_X), y + m.NODE_PAD_Y)


@lru_cache(maxsize=8192)
def label_block(lane: Lane) -> Block:
    """Return the text and size of a lane's label; its badge and marker stand before the first line."""
    longest = max((width(word, m.LABEL) for word in lane.label.split()), default=0.0)
    room = min(max(m.LABEL_ROOM, longest), m.LABEL_WORD)
    texts = wrap(lane.label, room, m.LABEL, "regular", m.LABEL_LINES)
    y = m.LABEL_PAD_Y
    lines: list[Line] = []
    for text in texts:
        y += m.LABEL_LINE
        lines.append(Line(text, "label", m.LABEL, "regular", y - 3, width(text, m.LABEL)))
    widest = max((line.width for line in lines), default=0.0)
    return Block(
        tuple(lines), widest + 2 * m.LABEL_PAD_X + extras(lane), max(y + m.LABEL_PAD_Y, 2 * m.LABEL_PAD_Y + 2)
    )


def extras(lane: Lane) -> float:
    """Return the room that a lane's badge, personal-data mark and change sign need before its label."""
    badge = 2 * m.BADGE + 3.0 if lane.marks.badge else 0.0
    return badge + (12.0 if lane.sensitivity else 0.0) + (16.0 if lane.marks.change else 0.0)


_GAP = 10.0
_ENDS = 11.0
_SLACK = 1.0
"""For boxes that are rounded to tenths of a pixel."""


def title_runs(cluster: Cluster, room: float) -> list[Run]:
    """Return an outline's title as runs that fit into a pill: boundary names in their colours, then asides."""
    runs: list[Run] = []
    left = room - _ENDS
    for entry in cluster.titles:
        name = fit(entry.text, min(m.TITLE_ROOM, left), m.TITLE, "semibold")
        wide = width(name, m.TITLE, "semibold") + _GAP
        if left < wide - _GAP or name == ELLIPSIS:
            return runs
        runs.append(Run(name, f"mt-title mt-dim-{entry.dimension}", wide))
        left -= wide
    for aside in _asides(cluster):
        wide = width(aside, m.TITLE_CAPTION) + _GAP
        if left < wide - _GAP:
            break
        runs.append(Run(aside, "mt-aside", wide))
        left -= wide
    return runs


def _asides(cluster: Cluster) -> list[str]:
    """Return what stands in small type after the names: what kind of boundary it is, and who runs it."""
    captions = (
        [cluster.titles[0].caption]
        if cluster.titles[0].caption.casefold() not in cluster.titles[0].text.casefold()
        else []
    )
    return [*captions, *([f"run by {cluster.operator}"] if cluster.operator else [])]


def title_width(cluster: Cluster) -> float:
    """Return the width of an outline's title pill with all of its text."""
    return sum(run.width for run in title_runs(cluster, 4000.0)) - _GAP + _ENDS + _SLACK


def least_title(cluster: Cluster) -> float:
    """Return the width of an outline's title pill with its first name alone."""
    return title_runs(cluster, 4000.0)[0].width - _GAP + _ENDS + _SLACK

"""Columns of items: nodes, labels, and the places where a long lane passes between them.

Every lane runs from column to neighbouring column, so a lane can only meet what stands in the gap that Graphviz keeps
free for it. Coordinates here are *along* (the way the picture runs) and *across* it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mantlet.diagram import metrics as m
from mantlet.diagram.bundles import Bundle
from mantlet.diagram.engines import LayoutEngine, UnplacedError
from mantlet.diagram.sizes import Block, title_width
from mantlet.diagram.view import View


@dataclass(slots=True)
class Item:
    """Something that takes room in a column."""

    key: str
    kind: str
    """`node`, `label` or `pass`."""
    column: int
    along: float
    across: float
    cluster: str
    bundle: int = -1
    middle: float = 0.0
    """Its place across."""
    start: float = 0.0
    """Where it begins along."""

    @property
    def low(self) -> float:
        """Return the nearer edge across."""
        return self.middle - self.across / 2

    @property
    def high(self) -> float:
        """Return the farther edge across."""
        return self.middle + self.across / 2


@dataclass(slots=True)
class Band:
    """An outline's extent across, and where along it begins and ends."""

    low: float
    high: float
    start: float = 0.0
    end: float = 0.0


@dataclass(slots=True)
class Layered:
    """The picture before lanes have turns: items by column, and outlines."""

    view: View
    bundles: Sequence[Bundle]
    blocks: Mapping[str, Block]
    down: bool
    items: dict[str, Item] = field(default_factory=dict)
    paths: list[list[str]] = field(default_factory=list)
    """For each bundle, the items from its tail to its head."""
    columns: list[list[str]] = field(default_factory=list)
    bands: dict[str, Band] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The first and last column of every outline."""
    title_room: dict[str, float] = field(default_factory=dict)
    """Room along before an outline's first column, for a title that found none between the lanes."""

    def make_room(self, cluster: str, width: float) -> None:
        """Keep a stretch at an outline's beginning free of lanes, wide enough for its title.

        A layout to the right begins its first column later; one that runs down moves everything that lies before the
        outline away by that much.
        """
        if not self.down:
            self.title_room[cluster] = self.title_room.get(cluster, 0.0) + width
            return
        border = self.bands[cluster].low
        for item in self.items.values():
            if item.middle < border + 1.0:
                item.middle -= width
        for band in self.bands.values():
            if band.low < border + 1.0:
                band.low -= width
            if band.high < border + 1.0:
                band.high -= width

    def links(self) -> Iterator[tuple[int, str, str]]:
        """Yield bundle, item and next item for every step of every path."""
        for index, path in enumerate(self.paths):
            for first, second in pairwise(path):
                yield index, first, second


def layered(
    view: View,
    bundles: Sequence[Bundle],
    blocks: Mapping[str, Block],
    ranks: Mapping[str, int],
    engine: LayoutEngine,
    *,
    down: bool,
    order: Sequence[str],
) -> Layered:
    """Return items placed across by Graphviz; ``order`` is the order in which it is told of the nodes."""
    made = Layered(view, bundles, blocks, down)
    _add_items(made, ranks)
    _widen_for_ports(made)
    graph = engine.layout(_Dot(made, order).text())
    _read(made, graph)
    return made


def _add_items(made: Layered, ranks: Mapping[str, int]) -> None:
    for name, node in made.view.nodes.items():
        block = made.blocks[name]
        along, across = (block.height, block.width) if made.down else (block.width, block.height)
        made.items[name] = Item(name, "node", ranks[name], along, across, node.cluster)
    for index, bundle in enumerate(made.bundles):
        label = f"label:{index}"
        cluster = made.view.common(bundle.tail, bundle.head)
        made.items[label] = Item(label, "label", ranks[label], bundle.along, bundle.across, cluster, index)
        wide = 2 * max(bundle.passing[-1], -bundle.passing[0]) + 2.0
        path = [bundle.tail]
        stops = [(ranks[bundle.tail], bundle.tail), (ranks[label], label), (ranks[bundle.head], bundle.head)]
        for (start, _), (end, name) in pairwise(stops):
            for column in range(start + 1, end):
                key = f"pass:{index}:{column}"
                made.items[key] = Item(key, "pass", column, 0.0, wide, cluster, index)
                path.append(key)
            path.append(name)
        made.paths.append(path)


def _widen_for_ports(made: Layered) -> None:
    """Give a node room for the lanes on its busier side, those of a bundle as far apart as at its label."""
    sides: dict[tuple[str, bool], list[float]] = {}
    for bundle in made.bundles:
        spread = bundle.passing[-1] - bundle.passing[0]
        for key in ((bundle.tail, True), (bundle.head, False)):
            sides.setdefault(key, []).append(spread)
    for (name, _), spreads in sides.items():
        item = made.items[name]
        item.across = max(item.across, sum(spreads) + (len(spreads) - 1) * m.PITCH + 2 * m.PORT_MARGIN)


class _Dot:
    """Writes the graph that Graphviz orders and places across: numbered boxes, every edge one column long."""

    def __init__(self, made: Layered, order: Sequence[str]) -> None:
        self.made = made
        keys = [*order, *(key for key in made.items if made.items[key].kind != "node")]
        self.ids = {key: f"n{row}" for row, key in enumerate(made.items)}
        self.inside: dict[str, list[str]] = {}
        for key in keys:
            self.inside.setdefault(made.items[key].cluster, []).append(self._box(made.items[key]))

    def text(self) -> str:
        """Return the DOT text."""
        made = self.made
        way = "TB" if made.down else "LR"
        lines = [
            f"digraph{{rankdir={way};newrank=true;nodesep={m.ITEM_GAP / 72:.4f};ranksep=0.2;splines=false;",
            'node[shape=box,fixedsize=true,label=""];edge[arrowhead=none];',
        ]
        children: dict[str, list[str]] = {}
        for name, cluster in made.view.clusters.items():
            children.setdefault(cluster.parent, []).append(name)
        numbers = {name: row for row, name in enumerate(made.view.clusters)}

        def write(cluster: str) -> None:
            lines.extend(self.inside.get(cluster, ()))
            for child in children.get(cluster, []):
                lines.append(f"subgraph cluster_{numbers[child]}{{{self._title(child)}")
                write(child)
                lines.append("}")

        write("")
        lines.extend(self._edges())
        lines.extend(self._spine())
        lines.append("}")
        return "\n".join(lines)

    def _box(self, item: Item) -> str:
        pad = m.NODE_GAP - m.ITEM_GAP if item.kind == "node" else 0.0
        across, along = (item.across + pad) / 72, max(item.along, 1.0) / 72
        wide, high = (across, along) if self.made.down else (along, across)
        return f"{self.ids[item.key]}[width={wide:.4f},height={high:.4f}];"

    def _title(self, cluster: str) -> str:
        """Return a label of about the title's size, in a font whose width Graphviz knows without one."""
        letters = max(1, round(title_width(self.made.view.clusters[cluster]) / (0.6 * 16)))
        return f'label="{"x" * letters}";labeljust=l;fontname=Courier;fontsize=16;margin={m.CLUSTER_PAD:g};'

    def _edges(self) -> Iterator[str]:
        items = self.made.items
        for index, first, second in self.made.links():
            nodes = (items[first].kind == "node") + (items[second].kind == "node")
            weight = (8, 2, 1)[nodes] * (2 if len(self.made.bundles[index].lanes) > 1 else 1)
            yield f"{self.ids[first]}->{self.ids[second]}[weight={weight}];"

    def _spine(self) -> Iterator[str]:
        """Yield a chain with a point per column that holds nodes without lanes in their columns."""
        items = self.made.items
        joined = {key for path in self.made.paths for key in path}
        loose = [item for item in items.values() if item.key not in joined]
        if not loose:
            return
        first = self.made.paths[0][0] if self.made.paths else ""
        last = max(item.column for item in items.values()) + 1
        yield "node[width=0.01,height=0.01];edge[weight=0];"
        yield "->".join(f"s{column}" for column in range(-1, last + 1)).replace("s-1", "sx") + ";"
        if first:
            column = items[first].column
            yield f"s{column - 1}->{self.ids[first]};".replace("s-1", "sx")
            yield f"{self.ids[first]}->s{column + 1};"
        for item in loose:
            yield f"s{item.column - 1}->{self.ids[item.key]}->s{item.column + 1};".replace("s-1", "sx")


def _read(made: Layered, graph: Mapping[str, object]) -> None:
    """Take each item's and outline's place across, and its column, from Graphviz's answer."""
    ids = {f"n{row}": key for row, key in enumerate(made.items)}
    clusters = {f"cluster_{row}": name for row, name in enumerate(made.view.clusters)}
    heights: dict[str, float] = {}
    found = graph.get("objects")
    for entry in found if isinstance(found, list) else []:
        if entry["name"] in ids:
            x, y = (float(part) for part in entry["pos"].split(","))
            heights[ids[entry["name"]]] = -y if made.down else x
            made.items[ids[entry["name"]]].middle = x if made.down else -y
        elif entry["name"] in clusters and "bb" in entry:
            left, bottom, right, top = (float(part) for part in entry["bb"].split(","))
            low, high = (left, right) if made.down else (-top, -bottom)
            made.bands[clusters[entry["name"]]] = Band(low, high)
    if len(heights) != len(made.items):
        raise UnplacedError("the layout engine left out a box")
    places = {height: row for row, height in enumerate(sorted(set(heights.values())))}
    made.columns = [[] for _ in places]
    for key, height in heights.items():
        made.items[key].column = places[height]
        made.columns[places[height]].append(key)
    for column in made.columns:
        column.sort(key=lambda key: made.items[key].middle)
    if any(made.items[second].column - made.items[first].column != 1 for _, first, second in made.links()):
        raise UnplacedError("the layout engine moved a box to another column")
    for item in made.items.values():
        for name in made.view.around(item.cluster):
            first, last = made.spans.get(name, (item.column, item.column))
            made.spans[name] = (min(first, item.column), max(last, item.column))

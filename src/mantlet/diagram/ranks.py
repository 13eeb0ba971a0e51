"""Which column each node and label stands in: directions chosen so that no cycle is left, then Graphviz's ranks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mantlet.diagram.bundles import Bundle
from mantlet.diagram.engines import LayoutEngine, LayoutError
from mantlet.diagram.view import View


def orient_by_order(nodes: Sequence[str], bundles: Sequence[Bundle]) -> None:
    """Turn the bundles that close a cycle when the graph is walked in file order."""
    after: dict[str, list[Bundle]] = {name: [] for name in nodes}
    for each in bundles:
        after[each.tail].append(each)
    state: dict[str, int] = {}
    closing: list[Bundle] = []
    incoming = {each.head for each in bundles}
    for start in sorted(nodes, key=lambda name: name in incoming):
        stack = [(start, iter(after[start]))] if start not in state else []
        if stack:
            state[start] = 1
        while stack:
            name, rest = stack[-1]
            bundle = next(rest, None)
            if bundle is None:
                state[name] = 2
                stack.pop()
            elif state.get(bundle.head) == 1:
                closing.append(bundle)
            elif bundle.head not in state:
                state[bundle.head] = 1
                stack.append((bundle.head, iter(after[bundle.head])))
    for each in closing:
        each.turn()


def orient_by_degree(nodes: Sequence[str], bundles: Sequence[Bundle]) -> None:
    """Turn few bundles: put what mostly sends first and what mostly gets last, greedily, and turn what points back."""
    out: dict[str, list[Bundle]] = {name: [] for name in nodes}
    into: dict[str, list[Bundle]] = {name: [] for name in nodes}
    for bundle in bundles:
        out[bundle.tail].append(bundle)
        into[bundle.head].append(bundle)
    left = dict.fromkeys(nodes)
    first: list[str] = []
    last: list[str] = []
    while left:
        sends = {name: sum(bundle.head in left for bundle in out[name]) for name in left}
        gets = {name: sum(bundle.tail in left for bundle in into[name]) for name in left}
        sinks = [name for name in left if not sends[name]]
        sources = [name for name in left if sends[name] and not gets[name]]
        if sinks:
            last.extend(sinks)
            chosen = sinks
        else:
            chosen = sources or [max(left, key=lambda name: sends[name] - gets[name])]
            first.extend(chosen)
        for name in chosen:
            del left[name]
    place = {name: row for row, name in enumerate([*first, *reversed(last)])}
    for bundle in bundles:
        if place[bundle.tail] > place[bundle.head]:
            bundle.turn()


def rank(view: View, bundles: Sequence[Bundle], engine: LayoutEngine) -> dict[str, int]:
    """Return the column of each node and of each bundle's label (`label:3`).

    The whole graph is ranked at once, not outline by outline, so that outlines don't hold each other up. Graphviz stops
    after its first phase, which is the one that ranks.
    """
    names = [*view.nodes, *(f"label:{index}" for index in range(len(bundles)))]
    ids = {name: f"n{row}" for row, name in enumerate(names)}
    edges = []
    for index, bundle in enumerate(bundles):
        label = ids[f"label:{index}"]
        edges.append(f"{ids[bundle.tail]}->{label}->{ids[bundle.head]};")
    inside: dict[str, list[str]] = {}
    for name, node in view.nodes.items():
        inside.setdefault(node.cluster, []).append(ids[name] + ";")
    for index, bundle in enumerate(bundles):
        inside.setdefault(view.common(bundle.tail, bundle.head), []).append(ids[f"label:{index}"] + ";")
    head = "digraph{phase=1;newrank=true;"
    dot = "".join([head, *_nested(view, inside), *edges, "}"])
    columns = _columns(engine.layout(dot), ids)
    _spread_loose(view, bundles, columns)
    return columns


def _spread_loose(view: View, bundles: Sequence[Bundle], columns: dict[str, int]) -> None:
    """Spread nodes without lanes over the columns of their outline, so that they fill rows instead of one long column."""
    ends = {end for bundle in bundles for end in (bundle.tail, bundle.head)}
    loose: dict[str, list[str]] = {}
    for name, node in view.nodes.items():
        if name not in ends:
            loose.setdefault(node.cluster, []).append(name)
    load: dict[int, int] = {}
    for name, column in columns.items():
        if name in ends or name not in view.nodes:
            load[column] = load.get(column, 0) + 1
    for cluster, names in loose.items():
        firm = [
            columns[name] for name in ends if cluster in view.around(view.nodes[name].cluster) or not cluster
        ]
        if firm:
            choices = range(min(firm), max(firm) + 1)
        else:
            choices = range(max(1, round(math.sqrt(len(names) * 1.6))))
        for name in names:
            column = min(choices, key=lambda choice: (load.get(choice, 0), choice))
            columns[name] = column
            load[column] = load.get(column, 0) + 1


def _nested(view: View, inside: Mapping[str, Sequence[str]]) -> list[str]:
    children: dict[str, list[str]] = {}
    for name, cluster in view.clusters.items():
        children.setdefault(cluster.parent, []).append(name)
    numbers = {name: row for row, name in enumerate(view.clusters)}
    lines: list[str] = []

    def write(cluster: str) -> None:
        lines.extend(inside.get(cluster, ()))
        for child in children.get(cluster, []):
            lines.append(f"subgraph cluster_{numbers[child]}{{")
            write(child)
            lines.append("}")

    write("")
    return lines


def _columns(graph: Mapping[str, object], ids: Mapping[str, str]) -> dict[str, int]:
    """Read the ranks, and number those that are used from 0."""
    objects = graph.get("objects")
    ranks: dict[str, int] = {}
    for item in objects if isinstance(objects, list) else []:
        if "rank" in item:
            ranks[item["name"]] = int(item["rank"])
    if not set(ids.values()) <= ranks.keys():
        raise LayoutError("the layout engine left out a box")
    columns = {place: row for row, place in enumerate(sorted(set(ranks.values())))}
    return {name: columns[ranks[number]] for name, number in ids.items()}

"""Small questions about who is inside or made of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cycles(edges: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return the closed rounds of a graph, each once, from the node where it closes; at most one per closing edge."""
    done: set[str] = set()
    found: list[list[str]] = []
    for start in edges:
        if start in done:
            continue
        trail, position, pending = [start], {start: 0}, [iter(edges[start])]
        while trail:
            step = next(pending[-1], None)
            if step is None:
                done.add(trail[-1])
                del position[trail.pop()]
                pending.pop()
            elif step in position:
                found.append(trail[position[step] :])
            elif step not in done and step in edges:
                position[step] = len(trail)
                trail.append(step)
                pending.append(iter(edges[step]))
    return found

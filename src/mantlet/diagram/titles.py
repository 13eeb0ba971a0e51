"""Where an outline's title stands: in its title row, at the first place from the left that no lane crosses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mantlet.diagram.drawing import PlacedCluster, PlacedLane, PlacedNode
from mantlet.diagram.geometry import Box, steps
from mantlet.diagram.sizes import least_title, title_width

HEIGHT = 17.0
_INSET = 8.0
_CLEAR = 4.0
_MOST = 170.0
"""The widest that an outline makes room for."""


def place_titles(
    clusters: Mapping[str, PlacedCluster],
    nodes: Mapping[str, PlacedNode],
    lanes: Sequence[PlacedLane],
) -> dict[str, PlacedCluster]:
    """Return the outlines with their titles' boxes."""
    placed: dict[str, PlacedCluster] = {}
    taken: list[Box] = [node.box.grown(2) for node in nodes.values()]
    taken += [lane.label for lane in lanes]
    lines = [_thick(first, second) for lane in lanes for first, second in steps(lane.points)]
    for name, cluster in clusters.items():
        inner = [other.box for key, other in clusters.items() if key != name]
        title = _place(cluster, [*taken, *lines], inner)
        taken.append(title.grown(2))
        placed[name] = PlacedCluster(cluster.cluster, cluster.box, title)
    return placed


def _thick(first: tuple[float, float], second: tuple[float, float]) -> Box:
    x, right = sorted((first[0], second[0]))
    y, bottom = sorted((first[1], second[1]))
    return Box(x - _CLEAR, y - _CLEAR, right - x + 2 * _CLEAR, bottom - y + 2 * _CLEAR)


def _place(cluster: PlacedCluster, taken: Iterable[Box], others: Sequence[Box]) -> Box:
    """Return the title's box: in the top row, else on the top border, else on the bottom border; narrower if it must."""
    box = cluster.box
    wish = min(title_width(cluster.cluster), box.width - 2 * _INSET)
    rows = (box.y + 3.0, box.y - HEIGHT / 2, box.bottom - HEIGHT / 2)
    found: list[tuple[float, Box]] = []
    for y in rows:
        row = Box(box.x + _INSET, y, box.width - 2 * _INSET, HEIGHT)
        borders = [side for other in others for side in _sides(other)]
        for start, end in _free(row, [item for item in (*taken, *borders) if item.meets(row)]):
            if end - start >= wish:
                return Box(start, y, wish, HEIGHT)
            found.append((end - start, Box(start, y, end - start, HEIGHT)))
    nowhere = Box(box.x + _INSET, box.y + 3.0, 0.0, HEIGHT)
    return max(found, key=lambda item: item[0], default=(0.0, nowhere))[1]


def short_of(item: PlacedCluster) -> float:
    """Return by how much a title is too narrow for its first name; a little is fine, the name is cut there."""
    least = min(least_title(item.cluster), _MOST)
    return least if item.title.width < least - 0.5 else 0.0


def _sides(box: Box) -> Iterable[Box]:
    yield Box(box.x - 2, box.y - 2, box.width + 4, 4)
    yield Box(box.x - 2, box.bottom - 2, box.width + 4, 4)
    yield Box(box.x - 2, box.y - 2, 4, box.height + 4)
    yield Box(box.right - 2, box.y - 2, 4, box.height + 4)


def _free(row: Box, taken: Sequence[Box]) -> Iterable[tuple[float, float]]:
    """Yield the free stretches of a row, from the left."""
    start = row.x
    for item in sorted(taken, key=lambda other: other.x):
        if item.x > start:
            yield start, item.x
        start = max(start, item.right)
    if start < row.right:
        yield start, row.right

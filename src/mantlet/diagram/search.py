"""Tries directions and angles, and keeps the layout that fits the page best with the fewest crossings.

How many are tried depends on the size of the picture only, so the same model always gets the same layout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from mantlet.diagram.bundles import Bundle, bundles
from mantlet.diagram.channels import Channels, channels, place_along
from mantlet.diagram.engines import LayoutEngine, LayoutError, UnplacedError
from mantlet.diagram.fold import orient_by_angle, spread
from mantlet.diagram.layered import Layered, layered
from mantlet.diagram.options import Direction
from mantlet.diagram.ports import Ports, ports
from mantlet.diagram.ranks import orient_by_degree, orient_by_order, rank
from mantlet.diagram.sizes import node_block
from mantlet.diagram.straighten import Straightener
from mantlet.diagram.view import View

PAGE = (1800.0, 950.0)
"""The landscape page that a layout should fill without being shrunk, in pixels."""
_UNTANGLINGS = 6
"""Rounds of moving items so that no two lanes lie on each other."""


@dataclass(slots=True)
class Candidate:
    """One layout and how good it is."""

    made: Layered
    ports: Ports
    channels: Channels
    score: float


@dataclass(frozen=True, slots=True)
class _Effort:
    """How much is tried for a picture of some size."""

    angles: int
    placed: int
    """Rankings that are placed, of those with the best estimate."""
    reordered: int
    """Placed layouts that are tried again with nodes named in other orders, which changes what crosses."""
    finished: int
    """Placed layouts that are straightened."""


def _effort(size: int) -> _Effort:
    """Return what is tried for that many nodes and bundles.

    Naming nodes in other orders pays for small pictures; in larger ones another ranking gains more for the same time.
    """
    if size <= 90:
        return _Effort(12, 9, 4, 2)
    if size <= 170:
        return _Effort(8, 8, 0, 2)
    if size <= 320:
        return _Effort(3, 3, 0, 1)
    return _Effort(0, 1, 0, 1)


def best_layout(view: View, engine: LayoutEngine, direction: Direction) -> Candidate:
    """Return the best of the layouts tried; raise `LayoutError` where the engine managed none."""
    effort = _effort(len(view.nodes) + len(bundles(view, down=False)))
    names = list(view.nodes)
    rankings = _rankings(view, engine, direction, effort)
    placed = _place_all(view, engine, [(ranking, names) for ranking in rankings[: effort.placed]])
    best = [ranking for _, ranking in placed[: effort.reordered]]
    orders = (names[::-1], [*names[1::2], *names[::2]])
    placed += _place_all(view, engine, [(ranking, order) for ranking in best for order in orders])
    if not placed:
        raise LayoutError(
            "the layout engine found no place for everything", mend="draw one boundary at a time (focus)"
        )
    placed.sort(key=lambda item: -item[0].score)
    finished = [_finished(candidate) for candidate, _ in placed[: effort.finished]]
    return max(finished, key=lambda item: item.score)


def _place_all(
    view: View, engine: LayoutEngine, tries: Sequence[tuple[_Ranking, Sequence[str]]]
) -> list[tuple[Candidate, _Ranking]]:
    """Return the layouts that the engine managed, best first."""
    found = [(_try(view, engine, ranking, order), ranking) for ranking, order in tries]
    placed = [(candidate, ranking) for candidate, ranking in found if candidate is not None]
    return sorted(placed, key=lambda item: -item[0].score)


@dataclass(slots=True)
class _Ranking:
    """A choice of direction and columns, with a guess how well it fills the page."""

    down: bool
    bundles: list[Bundle]
    columns: dict[str, int]
    estimate: float


def _rankings(view: View, engine: LayoutEngine, direction: Direction, effort: _Effort) -> list[_Ranking]:
    """Return different choices of columns, the most promising first."""
    ways = {"right": (False,), "down": (True,), "auto": (False, True)}[direction]
    found: list[_Ranking] = []
    for oriented in _orientations(view, effort):
        placed = rank(view, oriented, engine)
        for down in ways:
            turned = bundles(view, down=down)
            for bundle, other in zip(turned, oriented, strict=True):
                if bundle.tail != other.tail:
                    bundle.turn()
            found.append(_Ranking(down, turned, placed, _estimate(view, turned, placed, down=down)))
    return sorted(found, key=lambda item: -item.estimate)


def _orientations(view: View, effort: _Effort) -> list[list[Bundle]]:
    """Return the bundles turned in several ways, each way once."""
    flat = bundles(view, down=False)
    plane = spread(view, flat) if effort.angles else None
    names = list(view.nodes)
    angles = [step / (2 * effort.angles) for step in range(effort.angles)] if plane is not None else []
    found: dict[tuple[str, ...], list[Bundle]] = {}

    def add(turn: Callable[[list[Bundle]], None]) -> None:
        oriented = bundles(view, down=False)
        turn(oriented)
        found.setdefault(tuple(bundle.tail for bundle in oriented), oriented)

    add(lambda oriented: orient_by_order(names, oriented))
    if effort.angles:
        add(lambda oriented: orient_by_degree(names, oriented))
    for angle in angles:
        if plane is not None:
            add(partial(orient_by_angle, view, plane, angle))
    return list(found.values())


def _estimate(view: View, found: Sequence[Bundle], columns: dict[str, int], *, down: bool) -> float:
    """Guess the scale at which the layout fits the page, from how full its columns are."""
    count = max(columns.values(), default=0) + 1
    along = [0.0] * count
    across = [0.0] * count
    for name, node in view.nodes.items():
        block = node_block(node)
        size = (block.height, block.width) if down else (block.width, block.height)
        column = columns[name]
        along[column] = max(along[column], size[0])
        across[column] += size[1] + 16
    for index, bundle in enumerate(found):
        column = columns[f"label:{index}"]
        along[column] = max(along[column], bundle.along)
        across[column] += bundle.across + 9
        for passed in range(columns[bundle.tail] + 1, columns[bundle.head]):
            across[passed] += 12.0 if passed != column else 0.0
    length = sum(along) + 32.0 * count
    breadth = max(across, default=0.0) + 30.0 * len({node.cluster for node in view.nodes.values()})
    return min(_fit(breadth, length) if down else _fit(length, breadth), 1.2)


def _fit(width: float, height: float) -> float:
    return min(PAGE[0] / max(width, 1.0), PAGE[1] / max(height, 1.0))


def _try(view: View, engine: LayoutEngine, ranking: _Ranking, order: Sequence[str]) -> Candidate | None:
    """Return the layout of a ranking; None where the engine could not place it."""
    blocks = {name: node_block(node) for name, node in view.nodes.items()}
    try:
        made = layered(view, ranking.bundles, blocks, ranking.columns, engine, down=ranking.down, order=order)
    except UnplacedError:
        return None
    return measured(made)


def _finished(candidate: Candidate) -> Candidate:
    straightener = Straightener(candidate.made)
    straightener.run()
    found = measured(candidate.made)
    for _ in range(_UNTANGLINGS):
        if not found.channels.tangled or not straightener.untangle(found.channels.tangled):
            break
        found = measured(candidate.made)
    return found


def measured(made: Layered) -> Candidate:
    """Return a layout with its ports, turns and score as its items stand now."""
    found = ports(made)
    turns = channels(made, found)
    place_along(made, turns)
    return Candidate(made, found, turns, _score(made, turns))


def _score(made: Layered, turns: Channels) -> float:
    """Return how good a layout is: how large it appears on the page, less what the eye stumbles over."""
    low = min([*(item.low for item in made.items.values()), *(band.low for band in made.bands.values())])
    high = max([*(item.high for item in made.items.values()), *(band.high for band in made.bands.values())])
    start = min(
        [*(item.start for item in made.items.values()), *(band.start for band in made.bands.values())]
    )
    end = max(
        [
            *(item.start + item.along for item in made.items.values()),
            *(band.end for band in made.bands.values()),
        ]
    )
    size = (high - low, end - start) if made.down else (end - start, high - low)
    scale = min(_fit(*size), 1.05)
    bends = sum(2 for row in turns.turns for _ in row)
    steps = sum(turn.high - turn.low for row in turns.turns for turn in row)
    forward = sum(bundle.tail == bundle.lanes[0].source for bundle in made.bundles) / max(
        1, len(made.bundles)
    )
    return (
        100 * scale
        + 10 * forward
        - 1.2 * turns.crossings
        - 25 * len(turns.tangled)
        - 0.15 * bends
        - 0.002 * steps
    )

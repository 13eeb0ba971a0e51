"""The channels between columns: which lane turns where, how wide each channel is, and so where columns begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mantlet.diagram import metrics as m
from mantlet.diagram.layered import Layered
from mantlet.diagram.ports import LaneKey, Ports, lane_at
from mantlet.diagram.sizes import title_width

_NEAR = 6.0
"""Parallel runs closer than this look like one line."""
_STRAIGHT = 0.5
_CLEAR = 7.0
"""Room between an outline's border and the lanes that turn outside it."""
_SWEEPS = 12


@dataclass(slots=True)
class Turn:
    """A lane's step across inside one channel."""

    lane: LaneKey
    before: float
    after: float
    slot: int = 0
    place: float = 0.0
    """Where along it turns."""
    low: float = field(init=False)
    """The nearer end across."""
    high: float = field(init=False)
    """The farther end across."""

    def __post_init__(self) -> None:
        self.low, self.high = min(self.before, self.after), max(self.before, self.after)


@dataclass(slots=True)
class Channels:
    """Turns by channel; channel 3 lies between columns 3 and 4."""

    turns: list[list[Turn]] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    crossings: int = 0
    tangled: list[tuple[int, Turn, Turn]] = field(default_factory=list)
    """Channels with two turns whose runs lie on each other whichever way they are ordered."""


def channels(made: Layered, ports: Ports) -> Channels:
    """Return every lane's turns, ordered in their channels so that few cross."""
    found = Channels(turns=[[] for _ in made.columns])
    straight: list[list[float]] = [[] for _ in made.columns]
    for index, path in enumerate(made.paths):
        for lane in range(len(made.bundles[index].lanes)):
            stops = _stops(made, ports, index, lane, path)
            for key, before, after in zip(path, stops, stops[1:], strict=False):
                channel = made.items[key].column
                if abs(before - after) > _STRAIGHT:
                    found.turns[channel].append(Turn((index, lane), before, after))
                else:
                    straight[channel].append(before)
    for channel, turns in enumerate(found.turns):
        costs = _order(turns)
        _assign(turns, costs)
        found.slots.append(max((turn.slot + 1 for turn in turns), default=0))
        found.crossings += sum(turn.low < place < turn.high for turn in turns for place in straight[channel])
        for row, first in enumerate(turns):
            for other, cost in enumerate(costs[row][row + 1 :], row + 1):
                found.crossings += cost % _OVERLAP
                if cost >= _OVERLAP:
                    found.tangled.append((channel, first, turns[other]))
    return found


def _stops(made: Layered, ports: Ports, index: int, lane: int, path: Sequence[str]) -> list[float]:
    inner = [lane_at(made, index, lane, key) for key in path[1:-1]]
    return [ports.tails[index, lane], *inner, ports.heads[index, lane]]


_OVERLAP = 100


def _costs(first: Turn, others: Sequence[Turn]) -> list[int]:
    """Return the crossings of a turn with others, and a large number where their runs lie on each other, if it turns first."""
    low, high, after = first.low, first.high, first.after
    return [
        (low < other.before < high)
        + (other.low < after < other.high)
        + (_OVERLAP if -_NEAR < other.before - after < _NEAR else 0)
        for other in others
    ]


def _order(turns: list[Turn]) -> list[list[int]]:
    """Sort turns so that the sum of their pairs' costs is low: each is moved to its best place for as long as it helps.

    Return what each pair costs if the first of them turns first.
    """
    turns.sort(
        key=lambda turn: (turn.after > turn.before, -turn.before if turn.after > turn.before else turn.before)
    )
    count = len(turns)
    rows = list(range(count))
    costs = [_costs(turn, turns) for turn in turns]
    gain = [[costs[b][a] - costs[a][b] for b in rows] for a in rows]
    order = rows[:]
    for _ in range(_SWEEPS):
        moved = False
        for row in rows:
            moved |= _reinsert(order, row, gain)
        if not moved:
            break
    turns[:] = [turns[row] for row in order]
    return [[costs[row][other] for other in order] for row in order]


def _reinsert(order: list[int], row: int, gain: Sequence[Sequence[int]]) -> bool:
    """Move one turn to where it gains most; ``gain[a][b]`` is what having ``a`` before ``b`` saves."""
    at = order.index(row)
    best, best_saved, saved = at, 0, 0
    for place in range(at - 1, -1, -1):
        saved += gain[row][order[place]]
        if saved > best_saved:
            best, best_saved = place, saved
    saved = 0
    for place in range(at + 1, len(order)):
        saved -= gain[row][order[place]]
        if saved > best_saved:
            best, best_saved = place, saved
    if best != at:
        order.pop(at)
        order.insert(best, row)
    return best != at


def _assign(turns: Sequence[Turn], costs: Sequence[Sequence[int]]) -> None:
    """Give each turn the first slot that keeps it clear of, and in order with, those before it."""
    for row, turn in enumerate(turns):
        turn.slot = 0
        for before, earlier in enumerate(turns[:row]):
            if earlier.slot < turn.slot:
                continue
            meets = earlier.low - _NEAR < turn.high and turn.low < earlier.high + _NEAR
            if meets or costs[before][row] != costs[row][before]:
                turn.slot = earlier.slot + 1


def place_along(made: Layered, found: Channels) -> None:
    """Set where every item, outline and turn lies along: columns one after another, with room for borders and turns."""
    first = {name: span[0] for name, span in made.spans.items()}
    last = {name: span[1] for name, span in made.spans.items()}
    lead, trail = _borders(made, first, last)
    position = m.MARGIN + max((lead[name] for name in lead if first[name] == 0), default=0.0)
    begins: list[float] = []
    ends: list[float] = []
    for column, keys in enumerate(made.columns):
        wide = max(made.items[key].along for key in keys)
        begins.append(position)
        ends.append(position + wide)
        for key in keys:
            item = made.items[key]
            item.start = position + (wide - item.along) / 2
        before = max([m.CHANNEL_PAD - 3, *(trail[name] + _CLEAR for name in trail if last[name] == column)])
        after = max([m.CHANNEL_PAD, *(lead[name] + _CLEAR for name in lead if first[name] == column + 1)])
        slots = max(0, found.slots[column] - 1) * m.SLOT
        for turn in found.turns[column]:
            turn.place = position + wide + before + turn.slot * m.SLOT
        position += wide + before + slots + after
    for name, band in made.bands.items():
        band.start = begins[first[name]] - lead[name]
        band.end = ends[last[name]] + trail[name]


def _borders(
    made: Layered, first: Mapping[str, int], last: Mapping[str, int]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return how far each outline begins before its first column and ends after its last, inner ones being inside outer."""
    row = m.TITLE_ROW if made.down else 0.0
    lead: dict[str, float] = {}
    trail: dict[str, float] = {}
    children: dict[str, list[str]] = {}
    for name, cluster in made.view.clusters.items():
        children.setdefault(cluster.parent, []).append(name)
    for name in sorted(first, key=lambda item: -len(made.view.around(item))):
        inner = children.get(name, [])
        lead[name] = (
            m.CLUSTER_PAD
            + row
            + made.title_room.get(name, 0.0)
            + max((lead[child] for child in inner if first[child] == first[name]), default=0.0)
        )
        trail[name] = m.CLUSTER_PAD + max(
            (trail[child] for child in inner if last[child] == last[name]), default=0.0
        )
        if not made.down:
            columns = made.columns[first[name] : last[name] + 1]
            least = sum(max(made.items[key].along for key in keys) for keys in columns)
            missing = title_width(made.view.clusters[name]) + 12 - least - lead[name] - trail[name]
            trail[name] += max(0.0, missing)
    return lead, trail

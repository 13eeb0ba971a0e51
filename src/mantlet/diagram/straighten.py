"""Takes jogs out of lanes by moving what stands loose in its column: labels, gaps and nodes.

Graphviz aligns middles and knows nothing of ports. Here a lane's step is removed by moving one of its ends, with
everything that hangs straight on it, where the column has room for that and no more steps arise elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mantlet.diagram import metrics as m
from mantlet.diagram.channels import Turn
from mantlet.diagram.layered import Layered
from mantlet.diagram.ports import lanes_at, spaced

_STRAIGHT = 0.5
_SMALL = 14.0
"""Steps shorter than this look like a mistake."""
_SWEEPS = 4
_NUDGES = (8.0, -8.0, 13.0, -13.0, 20.0, -20.0)
_TRIALS = 1500
"""Moves tried before it is good enough; large pictures stop there."""


@dataclass(slots=True)
class _Room:
    """How far an item may move and stay between its neighbours and inside its outlines."""

    low: float
    high: float


@dataclass(slots=True)
class Straightener:
    """Moves items of one layout."""

    made: Layered
    at_item: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """By item, the steps (bundle, position in its path) that touch it."""
    around: dict[str, frozenset[str]] = field(default_factory=dict)
    """By outline, it and those around it."""
    known: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    """By step, its lanes' jogs as everything stands now; forgotten when anything moves."""
    trials: int = 0

    def __post_init__(self) -> None:
        for index, path in enumerate(self.made.paths):
            for position in range(len(path) - 1):
                for key in path[position : position + 2]:
                    self.at_item.setdefault(key, []).append((index, position))

    def run(self) -> None:
        """Try to straighten every step, the shortest first, until nothing improves."""
        for _ in range(_SWEEPS):
            steps = sorted(self._all_steps())
            moved = [self._straighten(index, position) for _, index, position in steps]
            if not any(moved) or self.trials > _TRIALS:
                break
        self._tighten()

    def untangle(self, tangled: Sequence[tuple[int, Turn, Turn]]) -> bool:
        """Move an item beside each pair of lanes that lie on each other, even if that bends one; return whether any moved."""
        moved = False
        for channel, *turns in tangled:
            keys = [key for turn in turns for key in self._beside(channel, turn.lane[0])]
            moved |= any(self._shift(key, by) for key in keys for by in _NUDGES)
        return moved

    def _beside(self, channel: int, index: int) -> list[str]:
        """Return the items of a bundle at either side of a channel, those that hold nothing else up first."""
        path = self.made.paths[index]
        keys = [key for key in path if self.made.items[key].column in {channel, channel + 1}]
        return sorted(keys, key=lambda key: self.made.items[key].kind == "node")

    def _shift(self, key: str, by: float) -> bool:
        room = self._room(key, {key})
        item = self.made.items[key]
        if not room.low <= item.middle + by <= room.high:
            return False
        item.middle += by
        self.known.clear()
        return True

    def _tighten(self) -> None:
        """Draw outlines in to what they hold now."""
        made = self.made
        for name in sorted(made.bands, key=lambda item: -len(made.view.around(item))):
            held = [item for item in made.items.values() if item.cluster == name]
            inner = [
                made.bands[child]
                for child, cluster in made.view.clusters.items()
                if cluster.parent == name and child in made.bands
            ]
            low = min([*(item.low for item in held), *(band.low for band in inner)])
            high = max([*(item.high for item in held), *(band.high for band in inner)])
            band = made.bands[name]
            band.low = max(band.low, low - _pad(made, top=True))
            band.high = min(band.high, high + _pad(made, top=False))

    def _all_steps(self) -> Iterable[tuple[float, int, int]]:
        every = [(index, row) for index, path in enumerate(self.made.paths) for row in range(len(path) - 1)]
        self.known = self._jogs(every)
        for step in every:
            worst = max((abs(jog) for jog in self.known[step]), default=0.0)
            if worst > _STRAIGHT:
                yield worst, *step

    def _straighten(self, index: int, position: int) -> bool:
        """Try to move either end of a step so that it is straight; return whether something moved."""
        path = self.made.paths[index]
        jogs = self._jog((index, position))
        for wish in dict.fromkeys(round(jog, 3) for jog in jogs if abs(jog) > _STRAIGHT):
            ends = [(path[position], wish), (path[position + 1], -wish)]
            ends.sort(key=lambda end: self.made.items[end[0]].kind == "node")
            for key, shift in ends:
                for block in self._blocks(key, (index, position)):
                    self.trials += 1
                    if self._try(block, shift):
                        return True
        return False

    def _blocks(self, key: str, without: tuple[int, int]) -> Iterable[list[str]]:
        """Yield what could move together: all that hangs straight on the item, then the item alone."""
        block = [key]
        waiting = [key]
        while waiting:
            item = waiting.pop()
            for step in self.at_item[item]:
                if step == without:
                    continue
                index, position = step
                path = self.made.paths[index]
                other = path[position + 1] if path[position] == item else path[position]
                if (
                    other not in block
                    and len(block) < 40
                    and all(abs(jog) < _STRAIGHT for jog in self._jog(step))
                ):
                    block.append(other)
                    waiting.append(other)
        loose = [item for item in block if self.made.items[item].kind != "node"]
        yield block
        if 0 < len(loose) < len(block) and loose[0] == key:
            yield loose
        if len(block) > 1:
            yield [key]

    def _try(self, block: Sequence[str], shift: float) -> bool:
        items = self.made.items
        moved = set(block)
        for key in block:
            room = self._room(key, moved)
            if not room.low - 1e-6 <= items[key].middle + shift <= room.high + 1e-6:
                return False
        touched = {step for key in block for step in self._around(key)}
        before = _cost(self._jog(step) for step in sorted(touched))
        for key in block:
            items[key].middle += shift
        if _cost(self._jogs(sorted(touched)).values()) < before - 0.05:
            self.known.clear()
            return True
        for key in block:
            items[key].middle -= shift
        return False

    def _around(self, key: str) -> Iterable[tuple[int, int]]:
        """Yield the steps whose look depends on where an item is: its own, and those that share a node with them."""
        for step in self.at_item[key]:
            yield step
            index, position = step
            path = self.made.paths[index]
            for end in (path[position], path[position + 1]):
                if self.made.items[end].kind == "node":
                    yield from self.at_item[end]

    def _room(self, key: str, moved: set[str]) -> _Room:
        made, items = self.made, self.made.items
        item = items[key]
        middle, half, column = item.middle, item.across / 2, item.column
        apart = m.NODE_GAP if item.kind == "node" else m.ITEM_GAP
        low, high = float("-inf"), float("inf")
        for other_key in made.columns[column]:
            if other_key in moved:
                continue
            other = items[other_key]
            reach = other.across / 2 + half + (apart if other.kind == "node" else m.ITEM_GAP)
            if other.middle < middle:
                low = max(low, other.middle + reach)
            else:
                high = min(high, other.middle - reach)
        ours = self._ours(item.cluster)
        for name, band in made.bands.items():
            if name in ours:
                low = max(low, band.low + _pad(made, top=True) + half)
                high = min(high, band.high - _pad(made, top=False) - half)
            elif made.spans[name][0] <= column <= made.spans[name][1]:
                if band.low + band.high < 2 * middle:
                    low = max(low, band.high + m.CLUSTER_PAD + half)
                else:
                    high = min(high, band.low - m.CLUSTER_PAD - half)
        return _Room(low, high)

    def _ours(self, cluster: str) -> frozenset[str]:
        """Return an outline and those around it."""
        if cluster not in self.around:
            self.around[cluster] = frozenset(self.made.view.around(cluster))
        return self.around[cluster]

    def _jog(self, step: tuple[int, int]) -> list[float]:
        if step not in self.known:
            self.known.update(self._jogs([step]))
        return self.known[step]

    def _jogs(self, steps: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[float]]:
        """Return how far each lane of the steps moves across, with the ports its nodes would give it."""
        ends: dict[tuple[str, bool], dict[tuple[int, int], float]] = {}
        found: dict[tuple[int, int], list[float]] = {}
        for index, position in steps:
            path = self.made.paths[index]
            starts = self._ends(index, path[position], out=True, known=ends)
            stops = self._ends(index, path[position + 1], out=False, known=ends)
            found[index, position] = [stop - start for start, stop in zip(starts, stops, strict=True)]
        return found

    def _ends(
        self, index: int, key: str, *, out: bool, known: dict[tuple[str, bool], dict[tuple[int, int], float]]
    ) -> list[float]:
        """Return where each lane of a bundle meets an item, across."""
        if self.made.items[key].kind != "node":
            return lanes_at(self.made, index, key)
        if (key, out) not in known:
            known[key, out] = self._side(key, out=out)
        side = known[key, out]
        return [side[index, lane] for lane in range(len(self.made.bundles[index].lanes))]

    def _side(self, key: str, *, out: bool) -> dict[tuple[int, int], float]:
        """Return the ports of one side of a node."""
        wishes = []
        for index, position in self.at_item[key]:
            path = self.made.paths[index]
            if (path[position] == key) != out:
                continue
            beside = path[position + 1] if out else path[position]
            wishes += [
                (place, (index, lane)) for lane, place in enumerate(lanes_at(self.made, index, beside))
            ]
        wishes.sort()
        item = self.made.items[key]
        places = spaced(
            [wish for wish, _ in wishes], item.low + m.PORT_MARGIN, item.high - m.PORT_MARGIN, m.PITCH
        )
        return {lane: place for place, (_, lane) in zip(places, wishes, strict=True)}


def _cost(found: Iterable[list[float]]) -> float:
    """Return what the jogs of some steps cost the eye."""
    total = 0.0
    for jogs in found:
        for size in map(abs, jogs):
            if size > _STRAIGHT:
                total += 1.0 + size / 150 + (1.0 if size < _SMALL else 0.0)
    return total


def _pad(made: Layered, *, top: bool) -> float:
    row = m.TITLE_ROW if top and not made.down else 0.0
    return m.CLUSTER_PAD * 0.8 + row

"""The changes of the items that somebody accepted, all or none of them done to the file."""

from __future__ import annotations

from collections.abc import Iterable

from mantlet.changes.operations import Change, Remove
from mantlet.discovery.update.align import SECTIONS
from mantlet.discovery.update.items import Comparison, Item


def closed(comparison: Comparison, accepted: Iterable[Item]) -> list[Item]:
    """Return the accepted items with what they bring along, and without those that need something new which was not accepted."""
    chosen = list(accepted)
    fresh = {item.id: item for item in comparison.items if item.kind == "new"}
    chosen = _with_support(chosen, fresh)
    while True:
        there = {item.id for item in chosen if item.kind == "new"}
        touched = {item.id for item in chosen if item.kind in {"gone", "changed"} and item.changes}
        kept = [
            item
            for item in chosen
            if all(need in there for need in item.needs if need in fresh) and touched.issuperset(item.held_by)
        ]
        if len(kept) == len(chosen):
            return _without_idle(kept)
        chosen = kept


def _with_support(chosen: list[Item], fresh: dict[str, Item]) -> list[Item]:
    """Add the new data, parties and boundaries that items name, and what these name."""
    made = {id(item): item for item in chosen}
    waiting = list(chosen)
    while waiting:
        for need in waiting.pop().needs:
            item = fresh.get(need)
            if item is not None and item.supporting and id(item) not in made:
                made[id(item)] = item
                waiting.append(item)
    return list(made.values())


def _without_idle(chosen: list[Item]) -> list[Item]:
    """Leave out what would only support others and is named by none of them."""
    while True:
        needed = {need for item in chosen for need in item.needs}
        kept = [item for item in chosen if not item.supporting or item.id in needed]
        if len(kept) == len(chosen):
            return kept
        chosen = kept


def changes(comparison: Comparison, accepted: Iterable[Item]) -> list[Change]:
    """Return what to do to the model: first what others need, removals the other way round, at last where everything was seen."""
    chosen = closed(comparison, accepted)
    order = {section: number for number, section in enumerate(SECTIONS)}
    made = sorted((item for item in chosen if item.kind != "gone"), key=lambda item: order[item.section])
    gone = sorted((item for item in chosen if item.kind == "gone"), key=lambda item: -order[item.section])
    done: list[Change] = [change for item in (*made, *gone) for change in item.changes]
    removed = {change.path for change in done if isinstance(change, Remove)}
    return done + [change for change in comparison.refreshed if tuple(change.path[:2]) not in removed]  # type: ignore[union-attr]

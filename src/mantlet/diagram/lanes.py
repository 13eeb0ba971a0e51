"""The arrows of a page: a lane per movement, or one for many where a group is at an end."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.diagram.grouping import Grouping
from mantlet.diagram.marks import marks, sensitivity
from mantlet.diagram.options import Options
from mantlet.diagram.text import clean
from mantlet.diagram.view import Lane
from mantlet.model.model import Model, Movement

_NAMED = 2
"""Data names that a label spells out; more are counted."""
_SPELLED_OUT = 8
"""Movements that a merged lane's description lists."""


def movement_label(model: Model, movement: Movement) -> str:
    """Return the flow's name, or what it carries, or its id in words."""
    flow = model.flows[movement.flow]
    if flow.name and not movement.returning:
        return clean(flow.name)
    names = [clean(model.label(item)) for item in movement.data or []]
    if not names:
        return clean(flow.name or movement.flow.replace("-", " ").replace("_", " "))
    if len(names) <= _NAMED:
        return ", ".join([names[0], *(_lower(name) for name in names[1:])])
    return f"{names[0]} + {len(names) - 1} more"


def _lower(name: str) -> str:
    """Return a name as it stands inside a sentence: capitals that start more than a word stay."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def movement_about(model: Model, movement: Movement) -> str:
    """Return a movement as a phrase: from where to where, and what."""
    names = [clean(model.label(item)) for item in movement.data or []]
    carried = f": {', '.join(names)}" if names else ""
    return f"{clean(model.label(movement.source))} to {clean(model.label(movement.target))}{carried}"


def lanes(model: Model, grouping: Grouping, options: Options) -> tuple[list[Lane], dict[str, list[str]]]:
    """Return the page's lanes, and by box the flows that start and end at the same element.

    Movements between boxes of which one is a group become one lane per direction; those inside a box are not drawn.
    """
    single: list[tuple[str, str, list[Movement]]] = []
    merged: dict[tuple[str, str], list[Movement]] = {}
    loops: dict[str, list[str]] = {}
    for movement, source, target in _on_page(model, grouping):
        if source == target:
            if movement.source == movement.target and not movement.returning:
                loops.setdefault(source, []).append(movement_label(model, movement))
        elif source in grouping.groups or target in grouping.groups:
            if (source, target) not in merged:
                merged[source, target] = []
                single.append((source, target, merged[source, target]))
            merged[source, target].append(movement)
        else:
            single.append((source, target, [movement]))
    return [_lane(model, grouping, options, *item) for item in single], loops


def _on_page(model: Model, grouping: Grouping) -> Iterator[tuple[Movement, str, str]]:
    for movement in model.movements():
        source, target = grouping.box.get(movement.source), grouping.box.get(movement.target)
        if source is not None and target is not None and not {source, target} <= grouping.context:
            yield movement, source, target


def _lane(
    model: Model, grouping: Grouping, options: Options, source: str, target: str, movements: list[Movement]
) -> Lane:
    first = movements[0]
    flow = model.flows[first.flow]
    several = len(movements) > 1
    opener = grouping.box.get(flow.opened_by, "") if flow.opened_by not in ("", flow.from_) else ""
    places = tuple(movement.place for movement in movements)
    about = list(dict.fromkeys(movement_about(model, movement) for movement in movements[:_SPELLED_OUT]))
    if len(movements) > _SPELLED_OUT:
        about.append(f"and {len(movements) - _SPELLED_OUT} more")
    return Lane(
        id=first.place,
        flow=first.flow,
        source=source,
        target=target,
        label=f"{len(movements)} flows" if several else movement_label(model, first),
        about="; ".join(about),
        sensitivity=sensitivity(model, options, movements),
        opened_at="" if several or first.returning or opener not in (source, target) else opener,
        places=places,
        marks=marks(options, places, out_of_scope="" if several else clean(flow.out_of_scope)),
    )

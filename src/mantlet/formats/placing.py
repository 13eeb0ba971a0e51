"""Positions for formats that draw: those that people gave, else mantlet's layout, with a box for every boundary that can have one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mantlet.formats.interface import Outgoing
from mantlet.formats.nesting import Box
from mantlet.formats.plain import foreign_id, mapping
from mantlet.model.entries import Sections

MARGIN = 30.0
SECTIONS = ("elements", "boundaries", "flows")


def whole_layout(outgoing: Outgoing) -> dict[str, Any]:
    """Return where everything is; boundaries whose elements lie apart from each other have no box."""
    known = outgoing.layout.get("elements", {})
    complete = bool(known) and all(name in known for name in outgoing.sections.elements)
    return with_boxes(outgoing.sections, outgoing.layout if complete else outgoing.place(outgoing.sections))


def with_boxes(sections: Sections, layout: dict[str, Any]) -> dict[str, Any]:
    """Return a layout with boxes for boundaries that have none and whose elements stand together."""
    made = {section: dict(layout.get(section, {})) for section in SECTIONS}
    members = {
        name: [
            item for item, element in sections.elements.items() if name in around(element.within, sections)
        ]
        for name in sections.boundaries
    }
    for name in sorted(
        sections.boundaries, key=lambda item: (len(members[item]), -len(around([item], sections)))
    ):
        if name not in made["boundaries"]:
            box = _box_round(name, members[name], sections, made)
            if box is not None:
                made["boundaries"][name] = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return made


def _box_round(name: str, members: list[str], sections: Sections, layout: dict[str, Any]) -> Box | None:
    """Return the box round a boundary's elements and the boundaries in it; None where others would lie in it too."""
    inner = [item for item, other in sections.boundaries.items() if other.in_ == name]
    boxes = [box_in(layout, "elements", item) for item in members] + [
        box_in(layout, "boundaries", item) for item in inner
    ]
    found = [box for box in boxes if box is not None]
    same = [
        item
        for item in sections.boundaries
        if item != name and box_in(layout, "boundaries", item) is not None
    ]
    if not found:
        return None
    margin = MARGIN + 9.0 * sum(_as_large(found, box_in(layout, "boundaries", item)) for item in same)
    left, top = min(box.x for box in found) - margin, min(box.y for box in found) - margin
    right, bottom = (
        max(box.x + box.width for box in found) + margin,
        max(box.y + box.height for box in found) + margin,
    )
    made = Box(left, top, right - left, bottom - top)
    others = (box_in(layout, "elements", item) for item in sections.elements if item not in members)
    if any(box is not None and made.holds(box.x + box.width / 2, box.y + box.height / 2) for box in others):
        return None
    return made


def _as_large(found: list[Box], other: Box | None) -> bool:
    """Tell whether a box is round all of some boxes already."""
    return other is not None and all(other.surrounds(box) for box in found)


def around(within: list[str], sections: Sections) -> set[str]:
    """Return the boundaries that are round something: the innermost that are named, and those round them."""
    found: set[str] = set()
    for name in within:
        step = name
        while step in sections.boundaries and step not in found:
            found.add(step)
            step = sections.boundaries[step].in_
    return found


def box_in(layout: dict[str, Any], section: str, name: str) -> Box | None:
    """Return an entry's place in a layout."""
    held = mapping(layout.get(section, {}), name)
    if "x" not in held or "y" not in held:
        return None
    return Box(
        float(held["x"]), float(held["y"]), float(held.get("width") or 120), float(held.get("height") or 60)
    )


def remembered(
    sections: Sections, layout: dict[str, Any], imported: dict[str, Any], names: Mapping[str, str], key: str
) -> dict[str, Any]:
    """Return a layout in which what has no place stands where it stood when it was imported.

    ``names`` are the imported entries' ids by foreign id, which entries have under ``key``.
    """
    made = {section: dict(layout.get(section, {})) for section in SECTIONS}
    for section in SECTIONS:
        for name, entry in getattr(sections, section).items():
            before = names.get(foreign_id(entry, key), "")
            if name not in made[section] and before in imported.get(section, {}):
                made[section][name] = imported[section][before]
    return made

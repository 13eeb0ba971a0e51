"""A model as seen from outside: boundaries of one level closed to a box each, and what flows between them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from mantlet.model.entries import Element, Flow, Sections

MAX_LEVELS = 6


def levels(sections: Sections) -> Iterator[tuple[int, Sections]]:
    """Yield, from the outermost level on, the model with the boundaries of that level closed."""
    depth = {name: _depth(name, sections) for name in sections.boundaries}
    for level in range(min(max(depth.values(), default=-1) + 1, MAX_LEVELS)):
        yield level, folded(sections, [name for name, found in depth.items() if found == level])


def _depth(name: str, sections: Sections) -> int:
    seen: set[str] = set()
    while sections.boundaries[name].in_ and name not in seen:
        seen.add(name)
        name = sections.boundaries[name].in_
    return len(seen)


def folded(sections: Sections, closed: list[str]) -> Sections:
    """Return a model in which each element in a closed boundary is that boundary's box."""
    stands_for = {
        name: _home(element, sections, closed) or name for name, element in sections.elements.items()
    }
    boxes = dict.fromkeys(stands_for.values())
    elements = {
        name: structs.replace(sections.elements[name])
        if name in sections.elements
        else Element(type="process", name=sections.boundaries[name].name or name, in_=_outer(sections, name))
        for name in boxes
    }
    flows: dict[str, Flow] = {}
    seen: set[tuple[str, str]] = set()
    for name, flow in sections.flows.items():
        ends = stands_for[flow.from_], stands_for[flow.to]
        if ends[0] != ends[1] and ends not in seen:
            seen.add(ends)
            flows[name] = structs.replace(flow, from_=ends[0], to=ends[1], opened_by="", data=[], returns=[])
    kept = {item for element in elements.values() for item in _around(element.within, sections)}
    boundaries = {
        name: item for name, item in sections.boundaries.items() if name in kept and name not in boxes
    }
    for element in elements.values():
        element.in_ = [item for item in element.within if item in boundaries]
        element.holds = []
        element.parent = ""
    return Sections(system=sections.system, boundaries=boundaries, elements=elements, flows=flows)


def _home(element: Element, sections: Sections, closed: list[str]) -> str:
    return next((name for name in _around(element.within, sections) if name in closed), "")


def _around(within: list[str], sections: Sections) -> list[str]:
    found: list[str] = []
    for name in within:
        step = name
        while step in sections.boundaries and step not in found:
            found.append(step)
            step = sections.boundaries[step].in_
    return found


def _outer(sections: Sections, name: str) -> list[str]:
    outer = sections.boundaries[name].in_
    return [outer] if outer else []

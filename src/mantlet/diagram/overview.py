"""The overview of a large model: which boundaries become one box each, and which loose elements are drawn together by type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mantlet.diagram.options import OVERVIEW, READABLE, Options
from mantlet.model.model import Model
from mantlet.model.vocabulary import Vocabulary

TYPE_GROUP = "type:"
"""Start of the id of a group that holds elements of one type."""
OUTSIDE = ":outside"
"""End of the id of such a group of neighbours."""
_MOST_PAIRS = 160
_FEWEST = 3
"""Elements of a type that are worth a box of their own."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page has to show."""

    model: Model
    vocabulary: Vocabulary
    parts: Mapping[str, str]
    """Elements on the page, with the parent that stands for each."""
    inside: set[str]
    """Those that the page is about; the others are neighbours."""
    options: Options


def boundaries_of(model: Model, element: str) -> list[str]:
    """Return every boundary an element is in, of all dimensions, each dimension's from the innermost."""
    return [name for start in model.elements[element].within for name in model.enclosing(start)]


def summarise(shown: Shown) -> dict[str, str]:
    """Return the group of each element that is not drawn by itself, so that the page stays readable where it can.

    First neighbours are drawn by boundary, then the boundaries inside are closed, then what is still loose is drawn by
    type, then by kind, and at last boundaries by their type.
    """
    closed: dict[str, str] = {}
    neighbours = [name for name in shown.parts if name not in shown.inside]
    ours = [name for name in shown.parts if name in shown.inside]
    closed.update(_outermost(shown, neighbours))
    if _count(shown, ours, closed) > READABLE:
        closed.update(_opened(shown, ours))
    for names, suffix in ((neighbours, OUTSIDE), (ours, "")):
        for by_kind in (False, True):
            if _crowded(shown, closed):
                closed.update(_by_type(shown, names, closed, suffix, by_kind=by_kind))
    if _crowded(shown, closed):
        closed.update(_by_boundary_type(shown, closed))
    return closed


def _crowded(shown: Shown, closed: Mapping[str, str]) -> bool:
    """Tell whether there are more boxes, or more pairs of boxes with flows between them, than a page holds."""
    if _count(shown, shown.parts, closed) > READABLE:
        return True
    box = {name: closed.get(name, part) for name, part in shown.parts.items()}
    ends = {
        frozenset((box[flow.from_], box[flow.to]))
        for flow in shown.model.flows.values()
        if flow.from_ in box and flow.to in box
    }
    return sum(len(pair) > 1 for pair in ends) > _MOST_PAIRS


def _by_boundary_type(shown: Shown, closed: Mapping[str, str]) -> dict[str, str]:
    """Return a group per type of boundary instead of one per boundary, where there are too many even of those."""
    model, vocabulary = shown.model, shown.vocabulary
    found: dict[str, str] = {}
    for name, group in closed.items():
        if group in model.boundaries:
            suffix = "" if name in shown.inside else OUTSIDE
            found[name] = (
                f"{TYPE_GROUP}{vocabulary.resolve(model.boundaries[group].type, 'boundary')}{suffix}"
            )
    return found


def _count(shown: Shown, names: Iterable[str], closed: Mapping[str, str]) -> int:
    return len({closed.get(name, shown.parts[name]) for name in names})


def _outermost(shown: Shown, names: Iterable[str]) -> dict[str, str]:
    """Return the outermost boundary, of those that hold nothing the page is about, round each neighbour."""
    model = shown.model
    taken = {boundary for name in shown.inside for boundary in boundaries_of(model, name)}
    found: dict[str, str] = {}
    for name in names:
        around = [item for item in boundaries_of(model, name) if item not in taken and _drawn(shown, item)]
        if around:
            found[name] = around[-1]
    counts: dict[str, int] = {}
    for boundary in found.values():
        counts[boundary] = counts.get(boundary, 0) + 1
    return {name: boundary for name, boundary in found.items() if counts[boundary] > 1}


def is_drawn(model: Model, vocabulary: Vocabulary, boundary: str, options: Options) -> bool:
    """Tell whether a boundary belongs to the drawn dimension and is not simply the outside."""
    kind = model.boundaries[boundary].type
    return vocabulary.dimension(kind) == options.dimension and not vocabulary.is_a(
        kind, "internet", "boundary"
    )


def _drawn(shown: Shown, boundary: str) -> bool:
    return is_drawn(shown.model, shown.vocabulary, boundary, shown.options)


def _opened(shown: Shown, names: Iterable[str]) -> dict[str, str]:
    """Return the closed boundary round each element: opened from the outside in, the smallest first, while boxes stay few."""
    members: dict[str, set[str]] = {}
    focus = shown.options.focus
    around = set(shown.model.enclosing(focus)) if focus in shown.model.boundaries else set[str]()
    ours = list(names)
    for name in ours:
        for boundary in boundaries_of(shown.model, name):
            if boundary not in around and _drawn(shown, boundary):
                members.setdefault(boundary, set()).add(name)
    children: dict[str, list[str]] = {}
    for boundary in members:
        above = next((item for item in list(shown.model.enclosing(boundary))[1:] if item in members), "")
        children.setdefault(above, []).append(boundary)
    closed = {name for name in children.get("", []) if len(members[name]) > 1}
    level = sorted(closed, key=lambda name: (len(members[name]), name))
    while level:
        deeper: set[str] = set()
        for name in level:
            inner = {item for item in children.get(name, []) if len(members[item]) > 1}
            tried = (closed - {name}) | inner
            count = _count(shown, ours, _assigned(tried, members))
            if count <= OVERVIEW or (len(closed) == 1 and count <= READABLE):
                closed = tried
                deeper |= inner
        level = sorted(deeper, key=lambda name: (len(members[name]), name))
    return _assigned(closed, members)


def _assigned(closed: Iterable[str], members: Mapping[str, set[str]]) -> dict[str, str]:
    return {name: boundary for boundary in sorted(closed) for name in members[boundary]}


def _by_type(
    shown: Shown, names: Iterable[str], closed: Mapping[str, str], suffix: str, *, by_kind: bool
) -> dict[str, str]:
    """Return a group for the loose elements of each type (or kind) that has enough of them."""
    found: dict[str, list[str]] = {}
    for name in names:
        if name not in closed:
            kind = shown.model.elements[name].type
            key = shown.vocabulary.kind(kind) if by_kind else shown.vocabulary.resolve(kind)
            found.setdefault(f"{TYPE_GROUP}{key}{suffix}", []).append(name)
    return {name: key for key, members in found.items() if len(members) >= _FEWEST for name in members}

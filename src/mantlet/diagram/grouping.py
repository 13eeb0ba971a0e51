"""What is on a page and what is drawn as one box: closed parents, collapsed boundaries, the overview of a large model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.diagram.options import READABLE, Options
from mantlet.diagram.overview import TYPE_GROUP, Shown, boundaries_of, is_drawn, summarise
from mantlet.model.model import Model
from mantlet.model.vocabulary import Vocabulary

_MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Several elements drawn as one box."""

    id: str
    kind: str
    """`boundary`, `parent` or `type`."""
    members: tuple[str, ...]


@dataclass(slots=True)
class Grouping:
    """Which box stands for each element that is on the page."""

    box: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    context: frozenset[str] = frozenset()
    """Boxes that are only there as neighbours of what the page is about."""


@dataclass(frozen=True, slots=True)
class Page:
    """One picture of several that show a large model."""

    title: str
    options: Options


def group(model: Model, vocabulary: Vocabulary, options: Options, *, overview: bool = True) -> Grouping:
    """Return which elements are on the page and which box stands for each; a large model's boundaries are closed by themselves."""
    shown, inside = _on_page(model, options.focus)
    parts = {name: _part_of(model, options, name) for name in model.elements if name in shown}
    closed = _closed(model, options, parts)
    if overview and not options.collapse and not options.detail and len(set(parts.values())) > READABLE:
        closed |= summarise(Shown(model, vocabulary, parts, inside, options))
    found = Grouping(box={name: closed.get(name, part) for name, part in parts.items()})
    members: dict[str, list[str]] = {}
    for element, box in found.box.items():
        members.setdefault(box, []).append(element)
    for box, names in members.items():
        if box in model.boundaries or box.startswith(TYPE_GROUP):
            kind = "boundary" if box in model.boundaries else "type"
            found.groups[box] = Group(box, kind, tuple(names))
        elif len(names) > 1 or names[0] != box:
            found.groups[box] = Group(box, "parent", tuple(name for name in names if name != box))
    if options.focus:
        ours = {found.box[element] for element in inside if element in found.box}
        found.context = frozenset(set(members) - ours)
    return found


def pages(model: Model, vocabulary: Vocabulary, options: Options | None = None) -> list[Page]:
    """Return the pages that show a model readably: one for a small model, else an overview and one per boundary that it closes."""
    options = options or Options()
    found: list[Page] = []
    done: set[str] = set()
    waiting = [options]
    while waiting:
        page = waiting.pop(0)
        found.append(Page(model.label(page.focus) if page.focus else model.name, page))
        grouping = group(model, vocabulary, page)
        for boundary in _to_open(model, vocabulary, options, grouping):
            if boundary not in done and len(done) < _MOST_PAGES:
                done.add(boundary)
                waiting.append(replace(options, focus=boundary, collapse=frozenset()))
    return found


def _to_open(model: Model, vocabulary: Vocabulary, options: Options, grouping: Grouping) -> Iterator[str]:
    """Yield the boundaries that a page draws as one box, or as part of a box for many boundaries."""
    for box, item in grouping.groups.items():
        if box in grouping.context:
            continue
        if item.kind == "boundary":
            yield box
        elif item.kind == "type":
            for name in item.members:
                around = [
                    each for each in boundaries_of(model, name) if is_drawn(model, vocabulary, each, options)
                ]
                yield from around[-1:]


def _on_page(model: Model, focus: str) -> tuple[set[str], set[str]]:
    """Return the elements on the page, and those that it is about."""
    everything = set(model.elements)
    if not focus:
        return everything, everything
    if focus in model.boundaries:
        inside = {name for name in everything if focus in boundaries_of(model, name)}
    elif focus in model.elements:
        inside = {name for name in everything if focus in ancestors(model, name)}
    else:
        mend = suggest(focus, [*model.boundaries, *model.elements])
        raise UsageError(
            f"there is no boundary or element '{focus}' to focus on",
            mend=mend or "name one that the model has",
        )
    touching = {
        end
        for flow in model.flows.values()
        if flow.from_ in inside or flow.to in inside
        for end in (flow.from_, flow.to)
    }
    return inside | (touching & everything), inside


def ancestors(model: Model, element: str) -> list[str]:
    """Return an element and its parents, nearest first; ends at a cycle."""
    found: dict[str, None] = {}
    while element in model.elements and element not in found:
        found[element] = None
        element = model.elements[element].parent
    return list(found)


def _part_of(model: Model, options: Options, element: str) -> str:
    """Return the outermost parent that is not opened, or the element itself."""
    if options.detail:
        return element
    opened = {*options.expand, *(ancestors(model, options.focus) if options.focus in model.elements else ())}
    chain = ancestors(model, element)
    return next((name for name in reversed(chain[1:]) if name not in opened), element)


def _closed(model: Model, options: Options, names: Iterable[str]) -> dict[str, str]:
    """Return the outermost boundary round each element that somebody asked to close."""
    found = {}
    for name in names:
        around = [boundary for boundary in boundaries_of(model, name) if boundary in options.collapse]
        if around:
            found[name] = around[-1]
    return found

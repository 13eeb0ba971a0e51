"""From a model to what is on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from msgspec import UNSET

from mantlet.diagram.grouping import Grouping, group
from mantlet.diagram.icons import icon_for
from mantlet.diagram.lanes import lanes
from mantlet.diagram.marks import marks
from mantlet.diagram.nesting import PARENT, Nesting, nest
from mantlet.diagram.options import Options
from mantlet.diagram.overview import OUTSIDE, TYPE_GROUP, boundaries_of
from mantlet.diagram.text import clean
from mantlet.diagram.view import Cluster, Node, NodeKind, Tag, TagKind, Title, View
from mantlet.model.entries import SELF, Element
from mantlet.model.model import Model
from mantlet.model.vocabulary import Realm, Vocabulary

_TAGS = 3
"""Lines under a node's name; more are counted."""


def build_view(model: Model, vocabulary: Vocabulary, options: Options) -> View:
    """Return everything that the page shows; raise `UsageError` where the focus does not exist."""
    grouping = group(model, vocabulary, options)
    found, loops = lanes(model, grouping, options)
    boxes = _Boxes(
        model, vocabulary, options, grouping, {end for lane in found for end in (lane.source, lane.target)}
    )
    nodes = {box: boxes.node(box, loops.get(box, [])) for box in boxes.names}
    clusters = {name: boxes.cluster(name) for name in boxes.nesting.outlines}
    drawn = set(boxes.names) - set(grouping.groups)
    system = model.sections.system
    return _named_once(
        View(
            clean(system.name),
            clean(system.description, 2000),
            nodes,
            clusters,
            found,
            tuple(name for name in model.elements if name not in drawn),
        )
    )


class _Boxes:
    """Makes nodes and outlines."""

    def __init__(
        self, model: Model, vocabulary: Vocabulary, options: Options, grouping: Grouping, connected: set[str]
    ) -> None:
        self.model = model
        self.vocabulary = vocabulary
        self.options = options
        self.grouping = grouping
        opened = {model.elements[box].parent for box in grouping.box.values() if box in model.elements}
        self.names = [
            box
            for box in dict.fromkeys(grouping.box.values())
            if box not in opened
            or box in connected  # an opened parent without flows of its own is only an outline
        ]
        self.nesting: Nesting = nest(
            model, vocabulary, {box: self._within(box) for box in self.names}, options.dimension
        )

    def _within(self, box: str) -> list[str]:
        """Return a box's innermost boundaries, and its opened parent; a closed boundary is in what encloses it."""
        if box in self.model.elements:
            return self.model.elements[box].within
        sets = [boundaries_of(self.model, name) for name in self.grouping.groups[box].members]
        shared = set(sets[0]).intersection(*sets[1:])
        return [name for name in sets[0] if name in shared and box not in self.model.enclosing(name)]

    def node(self, box: str, loops: list[str]) -> Node:
        """Return the node for a box; ``loops`` are its flows to itself."""
        tags = [Tag("loop", name) for name in loops]
        context = box in self.grouping.context
        cluster = self.nesting.innermost[box]
        found = self.grouping.groups.get(box)
        if found:
            tags.append(
                Tag("members", f"{len(found.members)} {'parts' if found.kind == 'parent' else 'elements'}")
            )
        ids = [box, *found.members] if found else [box]
        element = self.model.elements.get(box)
        if element is None:
            name, caption = self._group_name(box)
            return Node(
                box,
                "group",
                name,
                caption,
                "group",
                tuple(tags),
                cluster,
                marks(self.options, ids, context=context),
            )
        tags += self._tags(box, element)
        return Node(
            id=box,
            kind=self._kind(element),
            name=clean(element.name or box) or "?",
            caption=self._type_title(element.type, "element"),
            icon=icon_for(self.vocabulary, element.type),
            tags=_few(tags),
            cluster=cluster,
            marks=marks(self.options, ids, out_of_scope=clean(element.out_of_scope), context=context),
            about=clean(element.description),
        )

    def _group_name(self, box: str) -> tuple[str, str]:
        boundary = self.model.boundaries.get(box)
        if boundary is None:
            name = box.removeprefix(TYPE_GROUP).removesuffix(OUTSIDE)
            return self._type_title(
                name, "boundary" if self.vocabulary.knows(name, "boundary") else "element"
            ), ""
        return clean(boundary.name or box) or "?", self._type_title(boundary.type, "boundary")

    def _kind(self, element: Element) -> NodeKind:
        kind = element.kind if element.kind is not UNSET else self.vocabulary.kind(element.type)
        if kind == "external-entity":
            return "external-entity"
        return "data-store" if kind == "data-store" else "process"

    def _type_title(self, name: str, realm: Realm) -> str:
        known = self.vocabulary.types.get(self.vocabulary.resolve(name, realm))
        return clean(known.title if known and known.title else name.replace("-", " ").capitalize())

    def _tags(self, box: str, element: Element) -> Iterator[Tag]:
        named: set[str] = set()
        party = self.model.sections.parties.get(element.operated_by)
        if party is not None and element.operated_by != SELF:
            operator = clean(party.name or element.operated_by)
            named.add(operator.casefold())
            region = clean(party.region).upper()
            yield Tag("operator", f"{operator} · {region}" if region else operator, id=element.operated_by)
        for boundary in self.nesting.tags[box]:
            entry = self.model.boundaries[boundary]
            name = clean(entry.name or boundary)
            if name and name.casefold() not in named:
                named.add(name.casefold())
                outside = self.vocabulary.is_a(entry.type, "internet", "boundary")
                kind: TagKind = "internet" if outside else "boundary"
                yield Tag(kind, name, self.vocabulary.dimension(entry.type), boundary)

    def cluster(self, name: str) -> Cluster:
        """Return an outline with the names of its boundaries."""
        outline = self.nesting.outlines[name]
        titles = tuple(self._title(boundary, outline.dimension) for boundary in outline.boundaries)
        context = self._only_context(outline.members)
        return Cluster(
            name, titles, outline.parent, marks=marks(self.options, outline.boundaries, context=context)
        )

    def _only_context(self, members: int) -> bool:
        inside = [box for row, box in enumerate(self.names) if members >> row & 1]
        return bool(self.options.focus) and all(box in self.grouping.context for box in inside)

    def _title(self, name: str, dimension: str) -> Title:
        if dimension == PARENT:
            element = self.model.elements[name]
            return Title(
                name, clean(element.name or name) or "?", self._type_title(element.type, "element"), PARENT
            )
        entry = self.model.boundaries[name]
        return Title(
            name,
            clean(entry.name or name) or "?",
            self._type_title(entry.type, "boundary"),
            self.vocabulary.dimension(entry.type),
        )


def _few(tags: list[Tag]) -> tuple[Tag, ...]:
    if len(tags) <= _TAGS:
        return tuple(tags)
    rest = tags[_TAGS - 1 :]
    return (
        *tags[: _TAGS - 1],
        Tag(rest[0].kind, f"{rest[0].text} + {len(rest) - 1} more", rest[0].dimension),
    )


def _named_once(view: View) -> View:
    """Name an operator on the outline where it operates everything inside, instead of on every node."""
    clusters, nodes = dict(view.clusters), dict(view.nodes)
    by_cluster: dict[str, list[str]] = {}
    for name, node in nodes.items():
        for cluster in view.around(node.cluster):
            by_cluster.setdefault(cluster, []).append(name)
    for cluster, members in by_cluster.items():
        operators = {
            next((tag for tag in nodes[name].tags if tag.kind == "operator"), None) for name in members
        }
        if len(members) < 2 or len(operators) != 1:
            continue
        operator = operators.pop()
        if operator is None:
            continue
        known = {title.text.casefold() for title in clusters[cluster].titles}
        said = operator.text.partition(" · ")[0].casefold() in known
        clusters[cluster] = replace(clusters[cluster], operator="" if said else operator.text)
        for name in members:
            nodes[name] = replace(nodes[name], tags=tuple(tag for tag in nodes[name].tags if tag != operator))
    return replace(view, nodes=nodes, clusters=clusters)

"""Which stencil of a template stands for what is in a model, and the properties that its objects have."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.formats.mapping import Types, table
from mantlet.formats.tmt.names import type_of
from mantlet.formats.tmt.parts import OUT_OF_SCOPE, WHY_OUT_OF_SCOPE, Attr, Attribute, Stencil, Template
from mantlet.model.vocabulary import Realm, Vocabulary

UNSET_OPTION = "Not Selected"
SHAPES = {
    "process": ("Ellipse", "StencilEllipse"),
    "external-entity": ("Rectangle", "StencilRectangle"),
    "data-store": ("ParallelLines", "StencilParallelLines"),
    "boundary": ("BorderBoundary", "BorderBoundary"),
    "flow": ("Line", "Connector"),
}
"""By kind: how a template and how a drawing call its shape."""


class Stencils:
    """A template's stencils, looked up by our types."""

    def __init__(self, template: Template, vocabulary: Vocabulary) -> None:
        self.template = template
        self.vocabulary = vocabulary
        self.by_id = template.stencils()
        self._types = Types(vocabulary)
        self._known: dict[tuple[Realm, str, str], Stencil | None] = {}

    def generic(self, kind: str) -> Stencil | None:
        """Return the first generic stencil of a kind's shape."""
        wanted = SHAPES[kind][0]
        return next((item for item in self.template.generic if item.representation == wanted), None)

    def root(self, stencil: Stencil) -> Stencil:
        """Return the generic stencil that a stencil is made from."""
        chain = self.template.lineage(stencil.id, self.by_id)
        return self.by_id[chain[-1]] if chain else stencil

    def choose(self, realm: Realm, kind: str, type_: str) -> Stencil | None:
        """Return the most special stencil that stands for a type, among those of the kind's shape."""
        key = (realm, kind, type_)
        if key not in self._known:
            self._known[key] = self._choose(realm, kind, type_)
        return self._known[key]

    def _choose(self, realm: Realm, kind: str, type_: str) -> Stencil | None:
        said: dict[str, str] = table("tm7")["stencils"]
        shape = SHAPES[kind][0]
        fitting = [item for item in self.template.standard if self.root(item).representation == shape]
        for name in self.vocabulary.lineage(type_, realm):
            for item in fitting:
                if type_of(item.id) == name or said.get(item.id) == name:
                    return item
            for item in fitting:
                if (
                    item.id not in said
                    and not type_of(item.id)
                    and self._types.phrase(item.name or "", realm) == name
                ):
                    return item
        return self.generic(kind)

    def flow(self, protocol: str) -> Stencil | None:
        """Return the stencil of flows that use a protocol, or of flows in general."""
        said: dict[str, str] = table("tm7")["protocols"]
        for item in self.template.standard:
            if protocol and said.get(item.id) == protocol:
                return item
        return self.generic("flow")

    def attrs(self, stencil: Stencil, name: str) -> list[Attr]:
        """Return the properties of a new object, as the tool lays them out."""
        chain = [self.by_id[item] for item in self.template.lineage(stencil.id, self.by_id)] or [stencil]
        found = [Attr("Header", stencil.name), Attr("String", "Name", "", name)]
        if chain[-1].representation not in {"BorderBoundary", "LineBoundary"}:
            found.append(Attr("Boolean", "Out Of Scope", OUT_OF_SCOPE, "false"))
            found.append(Attr("String", "Reason For Out Of Scope", WHY_OUT_OF_SCOPE, ""))
        return [*found, *_listed(chain)]


def _listed(chain: list[Stencil]) -> Iterator[Attr]:
    """Yield the properties that stencils bring; the nearest that names one decides it."""
    seen: set[str] = set()
    fixed: list[Attr] = []
    free: list[list[Attr]] = []
    for item in chain:
        own = [attribute for attribute in item.attributes if attribute.name not in seen]
        seen.update(attribute.name for attribute in own)
        fixed += [_attr(attribute) for attribute in own if attribute.mode == "Static"]
        free.append([_attr(attribute) for attribute in own if attribute.mode != "Static"])
    if fixed:
        yield Attr("Header", "Predefined Static Attributes")
        yield from fixed
    yield Attr("Header", "Configurable Attributes")
    for row, (item, attrs) in enumerate(zip(chain, free, strict=True)):
        if row:
            yield Attr("Header", f"As {item.name}")
        yield from attrs


def _attr(attribute: Attribute) -> Attr:
    options = [value or "" for value in attribute.values]
    if attribute.type == "Boolean":
        return Attr("Boolean", attribute.label, attribute.name, (options or ["false"])[0] or "false")
    if attribute.type != "List":
        return Attr("String", attribute.label, attribute.name, (options or [""])[0])
    kind = "StaticList" if attribute.mode == "Static" else "List"
    return Attr(kind, attribute.label, attribute.name, None, options)

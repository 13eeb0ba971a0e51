"""Mistakes in what the system is: data, boundaries, elements, flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from mantlet.model.check_facts import FactChecker
from mantlet.model.check_ids import SYSTEM
from mantlet.model.entries import SELF, Data, Element, Flow, Sections
from mantlet.model.graph import cycles
from mantlet.model.problem import Path, Problems
from mantlet.model.vocabulary import Realm, Vocabulary

REALMS: tuple[Realm, ...] = ("element", "data", "boundary")
OPERATIONS = (
    "train", "fine-tune", "distil", "tune", "embed", "infer", "aggregate", "pseudonymise", "anonymise", "synthesise", "evaluate", "count",
    "copy", "filter", "join", "transform", "extract", "label", "log", "index", "quantise", "encrypt", "mask", "sample", "augment", "merge",
)  # fmt: skip
"""Words for what makes data out of data; others are free, but a near miss of these is a slip."""

LEARNING = frozenset({"train", "fine-tune", "distil", "distill", "tune", "infer"})
"""Steps that a round may go through: rounds of federated learning, models that learn from what they caused."""


class SystemChecker:
    """Looks through the sections that describe the system."""

    def __init__(self, sections: Sections, vocabulary: Vocabulary, problems: Problems) -> None:
        self.sections = sections
        self.vocabulary = vocabulary
        self.problems = problems
        self.facts = FactChecker(vocabulary, problems)
        self._good_types: set[tuple[Realm, str]] = set()
        self._good_places: set[tuple[str, ...]] = set()

    def run(self) -> None:
        """Note every mistake."""
        self.facts.check(self.sections.system.facts, "system", (SYSTEM, "facts"))
        self._data()
        self._boundaries()
        self._elements()
        self._flows()

    def _type(self, name: str, realm: Realm, path: Path) -> bool:
        if (realm, name) in self._good_types:
            return True
        if self.vocabulary.knows(name, realm):
            self._good_types.add((realm, name))
            return True
        near = self.problems.near(name, self.vocabulary.names(realm))
        other = next((item for item in REALMS if self.vocabulary.knows(name, item)), "")
        what = f"'{name}' is a type of {other}, not of {realm}" if other else f"unknown {realm} type '{name}'"
        self.problems.add(path, what, near or f"see `mantlet catalogue list types` for the types of {realm}")
        return False

    def _rounds(self, edges: Mapping[str, Sequence[str]], section: str, key: str, words: str) -> None:
        for around in cycles(edges):
            names = [*around, around[0]]
            shown = " → ".join(names if len(names) <= 8 else [*names[:7], "…", names[0]])
            self.problems.add((section, around[-1], key), f"{words}: {shown}", "take one of them out")

    def _data(self) -> None:
        derived: dict[str, list[str]] = {}
        for name, asset in self.sections.data.items():
            path: Path = ("data", name)
            self._type(asset.type, "data", (*path, "type"))
            self.facts.check(asset.facts, "data", (*path, "facts"))
            if asset.derived_from is not UNSET:
                derived[name] = [
                    origin
                    for origin, how in asset.derived_from.items()
                    if how not in LEARNING or origin == name
                ]
                self._origins(asset, (*path, "derived_from"))
        self._rounds(derived, "data", "derived_from", "data made of itself")

    def _origins(self, asset: Data, path: Path) -> None:
        for origin, operation in (asset.derived_from or {}).items():
            if origin not in self.sections.data:
                self.problems.unknown((*path, origin), "data", origin, self.sections.data, at_key=True)
            if operation not in OPERATIONS and (near := self.problems.near(operation, OPERATIONS)):
                self.problems.add((*path, origin), f"unknown operation '{operation}'", near)

    def _boundaries(self) -> None:
        boundaries = self.sections.boundaries
        inside: dict[str, list[str]] = {}
        for name, boundary in boundaries.items():
            path: Path = ("boundaries", name)
            known = self._type(boundary.type, "boundary", (*path, "type"))
            self.facts.check(boundary.facts, "boundary", (*path, "facts"))
            outer = boundary.in_
            if not outer:
                continue
            inside[name] = [outer]
            if outer not in boundaries:
                self.problems.unknown((*path, "in"), "boundary", outer, boundaries)
            elif known and self._typed(outer) and self._dimension(outer) != self._dimension(name):
                message = (
                    f"'{name}' is of dimension {self._dimension(name)}, '{outer}' of {self._dimension(outer)}"
                )
                self.problems.add(
                    (*path, "in"), message, "boundaries nest within one dimension; name both on the elements"
                )
        self._rounds(inside, "boundaries", "in", "boundaries inside themselves")

    def _dimension(self, boundary: str) -> str:
        """Return a boundary's dimension; one of its own where the type is unknown, which is a mistake already noted."""
        return (
            self.vocabulary.dimension(self.sections.boundaries[boundary].type)
            if self._typed(boundary)
            else boundary
        )

    def _typed(self, boundary: str) -> bool:
        return self.vocabulary.knows(self.sections.boundaries[boundary].type, "boundary")

    def _elements(self) -> None:
        sections, parties = self.sections, {*self.sections.parties, SELF}
        parents: dict[str, list[str]] = {}
        for name, element in sections.elements.items():
            path: Path = ("elements", name)
            known = self._type(element.type, "element", (*path, "type"))
            if element.kind is not UNSET and known and self.vocabulary.kind(element.type) != element.kind:
                what = f"'{element.type}' is a {self.vocabulary.kind(element.type)}, not a {element.kind}"
                self.problems.add((*path, "kind"), what, "leave `kind` out, or choose another type")
            if element.in_:
                self._inside(element, path)
            if element.operated_by not in parties:
                self.problems.unknown(
                    (*path, "operated_by"), "party", element.operated_by, parties, "add it to `parties`"
                )
            if element.parent:
                parents[name] = [element.parent]
                if element.parent not in sections.elements:
                    self.problems.unknown((*path, "parent"), "element", element.parent, sections.elements)
            if element.holds is not UNSET:
                self._holds(element, (*path, "holds"))
            if element.facts:
                self.facts.check(element.facts, "element", (*path, "facts"))
        self._rounds(parents, "elements", "parent", "elements that are parts of themselves")

    def _holds(self, element: Element, path: Path) -> None:
        known = self.sections.data
        if isinstance(element.holds, list):
            for index, name in enumerate(element.holds):
                if name not in known:
                    self._no_data((*path, index), name)
            return
        for name, copy in element.copies.items():
            if name not in known:
                self._no_data((*path, name), name, at_key=True)
            self.facts.check(copy.facts, "copy", (*path, name, "facts"))

    def _no_data(self, path: Path, name: str, *, at_key: bool = False) -> None:
        mend = "" if self.sections.data else "the model describes no data yet: add it under `data:`"
        self.problems.unknown(path, "data", name, self.sections.data, mend, at_key=at_key)

    def _inside(self, element: Element, path: Path) -> None:
        within = tuple(element.within)
        if within in self._good_places:
            return
        boundaries, seen, fine = self.sections.boundaries, dict[str, str](), True
        for index, name in enumerate(within):
            place: Path = (*path, "in", index) if isinstance(element.in_, list) else (*path, "in")
            if name not in boundaries:
                self.problems.unknown(place, "boundary", name, boundaries)
                fine = False
            elif (other := seen.setdefault(self._dimension(name), name)) != name:
                self._two(name, other, place)
                fine = False
        if fine:
            self._good_places.add(within)

    def _two(self, name: str, other: str, place: Path) -> None:
        for inner, outer in ((name, other), (other, name)):
            if outer in self._around(inner):
                self.problems.add(
                    place, f"'{inner}' is inside '{outer}' already", f"name only '{inner}', the innermost"
                )
                return
        dimension = self._dimension(name)
        self.problems.add(
            place,
            f"'{other}' and '{name}' are both of dimension {dimension}",
            "name one boundary per dimension",
        )

    def _around(self, boundary: str) -> set[str]:
        boundaries, found = self.sections.boundaries, set[str]()
        while boundary in boundaries and boundaries[boundary].in_ not in found:
            boundary = boundaries[boundary].in_
            found.add(boundary)
        return found

    def _flows(self) -> None:
        elements, data = self.sections.elements, self.sections.data
        for name, flow in self.sections.flows.items():
            if flow.from_ not in elements or flow.to not in elements or flow.from_ == flow.to:
                self._ends(flow, ("flows", name))
            if flow.opened_by and flow.opened_by not in (flow.from_, flow.to):
                mend = f"write '{flow.from_}' or '{flow.to}'"
                self.problems.add(
                    ("flows", name, "opened_by"), f"'{flow.opened_by}' is no end of this flow", mend
                )
            for key, names in (("data", flow.data), ("returns", flow.returns)):
                if names is not UNSET and names:
                    for index, item in enumerate(names):
                        if item not in data:
                            self._no_data(("flows", name, key, index), item)
            if flow.facts:
                self.facts.check(flow.facts, "flow", ("flows", name, "facts"))
            if flow.crosses:
                self._crosses(flow, ("flows", name, "crosses"))

    def _ends(self, flow: Flow, path: Path) -> None:
        for key, end in (("from", flow.from_), ("to", flow.to)):
            if end in self.sections.boundaries:
                self.problems.add(
                    (*path, key),
                    f"'{end}' is a boundary; a flow ends at elements",
                    "name an element inside it",
                )
            elif end not in self.sections.elements:
                self.problems.unknown((*path, key), "element", end, self.sections.elements)
        if flow.from_ == flow.to:
            self.problems.add(
                (*path, "to"), "a flow from an element to itself", "leave it out, or split the element in two"
            )

    def _crosses(self, flow: Flow, path: Path) -> None:
        for index, name in enumerate(flow.crosses):
            if name not in self.sections.boundaries:
                self._type(name, "boundary", (*path, index))

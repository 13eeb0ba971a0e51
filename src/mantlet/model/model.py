"""The model: the file's sections with the graph they make, and a builder for Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from msgspec import UNSET, Struct

from mantlet.base.errors import InputError
from mantlet.base.suggest import suggest
from mantlet.model.entries import Boundary, Copy, Data, Element, Entry, FactValue, Flow, Sections, System

Names = str | Iterable[str]
RETURNS = ".returns"
"""Suffix of the place id of a flow's returning movement."""


class Movement(Struct, frozen=True):
    """Data moving one way over a flow."""

    flow: str
    source: str
    target: str
    initiator: str
    data: list[str] | None
    """Ids of what moves; None where nobody wrote it."""
    returning: bool

    @property
    def place(self) -> str:
        """The id threats carry: the flow's, or `flow.returns`."""
        return self.flow + RETURNS if self.returning else self.flow


class Model:
    """A system under review.

    Build one in a few lines::

        model = Model("Churn predictor")
        internet = model.boundary("internet", "internet")
        customers = model.data("customers", personal=["name", "email"])
        app = model.element("app", "user", within=internet)
        api = model.element("api", "inference-service", rate_limited="no")
        model.flow(app, api, sends=customers, protocol="https")

    Each call returns the new entry's id; an id that is taken raises `InputError`.
    """

    shown: ClassVar[Callable[[Model], str] | None] = None
    """Makes what notebooks show; set by the part of mantlet that can draw."""

    def __init__(self, name: str | Sections, **system: Any) -> None:
        self.sections = name if isinstance(name, Sections) else Sections(system=System(name=name, **system))
        self._source: Any = None
        self.foreign: Any = None
        """What a model from another tool has beside its sections, for whoever opened it."""

    @property
    def source(self) -> Any:
        """Where it was read from, for errors and edits that know lines; None when built in Python.

        May be set to a function, which is then called when somebody first asks.
        """
        if callable(self._source):
            self._source = self._source()
        return self._source

    @source.setter
    def source(self, source: Any) -> None:
        self._source = source

    @property
    def was_read(self) -> bool:
        """Whether it comes from a file, and so was checked."""
        return self._source is not None

    @property
    def name(self) -> str:
        """The system's name."""
        return self.sections.system.name

    @property
    def elements(self) -> dict[str, Element]:
        """Elements by id, in file order."""
        return self.sections.elements

    @property
    def flows(self) -> dict[str, Flow]:
        """Flows by id, in file order."""
        return self.sections.flows

    @property
    def boundaries(self) -> dict[str, Boundary]:
        """Trust boundaries by id, in file order."""
        return self.sections.boundaries

    @property
    def assets(self) -> dict[str, Data]:
        """Data assets by id, in file order."""
        return self.sections.data

    def label(self, place: str) -> str:
        """Return the name people gave an entry, or its id."""
        for section in (self.elements, self.flows, self.boundaries, self.assets):
            entry = section.get(place)
            if entry is not None:
                return entry.name or place
        return self.name if place == "system" else place

    def _repr_html_(self) -> str | None:
        show = type(self).shown
        return show(self) if show is not None else None

    def movements(self) -> Iterator[Movement]:
        """Yield every movement: a flow's own, then the returning one where it `returns` anything."""
        for name, flow in self.flows.items():
            yield Movement(name, flow.from_, flow.to, flow.initiator, _listed(flow.data), returning=False)
            if flow.returns:
                yield Movement(
                    name, flow.to, flow.from_, flow.initiator, _listed(flow.returns), returning=True
                )

    def enclosing(self, boundary: str) -> Iterator[str]:
        """Yield a boundary and those around it, innermost first; ends at a cycle or unknown name."""
        seen: set[str] = set()
        while boundary in self.boundaries and boundary not in seen:
            seen.add(boundary)
            yield boundary
            boundary = self.boundaries[boundary].in_

    def data(self, id: str, **fields: Any) -> str:
        """Add a data asset; facts may be given among the fields."""
        return self._add(self.assets, id, _entry(Data, fields))

    def boundary(self, id: str, type: str, *, within: str = "", **fields: Any) -> str:
        """Add a trust boundary of a type (network, execution, organisation, tenant, jurisdiction or more special)."""
        return self._add(self.boundaries, id, _entry(Boundary, {"type": type, "in_": within, **fields}))

    def element(self, id: str, type: str, *, within: Names = (), holds: Any = UNSET, **fields: Any) -> str:
        """Add an element; ``within`` names its innermost boundaries, ``holds`` the data kept there."""
        held = (
            {name: Copy() for name in _names(holds)}
            if holds is not UNSET and not isinstance(holds, Mapping)
            else holds
        )
        return self._add(
            self.elements, id, _entry(Element, {"type": type, "in_": _names(within), "holds": held, **fields})
        )

    def flow(
        self,
        source: str,
        target: str,
        *,
        id: str = "",
        sends: Any = UNSET,
        returns: Any = UNSET,
        **fields: Any,
    ) -> str:
        """Add a flow from one element to another; ``returns`` is what travels back over it."""
        for end in (source, target):
            if end not in self.elements:
                raise InputError(
                    f"unknown element '{end}'", mend=suggest(end, self.elements) or "add the element first"
                )
        name = id or self._free(f"{source}-{target}")
        ends = {
            "from_": source,
            "to": target,
            "data": UNSET if sends is UNSET else _names(sends),
            "returns": UNSET if returns is UNSET else _names(returns),
        }
        return self._add(self.flows, name, _entry(Flow, {**ends, **fields}))

    def _free(self, wish: str) -> str:
        taken, number, name = {*self.flows, *self.elements, *self.boundaries, *self.assets}, 2, wish
        while name in taken:
            name, number = f"{wish}-{number}", number + 1
        return name

    def _add(self, section: dict[str, Any], name: str, entry: Entry) -> str:
        for other in (self.elements, self.flows, self.boundaries, self.assets):
            if name in other:
                raise InputError(
                    f"the id '{name}' is taken",
                    mend="ids are unique across elements, flows, boundaries and data",
                )
        section[name] = entry
        return name


def _entry(record: type[Entry], fields: dict[str, Any]) -> Any:
    """Make a record; what is none of its fields is a fact."""
    own = {key: value for key, value in fields.items() if key in record.__struct_fields__}
    facts: dict[str, FactValue] = {key: value for key, value in fields.items() if key not in own}
    return record(**{**own, "facts": {**own.get("facts", {}), **facts}})


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _listed(value: Any) -> list[str] | None:
    return None if value is UNSET else list(value)

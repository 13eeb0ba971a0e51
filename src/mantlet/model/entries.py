"""What a model is made of: one frozen-in-shape record per kind of entry in `threatmodel.yaml`.

The records are the schema: the file is checked against them and the JSON Schema for editors is
derived from them. A field that nobody wrote is `UNSET`, which is not the same as empty.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

FactValue = str | bool | int | float
Facts = dict[str, FactValue]
Score = Annotated[float, Meta(ge=0, le=9)]
Level = Literal["low", "medium", "high"]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="a date, YYYY-MM-DD")]
Kind = Literal["external-entity", "process", "data-store"]
Treatment = Literal["mitigate", "avoid", "transfer", "accept", "not-applicable"]
Classification = Literal["public", "internal", "confidential", "restricted"]

SELF = "us"
"""The party that operates whatever names no other."""


class Entry(Struct, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What every entry may carry: foreign fields (`x-…`) survive reading and writing."""

    extra: dict[str, object] = field(name="x-", default_factory=dict)


class Discovered(Entry):
    """Where discovery saw an entry in the code. `mantlet discover` writes it and keeps it true; people need not."""

    key: str = ""
    """What the source calls it; by this it is found again when its id or name is changed."""
    at: list[str] = field(default_factory=list)
    """The lines that show it, as `path:line`."""
    facts: dict[str, str] = field(default_factory=dict)
    """Per fact that discovery wrote, the line that shows it."""
    confidence: Level | UnsetType = UNSET
    """How sure it is, where it isn't quite."""


class Business(Entry):
    """What a loss would mean to the organisation; the only source of business impact besides a person's rating."""

    criticality: Literal["low", "medium", "high", "critical"] | UnsetType = UNSET
    """How much the organisation depends on the system; gives the business factors that are not stated below."""
    financial: Score | UnsetType = UNSET
    """Financial damage at worst, as in the OWASP factor."""
    reputation: Score | UnsetType = UNSET
    """Reputation damage at worst."""
    compliance: Score | UnsetType = UNSET
    """Non-compliance at worst."""
    privacy: Score | UnsetType = UNSET
    """Privacy violation at worst."""


class System(Entry):
    """The system under review."""

    name: str = "Unnamed system"
    owner: str = ""
    """Who answers for it."""
    description: str = ""
    version: str = ""
    """Version of the system that the model describes."""
    business: Business | UnsetType = UNSET
    facts: Facts = field(default_factory=dict)


class CatalogueChoice(Entry):
    """Which catalogue version and packs this model is judged by."""

    version: int = 1
    """Version of the catalogue that the model was last judged by; threats of newer types are listed apart."""
    packs: list[str] | UnsetType = UNSET
    """Rule packs, each with those that are part of it; without it the packs that are on by default."""
    without: list[str] = field(default_factory=list)
    """Rule packs that are off all the same."""

    @property
    def chosen(self) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
        """The choice of packs, as what is worked out for it is kept by."""
        return None if self.packs is UNSET else tuple(self.packs), tuple(self.without)


class Party(Entry):
    """Somebody who operates elements: us, a processor, a third party."""

    name: str = ""
    role: Literal["controller", "processor", "sub-processor", "third-party"] = "third-party"
    region: str = ""
    """Where it processes data: a country or region such as `eu`."""
    contract: str = ""
    """The agreement that binds it."""


class Subjects(Entry):
    """Whom personal data is about, and how many of them."""

    who: str = ""
    """customers, patients, staff, children …"""
    count: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    """How many people."""
    vulnerable: Literal["yes", "no"] | UnsetType = UNSET
    """Whether they can hardly refuse or defend themselves: children, patients, employees."""


class Needs(Entry):
    """How much confidentiality, integrity and availability the data needs."""

    confidentiality: Level | UnsetType = UNSET
    integrity: Level | UnsetType = UNSET
    availability: Level | UnsetType = UNSET


class Data(Entry):
    """A data asset: records, but also weights, prompts, embeddings, secrets, logs."""

    name: str = ""
    type: str = "data"
    """A data type of the vocabulary."""
    description: str = ""
    classification: Classification | UnsetType = UNSET
    needs: Needs | UnsetType = UNSET
    """Protection needs; without them the classification and the type decide."""
    personal: list[str] | UnsetType = UNSET
    """Personal fields such as `name`, `email`, `health`; an empty list says that there are none."""
    subjects: Subjects | UnsetType = UNSET
    purpose: str = ""
    """What it is used for."""
    legal_basis: str = ""
    """By what right personal data is used: consent, contract, legitimate interest …"""
    automated_decisions: Literal["yes", "no"] | UnsetType = UNSET
    """Whether it decides about people without a person."""
    retention: str = ""
    """How long it is kept, such as `P1Y`."""
    derived_from: dict[str, str] | UnsetType = UNSET
    """What it was made from and how: `{customers: train}`; train, embed, aggregate, pseudonymise …"""
    facts: Facts = field(default_factory=dict)
    discovered: Discovered | UnsetType = UNSET
    """Where it was seen in the code."""


class Copy(Entry):
    """Data at a place, with its own retention, protection and region."""

    retention: str = ""
    """How long this copy is kept; else as the data."""
    region: str = ""
    """Where this copy lies."""
    facts: Facts = field(default_factory=dict)


class Boundary(Entry):
    """A trust boundary of one dimension; nests within its dimension."""

    type: str
    """A boundary type of the vocabulary; its root is the dimension."""
    name: str = ""
    description: str = ""
    in_: str = field(name="in", default="")
    """The boundary around it, of the same dimension."""
    facts: Facts = field(default_factory=dict)
    discovered: Discovered | UnsetType = UNSET
    """Where it was seen in the code."""


class Element(Entry):
    """An external entity, a process or a data store."""

    type: str
    """An element type of the vocabulary."""
    name: str = ""
    description: str = ""
    kind: Kind | UnsetType = UNSET
    """Only where the type does not say it."""
    in_: list[str] | str = field(name="in", default_factory=list)
    """The innermost boundary of each dimension that it is in."""
    operated_by: str = SELF
    """The party that runs it."""
    parent: str = ""
    """The element that it is a part of."""
    code: list[str] = field(default_factory=list)
    """Where its code is: globs such as `src/api/**`."""
    address: list[str] = field(default_factory=list)
    """Where it can be found running: `host:port`, image or artefact path; findings are placed by it."""
    holds: dict[str, Copy] | list[str] | UnsetType = UNSET
    """Data that is kept here; with details per copy, or as a list."""
    facts: Facts = field(default_factory=dict)
    out_of_scope: str = ""
    """The reason why it is not looked at; empty means in scope."""
    discovered: Discovered | UnsetType = UNSET
    """Where it was seen in the code."""

    @property
    def within(self) -> list[str]:
        """Innermost boundaries, at most one per dimension."""
        return [self.in_] if isinstance(self.in_, str) else self.in_

    @property
    def copies(self) -> dict[str, Copy]:
        """The data held here; empty also where nobody wrote it (see `holds`)."""
        if isinstance(self.holds, dict):
            return self.holds
        return {} if self.holds is UNSET else {name: Copy() for name in self.holds}


class Flow(Entry):
    """Data moving between two elements: `data` from→to, `returns` back."""

    from_: str = field(name="from")
    """The element that data comes from."""
    to: str
    """The element that data goes to."""
    name: str = ""
    description: str = ""
    data: list[str] | UnsetType = UNSET
    """Data that travels from → to; an empty list says none."""
    returns: list[str] | UnsetType = UNSET
    """Data that travels back over the same connection."""
    opened_by: str = ""
    """The end that opens the connection, where it is not `from`."""
    crosses: list[str] = field(default_factory=list)
    """Boundary types it crosses, where the drawing does not show it."""
    facts: Facts = field(default_factory=dict)
    out_of_scope: str = ""
    """The reason why it is not looked at; empty means in scope."""
    discovered: Discovered | UnsetType = UNSET
    """Where it was seen in the code."""

    @property
    def initiator(self) -> str:
        """The element that opens the connection."""
        return self.opened_by or self.from_


class ControlInPlace(Entry):
    """A control that is there or will be: which one, on what, how far."""

    control: str
    """A control of the catalogue."""
    on: list[str]
    """Elements, flows or boundaries that it protects, or `system`."""
    status: Literal["planned", "implemented", "verified"] = "planned"
    owner: str = ""
    due: Date | UnsetType = UNSET
    evidence: str = ""
    """What shows that it works."""
    verified_on: Date | UnsetType = UNSET
    note: str = ""


class Basis(Entry):
    """What was true when a decision was taken; a change flags the decision."""

    severity: Literal["note", "low", "medium", "high", "critical"] | UnsetType = UNSET
    """How severe it was."""
    facts: Facts = field(default_factory=dict)
    """What the threats' rules read there, by `place.fact`; `unknown` where nobody had written it."""


class Decision(Entry):
    """What people settled about a risk or threat."""

    treatment: Treatment
    controls: list[str] = field(default_factory=list)
    """Controls that will be put in place."""
    owner: str = ""
    due: Date | UnsetType = UNSET
    """When it is to be done."""
    until: Date | UnsetType = UNSET
    """When an acceptance ends."""
    reason: str = ""
    approved_by: str = ""
    ticket: str = ""
    rating: str = ""
    """An OWASP vector set by a person; replaces the estimated factors it names."""
    status: Literal["open", "in-progress", "done"] = "open"
    """How far the work is."""
    decided_on: Date | UnsetType = UNSET
    basis: Basis | UnsetType = UNSET
    covers: list[str] = field(default_factory=list)
    """For a wildcard or a whole risk: the places it covered when it was taken; a new place is a new open risk."""


class Vulnerability(Entry):
    """How easy it is to find and use, 0-9 as in the OWASP factors."""

    discovery: Score = 3
    exploit: Score = 3
    awareness: Score = 4


class ManualThreat(Entry):
    """A threat that people found; the same fields as the catalogue's, at named places."""

    title: str
    at: list[str]
    """Places: elements, flows, boundaries, `data/element` or `system`."""
    text: str = ""
    stride: list[str] = field(default_factory=list)
    cia: list[str] = field(default_factory=list)
    linddun: list[str] = field(default_factory=list)
    trim: list[str] = field(default_factory=list)
    refs: dict[str, list[str | int]] = field(default_factory=dict)
    agents: list[str] = field(default_factory=list)
    vulnerability: Vulnerability = field(default_factory=Vulnerability)
    controls: list[str] = field(default_factory=list)
    found_by: str = ""
    rating: str = ""
    """An OWASP vector, where people rated it."""


class Agent(Entry):
    """Who could attack or cause harm; scores as in the OWASP threat agent factors."""

    name: str = ""
    is_: str = field(name="is", default="outsider")
    """The kind of agent that it is an example of: outsider, user, insider, supplier …"""
    skill: Score | UnsetType = UNSET
    motive: Score | UnsetType = UNSET
    size: Score | UnsetType = UNSET
    access: list[str] = field(default_factory=list)
    """Elements and boundaries where this agent already is."""
    description: str = ""


class Environment(Entry):
    """Facts that differ in one deployment: `{entry id: {fact: value}}`."""

    name: str = ""
    facts: dict[str, Facts] = field(default_factory=dict)
    """Per entry, the facts that differ."""


class Review(Entry):
    """That somebody looked, when, and at what."""

    by: str
    on: Date
    scope: str = "all"
    """What was looked at."""
    note: str = ""


class Include(Entry):
    """Another model file; with `as`, its ids get that prefix (`as/`) and its elements are a shared service."""

    path: str
    """The other file, relative to this one."""
    as_: str = field(name="as", default="")


class Sections(Entry):
    """The whole of `threatmodel.yaml`."""

    mantlet: Literal[1] = 1
    system: System = field(default_factory=System)
    catalogue: CatalogueChoice = field(default_factory=CatalogueChoice)
    include: list[str | Include] = field(default_factory=list)
    parties: dict[str, Party] = field(default_factory=dict)
    data: dict[str, Data] = field(default_factory=dict)
    boundaries: dict[str, Boundary] = field(default_factory=dict)
    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    sequences: dict[str, list[str]] = field(default_factory=dict)
    """Named orders of flows (`flow` or `flow.returns`), drawn as sequence diagrams."""
    agents: dict[str, Agent] = field(default_factory=dict)
    controls: dict[str, ControlInPlace] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    threats: dict[str, ManualThreat] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)
    environments: dict[str, Environment] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)


def fact_text(value: FactValue) -> str:
    """Return a fact's value as the one text that rules compare: yes, no or the value itself."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return {"true": "yes", "false": "no"}.get(text, text)

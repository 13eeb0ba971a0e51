"""What the catalogue is made of: threat types, controls, frameworks and packs.

The shapes are those of the data files, the package's own as well as `mantlet-rules/*.yaml`; in a threat type the
two rules are text in the file and trees once compiled.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from mantlet.model.entries import Vulnerability
from mantlet.model.vocabulary import FactDef, TypeDef
from mantlet.rules.program import Program
from mantlet.rules.tree import At, Tree

Stride = Literal[
    "spoofing",
    "tampering",
    "repudiation",
    "information-disclosure",
    "denial-of-service",
    "elevation-of-privilege",
]
Cia = Literal["confidentiality", "integrity", "availability", "accountability"]
Trim = Literal["transfer", "retention", "inference", "minimisation"]
AgentKind = Literal[
    "outsider",
    "user",
    "insider",
    "labeller",
    "data-scientist",
    "operator",
    "supplier",
    "curious-operator",
    "accident",
]
Factor = Literal["SL", "M", "O", "S", "ED", "EE", "A", "ID", "LC", "LI", "LAV", "LAC"]
"""The OWASP factors that a threat type or control can speak of; business factors are the organisation's."""
Points = Annotated[float, Meta(ge=0, le=9)]
Disposition = Literal["threat", "control", "review-question", "check", "out-of-scope", "open"]
Reason = Literal[
    "", "attacker-side", "after-break-in", "implementation", "organisation", "superseded", "no-threat"
]
"""Why an entry is out of scope: it happens on the attacker's own systems; it follows a threat that has come true;
a design does not show it; it is about the organisation; another entry replaces it; it is a heading or advice."""

Deck = Literal["stride", "privacy", "ml"]
Suit = Literal[
    "spoofing",
    "tampering",
    "repudiation",
    "information-disclosure",
    "denial-of-service",
    "elevation-of-privilege",
    "linking",
    "identifying",
    "non-repudiation",
    "detecting",
    "data-disclosure",
    "unawareness",
    "non-compliance",
    "transfer",
    "retention",
    "inference",
    "minimisation",
    "poisoning",
    "evasion",
    "extraction",
    "supply-chain",
    "prompts",
    "agents",
    "failure",
]
"""What a card is about: STRIDE, LINDDUN, TRIM, and the ways in which learning systems fail."""

COMPILED = "compiled.json"
FRAMEWORKS = "frameworks.json"
CARDS = "cards.json"
"""The files that ship: apart from the first, what most runs never ask for."""
PROJECT = "project"
"""The pack of rules that stand beside a model without naming one; always on."""


class Record(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all records share: known by id, strict about fields."""

    id: str = ""


class ThreatFields(Record, kw_only=True):
    """A way to fail, at one kind of place."""

    pack: str = ""
    title: str
    """One line; `{source} {target} {flow} {element} {boundary} {data} {system}` become the model's names."""
    text: str
    at: At
    stride: list[Stride] = field(default_factory=list)
    cia: list[Cia] = field(default_factory=list)
    linddun: list[str] = field(default_factory=list)
    trim: list[Trim] = field(default_factory=list)
    refs: dict[str, list[str]] = field(default_factory=dict)
    """Framework id to entry ids."""
    agents: list[AgentKind] = field(default_factory=list)
    vulnerability: Vulnerability = field(default_factory=Vulnerability)
    asset: str | list[str] = field(default_factory=list)
    """Words or types of the data whose needs decide the technical impact; empty means all data at the place."""
    travels: bool = False
    """It is carried in what callers send, through whatever passes that on, so that who can call the first of these counts."""
    scope: Literal["one", "some", "most", "all"] = "some"
    """How much of the asset is lost."""
    controls: list[str] = field(default_factory=list)
    silences: list[str] = field(default_factory=list)
    """More general types that say the same at the same place."""
    evidence: list[str] = field(default_factory=list)
    """Kinds of evidence that confirm or refute it."""
    since: Annotated[int, Meta(ge=1)] = 1
    """The catalogue version that brought it; models judged by an earlier one list its threats apart."""

    @property
    def references(self) -> dict[str, list[str]]:
        """The `refs`, with the LINDDUN nodes among them."""
        return {**self.refs, "linddun": self.linddun} if self.linddun else self.refs

    @property
    def assets(self) -> list[str]:
        """The `asset` field as a list."""
        return [self.asset] if isinstance(self.asset, str) else self.asset


class ThreatSource(ThreatFields, kw_only=True):
    """A threat type as written."""

    applies: str
    mitigated: str = "no"


class ThreatType(ThreatFields, kw_only=True):
    """A threat type with its rules as trees."""

    applies: Tree
    """Could this happen here?"""
    mitigated: Tree
    """Is it already prevented?"""


class CardFields(Record, kw_only=True):
    """A question for people around a table, about a kind of place."""

    suit: Suit
    title: str
    """One line; placeholders become the model's names, as in a threat type's."""
    text: str
    """What could happen there."""
    ask: str
    """What the table talks about."""
    at: At
    unsure: bool = False
    """It can be played too where nobody wrote whether its rule holds."""
    stride: list[Stride] = field(default_factory=list)
    """Categories of a threat that is found by it, beside the suit's own."""
    cia: list[Cia] = field(default_factory=list)
    linddun: list[str] = field(default_factory=list)
    trim: list[Trim] = field(default_factory=list)
    agents: list[AgentKind] = field(default_factory=list)


class CardSource(CardFields, kw_only=True):
    """A card as written."""

    applies: str = "yes"


class Card(CardFields, kw_only=True):
    """A card with its rule as a tree."""

    applies: Tree
    """Where it can be played."""


class Control(Record, kw_only=True):
    """What reduces threats."""

    title: str
    text: str
    effort: Literal["low", "medium", "high"]
    sets: dict[str, str] = field(default_factory=dict)
    """`subject.fact` to value: what is true where the control is in place."""
    lowers: dict[Factor, Points] = field(default_factory=dict)
    """OWASP factors and by how many points."""
    why: str = ""
    """The reason for those points."""
    verify: str = ""
    """How to see that it works."""
    refs: dict[str, list[str]] = field(default_factory=dict)


class FrameworkEntry(Record, kw_only=True):
    """One entry of somebody's list."""

    title: str = ""
    group: str = ""
    """What it belongs to there: a tactic, a category, a parent."""
    counted: bool = True
    """False for headings and rejected candidates, which a coverage figure does not divide by."""
    disposition: Literal["", "review-question", "check", "out-of-scope"] = ""
    """Where it went if no threat type is about it; a type's reference says `threat` by itself."""
    reason: Reason = ""
    facts: list[str] = field(default_factory=list)
    """For a review question: the facts that answer it."""


class Framework(Record, kw_only=True):
    """A published list that threat types or controls refer to."""

    title: str
    version: str
    source: str
    licence: str
    of: Literal["threats", "controls", "questions", "articles"] = "threats"
    open: bool = False
    """A large numbered list of which only a part is held (CWE, CAPEC): other numbers are fine too."""
    tree: bool = False
    """Entry `A.1` is part of `A`: what is about the part is about the whole."""
    note: str = ""
    entries: dict[str, FrameworkEntry] = field(default_factory=dict)


class Pack(Record, kw_only=True):
    """A set of threat types that a model switches on or off."""

    title: str
    text: str = ""
    on: bool = True
    """Part of the default choice."""
    within: str = ""
    """The pack that it is part of: whoever chooses that has this too, unless it is switched off by name."""
    closed: bool = False
    """Judged as the foreign tool does it: what nobody wrote is no match."""


class Compiled(Struct, kw_only=True):
    """The catalogue without its frameworks, as it is stored and loaded."""

    types: list[TypeDef]
    facts: list[FactDef]
    threats: list[ThreatType]
    controls: list[Control]
    packs: list[Pack]
    program: Program = field(default_factory=Program)
    """The rules of all threat types, ready to be evaluated."""

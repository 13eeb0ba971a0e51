"""The proposal that discovery makes: elements, flows, an inventory, and what was not understood."""

from __future__ import annotations

from msgspec import Struct, field

from mantlet.discovery.clues import Part, Unclear


class DraftElement(Struct, kw_only=True, omit_defaults=True):
    """A proposed element; `kind` is the label set of the benchmark, `type` the vocabulary's."""

    id: str
    name: str
    type: str
    kind: str
    dfd: str
    """external, process or store."""
    parent: str = ""
    evidence: list[str] = field(default_factory=list)
    """`path:line`, the most telling first."""
    confidence: float = 0.8
    aliases: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """The keys of the clues that it was made of, the most telling first; by the first it is known from run to run."""
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Per fact, its value and the `path:line` that shows it."""
    personal: dict[str, str] = field(default_factory=dict)
    """Per category of personal data, the `path:line` that shows it."""


class DraftFlow(Struct, kw_only=True, omit_defaults=True):
    """A proposed flow; requests and responses are two flows where the response carries data."""

    source: str
    target: str
    data: str = ""
    evidence: list[str] = field(default_factory=list)
    confidence: float = 0.8
    opened_by: str = ""
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)


class Skipped(Struct, frozen=True, order=True):
    """A file or folder that was not read, with the reason."""

    path: str
    reason: str


class Draft(Struct, kw_only=True):
    """What discovery proposes for a repository."""

    elements: list[DraftElement] = field(default_factory=list)
    flows: list[DraftFlow] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    """The inventory: frameworks, models, data sets, images with their versions."""
    not_understood: list[Unclear] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: int = 0
    """How many files were read."""

"""What answers about the model and its register hold, as the API's description says it."""

from __future__ import annotations

from typing import Any, Literal

from mantlet.web.told import Changed, Rows, Told

Word = Literal["note", "low", "medium", "high", "critical"]
Level = Literal["low", "medium", "high"]
Places = dict[str, dict[str, Any]]


class ProjectAnswer(Told):
    """The project that is open, and what can be done with it."""

    id: str
    name: str
    file: str
    revision: str
    read_only: bool
    version: str
    client_count: int
    git: bool
    extras: dict[str, bool]
    sequences: list[str]
    environments: list[str]


class ModelAnswer(Told):
    """The model and its drawing, with what is wrong with the files."""

    revision: str
    raw: dict[str, Any]
    layout: dict[str, Any]
    included: dict[str, dict[str, str]]
    inherited: dict[str, Places]
    problems: Rows
    broken: bool


class VocabularyAnswer(Told):
    """The words that a model may use."""

    types: Rows
    icons: dict[str, str]
    facts: Places
    boundary_types: Rows
    dimensions: list[str]
    data_types: Rows
    classifications: list[str]
    personal: list[str]
    special: list[str]
    operations: list[str]
    controls: Rows
    treatments: list[str]
    factors: Rows
    frameworks: Rows
    packs: Rows
    catalogue_version: int


class RiskRow(Told):
    """A risk in short."""

    id: str
    title: str
    type: str
    element: str
    places: list[str]
    state: Literal["open", "to-confirm", "mitigated"]
    settled: bool
    severity: Word
    worst: Word
    likelihood: float
    impact: float
    likelihood_level: Level
    impact_level: Level
    stride: list[str]
    cia: list[str]
    linddun: list[str]
    trim: list[str]
    pack: str
    refs: dict[str, list[str]]
    new: bool
    manual: bool
    decision: dict[str, Any] | None


class RegisterAnswer(Told):
    """The register, or what of it differs."""

    revision: str
    full: bool
    risks: list[RiskRow]
    gone: list[str]
    counts: dict[Word, int]
    badges: Places
    orphaned: Rows
    contradictions: Rows
    sensitivity: dict[str, Literal["personal", "special"]]


class ThreatRecord(Told):
    """A threat as `mantlet threats --json` has it."""

    id: str
    type: str
    title: str
    at: dict[str, str]
    element: str
    state: str
    rating: dict[str, Any]
    controls: list[str]
    because: Rows
    evidence: Rows
    decision: dict[str, Any] | None


class ExplanationAnswer(Told):
    """Why a threat is there, or why not."""

    id: str
    type: str
    title: str
    text: str
    state: str
    applies: dict[str, Any]
    mitigated: dict[str, Any]
    controls: Rows
    factors: Rows
    note: str
    decision: dict[str, Any] | None


class QuestionRecord(Told):
    """A question whose answer changes at least one risk."""

    id: str
    text: str
    why: str
    answers: list[str]
    open: bool
    settles: int
    path: list[str]
    fact: str
    place: str


class RatingAnswer(Told):
    """What a vector makes."""

    vector: str
    likelihood: float
    likelihood_level: Level
    technical: float | None
    business: float | None
    impact: float
    impact_level: Level
    severity: Word
    impact_mode: str


class Decided(Changed):
    """What was decided, and about what there was nothing to decide."""

    written: list[str]
    skipped: Rows


class PathRecord(Told):
    """A way from outside to what matters."""

    id: str
    likelihood: float
    severity: Word
    asset: str
    elements: list[str]
    places: list[str]
    steps: Rows


class Placed(Told):
    """Where everything in a drawing is."""

    elements: Places
    boundaries: Places
    flows: Places

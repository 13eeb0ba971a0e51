"""What a report says, independent of how it is printed: every renderer reads this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STRIDE = (
    "spoofing",
    "tampering",
    "repudiation",
    "information-disclosure",
    "denial-of-service",
    "elevation-of-privilege",
)
LINDDUN = {
    "L": "linking",
    "I": "identifying",
    "NR": "non-repudiation",
    "D": "detecting",
    "DD": "data disclosure",
    "U": "unawareness",
    "NC": "non-compliance",
}
CIA = ("confidentiality", "integrity", "availability", "accountability")
TRIM = ("transfer", "retention", "inference", "minimisation")
TOP_RISKS, TOP_QUESTIONS, TOP_ACTIONS, TOP_PATHS = 8, 8, 8, 6
EVIDENCE_TABLES = (
    (
        "checks",
        "What was looked at",
        (
            ("check", "Check"),
            ("tool", "Tool"),
            ("state", "State"),
            ("found", "Found"),
            ("looked", "Looked at"),
            ("remark", "Remark"),
        ),
    ),
    (
        "threats",
        "What it says of threats",
        (("effect", "Threat"), ("threat", "What"), ("by", "By"), ("rating", "Rating")),
    ),
    (
        "verified",
        "Controls that it bears out",
        (("control", "Control"), ("name", "In the model"), ("by", "By")),
    ),
    ("holes", "Not modelled", (("finding", "Finding"), ("where", "Where"), ("why", "Why"))),
)
"""The tables of the section on evidence: the report's field, the heading, the columns."""
MATRIX_LIMIT = 100_000
"""Above this many cells the considered matrix is not counted; it would take longer than the rest."""


@dataclass(frozen=True, slots=True)
class RiskView:
    """A risk in words."""

    id: str
    title: str
    text: str
    element: str
    element_name: str
    severity: str
    worst: str
    likelihood: float
    likelihood_level: str
    impact: float
    impact_level: str
    harm: str
    vector: str
    why: list[str]
    first_step: str
    controls: list[str]
    categories: list[str]
    references: list[str]
    threats: int
    decision: str
    inherent: str
    planned: str
    also: list[str] = field(default_factory=list)
    """Other elements with a risk of the same type, where risks of one type are shown together."""


@dataclass(frozen=True, slots=True)
class Action:
    """A control, with what putting it in place would treat."""

    control: str
    title: str
    text: str
    effort: str
    risks: list[str]
    worst: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of one kind together."""

    text: str
    more: int
    why: str
    worst: str
    settles: int


@dataclass(frozen=True, slots=True)
class PathView:
    """An attack path in names."""

    names: list[str]
    likelihood: str
    severity: str
    steps: list[str]


@dataclass(slots=True)
class Report:
    """Everything that a report says."""

    system: dict[str, str]
    counts: dict[str, int]
    verdict: list[str]
    matrix: list[list[int]]
    """Open risks by likelihood (high first) and impact (low first)."""
    harm: dict[str, int]
    top: list[RiskView]
    risks: list[RiskView]
    settled: list[RiskView]
    mitigated: list[RiskView]
    to_confirm: list[RiskView]
    actions: list[Action]
    asked: list[Asked]
    paths: list[PathView]
    entities: list[dict[str, str]]
    data: list[dict[str, str]]
    flows: list[dict[str, str]]
    boundaries: list[dict[str, str]]
    parties: list[dict[str, str]]
    controls: list[dict[str, str]]
    decisions: list[dict[str, str]]
    contradictions: list[dict[str, str]]
    """Facts that the model claims and evidence refutes."""
    assumptions: list[str]
    out_of_scope: list[dict[str, str]]
    reviews: list[dict[str, str]]
    by_element: list[tuple[str, list[RiskView]]]
    frameworks: dict[str, list[tuple[str, dict[str, int]]]]
    """STRIDE and LINDDUN: per element, open risks by category."""
    tallies: dict[str, dict[str, int]]
    method: dict[str, str]
    considered: dict[str, int] = field(default_factory=dict)
    evidence: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """What scans said: `checks`, `threats`, `verified`, `holes`; empty where nothing was scanned."""
    history: dict[str, Any] = field(default_factory=dict)
    """Risk over time: `points`, `treatment`, `pace` (see `mantlet.report.history`); empty where nobody asked git."""

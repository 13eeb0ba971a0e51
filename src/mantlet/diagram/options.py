"""What to draw, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["none", "note", "low", "medium", "high", "critical"]
Change = Literal["added", "removed", "changed"]
Sensitivity = Literal["personal", "special"]
Direction = Literal["right", "down", "auto"]

READABLE = 60
"""Boxes that one landscape page holds readably; more become an overview."""
OVERVIEW = 25
"""Boxes that an overview aims at."""


@dataclass(frozen=True, slots=True)
class Badge:
    """How many threats are open at an element or flow, and the worst of them."""

    count: int
    severity: str = "none"
    """In any case: none, note, low, medium, high, critical."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to draw of a model; the defaults draw all of it, as an overview where it is large."""

    focus: str = ""
    """A boundary, element or parent: it, what is inside, and its direct neighbours outside."""
    collapse: frozenset[str] = frozenset()
    """Boundaries drawn as one box each."""
    expand: frozenset[str] = frozenset()
    """Parents whose children are drawn (by default a parent is one box)."""
    detail: bool = False
    """Draw every child of every parent, and no overview however large the model is."""
    dimension: str = "network"
    """The dimension whose boundaries are always outlined; others are where they nest with it, else named on the elements."""
    overlay: Mapping[str, Badge] = field(default_factory=dict)
    """Open threats by element or place id (`flow`, `flow.returns`)."""
    highlight: frozenset[str] = frozenset()
    """Elements and places to bring out (an attack path); everything else steps back."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    """What became of elements, flows and boundaries between two versions."""
    sensitivity: Mapping[str, Sensitivity] | None = None
    """Places that carry personal data, from the lineage analysis; without it, what the model's data sections say directly."""
    positions: Mapping[str, Any] | None = None
    """A stored layout: see `mantlet.diagram.stored`."""
    direction: Direction = "auto"
    legend: bool = True
    title: str = ""
    """A heading inside the picture; none by default, because pages have their own."""

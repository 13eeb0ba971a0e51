"""The drawing model: what is on the page, before anything has a place.

It knows nothing of threats or files, only boxes, outlines and lanes with the marks they carry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mantlet.diagram.options import Badge

NodeKind = Literal["external-entity", "process", "data-store", "group"]
TagKind = Literal["operator", "boundary", "internet", "loop", "members"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A short line under a node's or outline's name."""

    kind: TagKind
    text: str
    dimension: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a node, lane or outline carries beside its name."""

    badge: Badge | None = None
    highlight: bool = False
    change: str = ""
    out_of_scope: str = ""
    """The reason; empty means in scope."""
    context: bool = False
    """Outside what the page is about, and drawn fainter."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box: an element, or a boundary or parent drawn as one box."""

    id: str
    kind: NodeKind
    name: str
    caption: str = ""
    icon: str = ""
    tags: tuple[Tag, ...] = ()
    cluster: str = ""
    """The innermost outline it is in; empty at the top."""
    marks: Marks = Marks()
    about: str = ""
    """A sentence for people who cannot see the picture."""


@dataclass(frozen=True, slots=True)
class Title:
    """One boundary's name on an outline."""

    id: str
    text: str
    caption: str
    dimension: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """An outline round nodes and other outlines; boundaries with the same members share one."""

    id: str
    titles: tuple[Title, ...]
    parent: str = ""
    operator: str = ""
    """Who operates everything inside, where that is one party other than us."""
    marks: Marks = Marks()

    @property
    def dimension(self) -> str:
        """The dimension that the outline is coloured by; `group` for a parent's children."""
        return self.titles[0].dimension


@dataclass(frozen=True, slots=True)
class Lane:
    """One movement of data, drawn as one arrow."""

    id: str
    """The place id (`flow`, `flow.returns`), or for several drawn as one, the first of them."""
    flow: str
    source: str
    target: str
    label: str
    about: str = ""
    sensitivity: str = ""
    """`personal`, `special` or nothing."""
    opened_at: str = ""
    """The end that opens the connection where that is not the one that sends the request: a node id."""
    places: tuple[str, ...] = ()
    marks: Marks = Marks()


@dataclass(frozen=True, slots=True)
class View:
    """Everything on one page."""

    name: str
    description: str
    nodes: dict[str, Node] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)
    hidden: tuple[str, ...] = ()
    """Elements that the page leaves out or draws only as part of a group."""

    def inside(self, cluster: str, node: str) -> bool:
        """Tell whether a node is within an outline, at any depth."""
        return cluster in self.around(self.nodes[node].cluster)

    def around(self, cluster: str) -> list[str]:
        """Return an outline and those around it, innermost first."""
        found = []
        while cluster:
            found.append(cluster)
            cluster = self.clusters[cluster].parent
        return found

    def common(self, first: str, second: str) -> str:
        """Return the innermost outline that holds both nodes; empty for none."""
        ours = self.around(self.nodes[first].cluster)
        theirs = set(self.around(self.nodes[second].cluster))
        return next((cluster for cluster in ours if cluster in theirs), "")

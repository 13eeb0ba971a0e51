"""Boundaries of five dimensions, of which a drawing can nest only a tree.

The chosen dimension's boundaries are outlined. Those of the others are outlined too where their members lie wholly
inside, wholly outside or wholly around every outline so far; otherwise they are named on their elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mantlet.model.model import Model
from mantlet.model.vocabulary import DIMENSIONS, Vocabulary

PARENT = "group"
"""The dimension of an outline round an opened parent's children; it is no trust boundary."""
DEEPEST = 10
"""Outlines inside each other; boundaries nested deeper are named on their elements."""
FEWEST = 2
"""Members that a boundary of a secondary dimension needs for an outline of its own."""


@dataclass(slots=True)
class Outline:
    """One outline: the boundaries with exactly these members."""

    boundaries: list[str]
    members: int
    """A bit per node."""
    dimension: str
    parent: str = ""

    @property
    def id(self) -> str:
        """The first boundary's id stands for the outline."""
        return self.boundaries[0]


@dataclass(slots=True)
class Nesting:
    """Which outlines to draw, and where each node is."""

    outlines: dict[str, Outline] = field(default_factory=dict)
    innermost: dict[str, str] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    """Boundaries that are no outline, by node."""


def nest(model: Model, vocabulary: Vocabulary, within: Mapping[str, Iterable[str]], primary: str) -> Nesting:
    """Return the outlines for nodes, given each node's innermost boundaries.

    A boundary of the type internet is everything outside, so it is named on its elements instead of drawn round them.
    """
    bits = {node: 1 << row for row, node in enumerate(within)}
    members, direct = _members(model, within, bits)
    outside = {
        name for name in members if vocabulary.is_a(model.boundaries[name].type, "internet", "boundary")
    }
    nesting = Nesting(tags={node: [] for node in within})
    order = [primary, *(item for item in DIMENSIONS if item != primary)]
    for dimension in order:
        names = [name for name in members if vocabulary.dimension(model.boundaries[name].type) == dimension]
        depth = {name: sum(1 for _ in model.enclosing(name)) for name in names}
        names.sort(key=lambda name: (-members[name].bit_count(), depth[name]))
        for name in names:
            few = members[name].bit_count() < FEWEST and dimension != primary
            if (
                name in outside
                or few
                or depth[name] > DEEPEST
                or not _add(nesting, name, members[name], dimension)
            ):
                _tag(
                    nesting,
                    name,
                    direct[name] if name in outside or depth[name] > DEEPEST else members[name],
                    bits,
                )
    for name, inside in _families(model, bits).items():
        if inside.bit_count() >= FEWEST:
            _add(nesting, name, inside, PARENT)
    _arrange(nesting, bits)
    return nesting


def _members(
    model: Model, within: Mapping[str, Iterable[str]], bits: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return each boundary's members with those of the boundaries inside it, and its direct ones, in file order."""
    found: dict[str, int] = {}
    direct: dict[str, int] = {}
    for node, innermost in within.items():
        for start in innermost:
            direct[start] = direct.get(start, 0) | bits[node]
            for boundary in model.enclosing(start):
                found[boundary] = found.get(boundary, 0) | bits[node]
    return {name: found[name] for name in model.boundaries if name in found}, {
        name: direct.get(name, 0) for name in found
    }


def _families(model: Model, bits: Mapping[str, int]) -> dict[str, int]:
    """Return the boxes that are parts of each parent, the parent's own box included."""
    found: dict[str, int] = {}
    for node, bit in bits.items():
        seen: set[str] = set()
        parent = model.elements[node].parent if node in model.elements else ""
        while parent in model.elements and parent not in seen:
            seen.add(parent)
            found[parent] = found.get(parent, 0) | bit | bits.get(parent, 0)
            parent = model.elements[parent].parent
    return found


def _add(nesting: Nesting, name: str, members: int, dimension: str) -> bool:
    """Add an outline unless it cuts through another; with the members of one of another dimension, it shares that one's."""
    for outline in nesting.outlines.values():
        shared = outline.members & members
        if shared and shared not in (outline.members, members):
            return False
    for outline in nesting.outlines.values():
        if outline.members == members and dimension not in {outline.dimension, PARENT}:
            outline.boundaries.append(name)
            return True
    nesting.outlines[name] = Outline([name], members, dimension)
    return True


def _tag(nesting: Nesting, name: str, members: int, bits: Mapping[str, int]) -> None:
    for node, bit in bits.items():
        if members & bit:
            nesting.tags[node].append(name)


def _arrange(nesting: Nesting, bits: Mapping[str, int]) -> None:
    """Find each outline's parent and each node's innermost outline: the smallest that holds it, of equal ones the latest."""
    latest_first = [*nesting.outlines.values()]
    latest_first.reverse()
    by_size = sorted(latest_first, key=lambda item: item.members.bit_count())
    for index, outline in enumerate(by_size):
        for larger in by_size[index + 1 :]:
            if larger.members & outline.members == outline.members:
                outline.parent = larger.id
                break
    for node, bit in bits.items():
        nesting.innermost[node] = next((item.id for item in by_size if item.members & bit), "")

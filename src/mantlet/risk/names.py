"""The model's names in a threat type's texts: what stands for `{source}` and the like at a place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from mantlet.analysis.engine import Analysis
from mantlet.rules.tree import SCOPES, Scope

WORDS: dict[Scope, tuple[str, ...]] = {
    "movement": ("system", "flow", "source", "target", "data", "at"),
    "element": ("system", "element", "at"),
    "boundary": ("system", "boundary", "at"),
    "copy": ("system", "data", "element", "at"),
    "system": ("system", "at"),
}
"""The placeholders that mean something at each kind of place."""


NAMED_DATA = 3
"""Data of a flow that are named in a sentence; of more only these are."""


@lru_cache(maxsize=4096)
def parts(template: str) -> tuple[str, ...]:
    """Part a text at its words in braces: texts stand at even, words at odd places."""
    return tuple(re.split(r"\{(\w+)\}", template))


def fill(template: str, names: Mapping[str, str]) -> str:
    """Put names for `{source}` and the like; other braces stay, and so do those in names."""
    found = list(parts(template))
    for at in range(1, len(found), 2):
        found[at] = names.get(found[at], "{" + found[at] + "}")
    return "".join(found)


def names_at(analysis: Analysis, row: int) -> dict[str, str]:
    """Return the names that stand for placeholders at a threat's place."""
    table = analysis.threats
    return names_of(analysis, int(table.type[row]), int(table.place[row]))


def names_of(analysis: Analysis, kind: int, place: int) -> dict[str, str]:
    """Return the names that stand for placeholders at any place of a type."""
    scope = SCOPES[analysis.types[kind].at]
    return {word: names(analysis, scope, word, [place])[0] for word in WORDS[scope]}


def names(analysis: Analysis, scope: Scope, word: str, places: Sequence[int]) -> list[str]:
    """Return what stands for a placeholder at each of some places of a scope."""
    columns, sections, facts = analysis.columns, analysis.sections, analysis.atoms.facts

    def elements(rows: Any) -> list[str]:
        return _labels(sections.elements, columns.elements.ids, rows[places].tolist())

    match scope, word:
        case "movement", "source":
            return elements(columns.source)
        case "movement", "target":
            return elements(columns.target)
        case "movement", "flow" | "at":
            flows = _labels(sections.flows, columns.flows.ids, columns.movement_flow[places].tolist(), "")
            ends = zip(flows, elements(columns.source), elements(columns.target), strict=True)
            return [flow_phrase(*named) for named in ends]
        case "element", "element" | "at":
            return _labels(sections.elements, columns.elements.ids, places)
        case "boundary", "boundary" | "at":
            return _labels(sections.boundaries, columns.boundaries.ids, places)
        case "copy", "data":
            return _labels(sections.data, columns.data.ids, facts.copy_data[places].tolist())
        case "copy", "element":
            return elements(facts.copy_element)
        case "copy", "at":
            pairs = zip(*(names(analysis, scope, part, places) for part in ("data", "element")), strict=True)
            return [f"{data} at {element}" for data, element in pairs]
    return _carried(analysis, places) if word == "data" else [sections.system.name] * len(places)


def flow_phrase(name: str, source: str, target: str) -> str:
    """Return what stands for a flow inside a sentence: its own name if people gave it one, else its ends."""
    return f"the flow “{name}”" if name else f"the flow from {source} to {target}"


def _carried(analysis: Analysis, places: Sequence[int]) -> list[str]:
    columns, entries = analysis.columns, analysis.sections.data
    return [_together(_labels(entries, columns.data.ids, columns.moves.row(place))) for place in places]


def _together(found: Sequence[str]) -> str:
    """Return the data of one flow inside a sentence."""
    if not found:
        return "what is sent"
    if len(found) > NAMED_DATA:
        return f"{', '.join(found[: NAMED_DATA - 1])} and {len(found) - NAMED_DATA + 1} more"
    return " and ".join(filter(None, (", ".join(found[:-1]), found[-1])))


def _labels(
    entries: Mapping[str, Any], ids: Sequence[str], rows: Sequence[int], otherwise: str | None = None
) -> list[str]:
    """Return the names that people gave some entries; their ids, or ``otherwise``, where they gave none."""
    found = [ids[row] for row in rows]
    return [entries[name].name or (name if otherwise is None else otherwise) for name in found]

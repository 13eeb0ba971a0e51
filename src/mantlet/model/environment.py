"""One deployment's facts laid over the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.model.entries import Copy, Element, Facts, Sections

_PLACES = ("elements", "flows", "boundaries", "data")


def with_environment(sections: Sections, name: str) -> Sections:
    """Return the model as it is in one environment; the given one is left as it is."""
    environment = sections.environments.get(name)
    if environment is None:
        known = ", ".join(sections.environments) or "the model has none"
        raise UsageError(
            f"unknown environment '{name}'", mend=suggest(name, sections.environments) or f"known: {known}"
        )
    overlay = dict(environment.facts)
    changed: dict[str, Any] = {}
    if facts := overlay.pop("system", None):
        changed["system"] = _over(sections.system, facts)
    for section in _PLACES:
        entries = getattr(sections, section)
        if touched := {
            place: _over(entries[place], facts) for place, facts in overlay.items() if place in entries
        }:
            changed[section] = {**entries, **touched}
    elements = changed.get("elements", sections.elements)
    if copies := _copies(overlay, {**sections.elements, **elements}, sections):
        changed["elements"] = {**elements, **copies}
    return structs.replace(sections, **changed)


def _over(entry: Any, facts: Facts) -> Any:
    return structs.replace(entry, facts={**entry.facts, **facts})


def _copies(
    overlay: Mapping[str, Facts], elements: Mapping[str, Element], sections: Sections
) -> dict[str, Element]:
    """Return the elements whose copies (`data/element`) have facts of their own here."""
    changed: dict[str, Element] = {}
    for place, facts in overlay.items():
        parts = place.split("/")
        for cut in range(1, min(len(parts), 20)):
            data, at = "/".join(parts[:cut]), "/".join(parts[cut:])
            if data in sections.data and at in elements:
                element = changed.get(at, elements[at])
                copies = element.copies
                changed[at] = structs.replace(
                    element, holds={**copies, data: _over(copies.get(data, Copy()), facts)}
                )
                break
    return changed

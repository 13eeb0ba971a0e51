"""Threats that people found, beside those of the catalogue: open at the places they name until somebody decides otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mantlet.analysis.arrays import Index
from mantlet.analysis.columns import Columns
from mantlet.catalogue.schema import ThreatType
from mantlet.model.entries import ManualThreat, Sections
from mantlet.model.model import RETURNS
from mantlet.rules.tree import At, Const

PACK = "manual"
_FIELDS = ("title", "text", "stride", "cia", "linddun", "trim", "agents", "vulnerability", "controls")


def manual_threats(
    sections: Sections, columns: Columns, copies: dict[str, int], copy_data: Index
) -> Iterator[tuple[ThreatType, Index]]:
    """Yield each manual threat as a type, with the rows of its places; places of another kind than the first are a type of their own.

    ``copies`` gives the row of each `data/element` place, ``copy_data`` the row of the data at each.
    """
    for name, threat in sections.threats.items():
        by_kind: dict[At, list[int]] = {}
        for place in threat.at:
            for at, row in _rows(place, columns, copies, copy_data):
                by_kind.setdefault(at, []).append(row)
        for at, rows in by_kind.items():
            yield _as_type(name, threat, at), np.array(sorted(set(rows)), np.intp)


def _as_type(name: str, threat: ManualThreat, at: At) -> ThreatType:
    fields = {field: getattr(threat, field) for field in _FIELDS}
    refs = {framework: [str(entry) for entry in entries] for framework, entries in threat.refs.items()}
    agents = threat.agents or ["outsider"]
    return ThreatType(
        id=name,
        pack=PACK,
        at=at,
        applies=Const(2),
        mitigated=Const(0),
        **{**fields, "refs": refs, "agents": agents},
    )


def _rows(place: str, columns: Columns, copies: dict[str, int], copy_data: Index) -> Iterator[tuple[At, int]]:
    """Yield the kind and row of a place id; nothing for a place that is gone.

    Data means all of its copies, and the system where nobody wrote who holds any.
    """
    if place == "system":
        yield "system", 0
    elif place in columns.elements.rows:
        yield "element", columns.elements.rows[place]
    elif place in columns.boundaries.rows:
        yield "boundary", columns.boundaries.rows[place]
    elif place in copies:
        yield "data-at", copies[place]
    elif place in columns.data.rows:
        held = np.flatnonzero(copy_data == columns.data.rows[place])
        yield from (("data-at", int(row)) for row in held)
        if not held.size:
            yield "system", 0
    else:
        flow = columns.flows.rows.get(place.removesuffix(RETURNS), -1)
        if flow >= 0:
            wanted = place.endswith(RETURNS)
            rows = np.flatnonzero((columns.movement_flow == flow) & (columns.movement_returns == wanted))
            yield from (("flow", int(row)) for row in rows)

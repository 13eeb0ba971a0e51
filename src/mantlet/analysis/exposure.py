"""Facts that the drawing itself shows: who can open a connection, who operates, what outside input arrives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mantlet.analysis.arrays import Index, Mask, Ragged
from mantlet.analysis.columns import EXTERNAL, INTERNET, Columns
from mantlet.analysis.factcolumn import FactColumn, Origin
from mantlet.analysis.facts import FactTable
from mantlet.analysis.labels import Links
from mantlet.model.entries import SELF
from mantlet.model.vocabulary import DIMENSIONS
from mantlet.rules.tree import YES

PARTNER_ZONES = ("partner", "supplier")
INSIDERS = ("staff", "data-scientist", "labeller", "reviewer")
OUTSIDERS = ("anonymous-user", "web-source")
INPUT = "input"
"""The mark of what comes from outside; callers from outside are marked by where they are."""


def derive(columns: Columns, facts: FactTable) -> Links:
    """Add every derived fact to the table; return what is linked to what, with what comes from outside marked."""
    supply = facts.yes("element", "public_supply") == YES
    outsiders = _outsiders(columns)
    opens = np.zeros(len(columns.elements), bool)
    opens[_openers(columns)] = True
    callers = {value: there & opens for value, there in outsiders.items()}
    links = Links(columns, {INPUT: (columns.kind == EXTERNAL) | supply, **callers})
    facts.add("flow", "exposure", flow_exposure(columns, outsiders))
    facts.add("element", "exposure", exposure(columns, facts))
    facts.add("element", "operated_by", _operators(columns, facts))
    facts.add("element", "external_input", _external_input(links.reached_from(INPUT)))
    facts.add("flow", "initiator", _initiators(columns))
    return links


EXPOSURES = ("none", "internal", "unknown", "partner", "internet")
"""From least to most exposed; the most exposed flow decides for an element."""


def exposure(columns: Columns, facts: FactTable) -> FactColumn:
    """Tell where the nearest outsider is who can open a flow to each element."""
    column = FactColumn.empty(len(columns.elements))
    flows = facts.column("flow", "exposure")
    listener = np.where(columns.flow_opener_is_source, columns.flow_target, columns.flow_source)
    ranks = np.array([EXPOSURES.index(value) if value in EXPOSURES else 0 for value in flows.values], np.int8)
    worst = np.zeros(len(columns.elements), np.int8)
    np.maximum.at(worst, listener, ranks[flows.codes] * columns.flow_in_scope)
    worst[columns.kind == EXTERNAL] = 0
    worst[facts.yes("element", "public_access") == YES] = len(EXPOSURES) - 1
    column.codes = np.array([column.code(value) for value in EXPOSURES], np.int16)[worst]
    column.origin[:] = Origin.DERIVED
    return column


def flow_exposure(columns: Columns, outsiders: Mapping[str, Mask]) -> FactColumn:
    """Tell where whoever opens each flow is: one of the outsiders, or somebody of ours."""
    column = FactColumn.empty(len(columns.flows))
    codes = np.full(len(columns.elements), column.code("internal"), np.int16)
    for value, there in outsiders.items():
        codes[there] = column.code(value)
    column.codes = codes[_openers(columns)]
    column.origin[:] = Origin.DERIVED
    return column


def _openers(columns: Columns) -> Index:
    return np.where(columns.flow_opener_is_source, columns.flow_source, columns.flow_target)


def _outsiders(columns: Columns) -> dict[str, Mask]:
    """Tell which elements are outsiders, by where they are.

    An outsider in the internet, or outside every network where networks are drawn, counts as the internet, one in a
    partner's or supplier's organisation as a partner, staff as internal; whose place nobody drew is unknown, and so is
    who is in a network of which only outsiders and no kind are drawn.
    """
    network = columns.zone[0]
    internet = columns.enclosed(columns.boundary_types.are((INTERNET,)))
    partner = columns.enclosed(columns.boundary_types.are(PARTNER_ZONES))
    outside = columns.kind == EXTERNAL
    insider = columns.element_types.are(INSIDERS)
    outsider = columns.element_types.are(OUTSIDERS)
    drawn = bool(columns.dimension_drawn[0])
    from_internet = outside & (internet | outsider | ((network < 0) & drawn & ~insider & ~partner))
    from_partner = outside & partner & ~from_internet
    known = insider | from_internet | from_partner
    unplaced = outside & ~known & ((network < 0) | _foreign_ground(columns, ~outside | insider))
    return {"unknown": unplaced, "partner": from_partner, "internet": from_internet}


def _foreign_ground(columns: Columns, ours: Mask) -> Mask:
    """Tell of each element whether it is in a network that is just that, not a private one, and has nothing of ours in it."""
    network = columns.zone[0]
    inhabited = np.zeros(len(columns.boundaries), bool)
    inhabited[network[ours & (network >= 0)]] = True
    for row in np.flatnonzero(inhabited & (columns.boundary_parent >= 0)).tolist():
        inhabited[columns.boundary_chain[row]] = True
    plain = np.array([name == DIMENSIONS[0] for name in columns.boundary_types.names], bool)
    told = (columns.boundary_dimension == 0) & ~plain[columns.boundary_types.codes]
    return ~columns.enclosed(told) & (network >= 0) & ~np.append(inhabited, True)[network]


def _operators(columns: Columns, facts: FactTable) -> FactColumn:
    """Tell who operates each element: us, a processor or a third party."""
    column = FactColumn.empty(len(columns.elements))
    parties = columns.sections.parties
    roles = {
        name: "processor" if party.role.endswith("processor") else "third-party"
        for name, party in parties.items()
    }
    roles[SELF] = "us"
    ours = {"controller": "us"}
    by_name = [
        column.code(
            ours.get(parties[name].role, roles[name]) if name in parties else roles.get(name, "third-party")
        )
        for name in columns.operators.names
    ]
    column.codes = np.array(by_name, np.int16)[columns.operators.codes]
    column.origin[:] = Origin.DERIVED
    public = facts.yes("element", "public_supply") == YES
    column.put(public & (column.codes == column.code("us")), "third-party", Origin.DERIVED)
    return column


def _external_input(reached: Mask) -> FactColumn:
    """Tell whether anything from an external entity or a public supply reaches each element, over any number of steps."""
    column = FactColumn.empty(len(reached))
    column.put(reached, "yes", Origin.DERIVED)
    column.put(~reached, "no", Origin.DERIVED)
    return column


def _initiators(columns: Columns) -> FactColumn:
    column = FactColumn.empty(len(columns.flows))
    source, target = column.code("source"), column.code("target")
    column.codes = np.where(columns.flow_opener_is_source, np.int16(source), np.int16(target))
    column.origin[:] = Origin.DERIVED
    return column


def spread(start: Mask, arrows: Ragged) -> Mask:
    """Mark what can be reached from the marked rows over one or more arrows; linear in the number of arrows."""
    reached = np.zeros(len(start), bool)
    frontier = np.flatnonzero(start)
    while frontier.size:
        heads = arrows.of_rows(frontier)[0]
        fresh = np.zeros(len(start), bool)
        fresh[heads] = True
        fresh &= ~reached
        reached |= fresh
        frontier = np.flatnonzero(fresh)
    return reached

"""Facts about the people in the data that the model shows as a whole: whether there are any, who, on which basis.

Organisational threats ask them of the system, so that one question is asked once and not at every element.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import UNSET

from mantlet.analysis.arrays import Mask, Ternary
from mantlet.analysis.columns import Columns
from mantlet.analysis.factcolumn import UNWRITTEN, FactColumn, Origin
from mantlet.analysis.facts import FactTable
from mantlet.analysis.lineage import Lineage
from mantlet.model.entries import Data
from mantlet.model.vocabulary import DIMENSIONS, Subject
from mantlet.rules.tree import NO, UNKNOWN, YES

WORDS = {NO: "no", UNKNOWN: "unknown", YES: "yes"}
PSEUDONYMISING = frozenset({"pseudonymise", "pseudonymize", "tokenise", "tokenize"})
"""Operations after which names and numbers stand for people only by a key."""


def derive_people(columns: Columns, facts: FactTable, lineage: Lineage) -> None:
    """Add what the data assets and parties say about people to the table."""
    personal = lineage.assets(("personal",), ())
    facts.add("data", "personal", _column(personal))
    for fact, value in {
        "personal_data": any_of(personal),
        "special_data": _marked(personal, lineage.assets(("special-category",), ())),
        "vulnerable_people": _vulnerable(columns, personal),
        "basis_recorded": _recorded(columns, personal),
        "regions_drawn": YES if columns.dimension_drawn[DIMENSIONS.index("jurisdiction")] else NO,
    }.items():
        column = FactColumn.empty(1)
        if value != UNKNOWN:
            column.codes[0], column.origin[0] = column.code(WORDS[value]), Origin.DERIVED
        facts.add("system", fact, column)
    _pseudonymised(columns, facts)
    _contracts(columns, facts)


def any_of(values: Ternary) -> int:
    """Return yes if any is, no if all are known not to be; unknown without a single asset."""
    return int(values.max()) if values.size else UNKNOWN


def _column(values: Ternary) -> FactColumn:
    column = FactColumn.empty(len(values))
    for value, word in WORDS.items():
        if value != UNKNOWN:
            column.put(values == value, word, Origin.DERIVED)
    return column


def _marked(personal: Ternary, special: Ternary) -> int:
    """Special categories are fields that somebody wrote, so that where people are known silence means none."""
    if (special == YES).any():
        return YES
    return NO if any_of(personal) != UNKNOWN else UNKNOWN


def _vulnerable(columns: Columns, personal: Ternary) -> int:
    said = [
        UNKNOWN
        if asset.subjects is UNSET or asset.subjects.vulnerable is UNSET
        else _told(asset.subjects.vulnerable)
        for asset in _of_people(columns, personal)
    ]
    return max(said, default=UNKNOWN)


def _told(word: str) -> int:
    return YES if word == "yes" else NO


def _recorded(columns: Columns, personal: Ternary) -> int:
    """Tell whether every asset about people has a purpose and a legal basis written down."""
    assets = list(_of_people(columns, personal))
    if not assets:
        return UNKNOWN
    return YES if all(asset.purpose and asset.legal_basis for asset in assets) else NO


def _of_people(columns: Columns, personal: Ternary) -> Iterator[Data]:
    assets = list(columns.sections.data.values())
    return (assets[row] for row in np.flatnonzero(personal == YES))


def _pseudonymised(columns: Columns, facts: FactTable) -> None:
    """What was made by pseudonymising is pseudonymised, unless the model says otherwise."""
    assets = columns.sections.data.values()
    made = np.fromiter(
        (
            asset.derived_from is not UNSET and not PSEUDONYMISING.isdisjoint(asset.derived_from.values())
            for asset in assets
        ),
        bool,
        len(columns.data),
    )
    _fill(facts, "data", "pseudonymised", made)


def _contracts(columns: Columns, facts: FactTable) -> None:
    """A party with a contract is bound by it wherever it operates, unless the model says otherwise of the element."""
    parties = columns.sections.parties
    bound = [name in parties and bool(parties[name].contract) for name in columns.operators.names]
    if any(bound):
        _fill(facts, "element", "processor_contract", np.array(bound, bool)[columns.operators.codes])


def _fill(facts: FactTable, subject: Subject, fact: str, rows: Mask) -> None:
    """Say yes where nobody said anything."""
    if not rows.any():
        return
    column = facts.column(subject, fact)
    column.put(rows & (column.codes == UNWRITTEN), "yes", Origin.DERIVED)
    facts.add(subject, fact, column)

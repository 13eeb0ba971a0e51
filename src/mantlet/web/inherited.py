"""Facts that things have without anybody writing them there: from their type, a boundary, what holds them, a control, evidence."""

from __future__ import annotations

import numpy as np

from mantlet.analysis.because import FROM
from mantlet.analysis.factcolumn import UNWRITTEN, Origin
from mantlet.model.vocabulary import Subject
from mantlet.project.api import Assessment

SECTIONS: dict[str, Subject] = {
    "elements": "element",
    "flows": "flow",
    "boundaries": "boundary",
    "data": "data",
}
ELSEWHERE = (
    Origin.TYPE,
    Origin.BOUNDARY,
    Origin.HOLDER,
    Origin.IMPLIED,
    Origin.CONTROL,
    Origin.VERIFIED,
    Origin.CONTRADICTED,
)
Facts = dict[str, dict[str, dict[str, dict[str, str]]]]


def inherited(assessment: Assessment) -> Facts:
    """Return, by section, id and fact, the value and in words where it comes from."""
    analysis = assessment.register.analysis
    facts, columns = analysis.atoms.facts, analysis.columns
    ids = {
        "elements": columns.elements.ids,
        "flows": columns.flows.ids,
        "boundaries": columns.boundaries.ids,
        "data": columns.data.ids,
    }
    found: Facts = {section: {} for section in SECTIONS}
    for section, subject in SECTIONS.items():
        for fact in columns.vocabulary.facts_for(subject):
            if facts.is_silent(subject, fact.id):
                continue
            column = facts.column(subject, fact.id)
            rows = np.flatnonzero(np.isin(column.origin, ELSEWHERE) & (column.codes != UNWRITTEN))
            for row in rows.tolist():
                held = {
                    "value": column.values[column.codes[row]],
                    "from": FROM[Origin(int(column.origin[row]))],
                }
                found[section].setdefault(ids[section][row], {})[fact.id] = held
    return found

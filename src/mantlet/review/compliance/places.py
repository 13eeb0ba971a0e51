"""Where a law's rule holds in a model, in names; and which threats are about personal data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.engine import Analysis
from mantlet.review.compliance.laws import Places, Where
from mantlet.risk.names import names
from mantlet.rules.evaluate import evaluate
from mantlet.rules.parse import parse
from mantlet.rules.tree import NO, SCOPES, UNKNOWN, YES, At, Scope

ABOUT_PEOPLE: dict[At, str] = {
    "flow": "flow carries personal",
    "flow.source": "flow carries personal or source handles personal or source trains-on personal",
    "flow.target": "flow carries personal or target handles personal or target trains-on personal",
    "element": "element handles personal or element trains-on personal",
    "data-at": "data is personal",
}
"""Per kind of place, whether a threat there can be about people's data; threats to boundaries and the system always can."""
Mask = NDArray[np.bool_]


class Answer(NamedTuple):
    """Whether a rule holds anywhere, and where."""

    value: int
    places: list[str]


def asked(analysis: Analysis, where: Places) -> Answer:
    """Ask rules at all places; where none holds anywhere but one may, those places are named."""
    answers = [_asked(analysis, rule) for rule in (where if isinstance(where, list) else [where])]
    value = max((answer.value for answer in answers), default=NO)
    places = (place for answer in answers if answer.value == value for place in answer.places)
    return Answer(value, list(dict.fromkeys(places)))


def _asked(analysis: Analysis, where: Where) -> Answer:
    scope = SCOPES[where.at]
    values = evaluate(where.tree, scope, analysis.atoms, analysis.memo)
    live = analysis.live(where.at) if len(values) else np.zeros(0, bool)
    for value in (YES, UNKNOWN):
        rows = np.flatnonzero((values == value) & live).tolist()
        if rows:
            return Answer(value, _named(analysis, scope, rows))
    return Answer(NO, [])


def _named(analysis: Analysis, scope: Scope, rows: list[int]) -> list[str]:
    if scope == "system":
        return []
    if scope == "movement":
        ends = zip(
            names(analysis, scope, "source", rows), names(analysis, scope, "target", rows), strict=True
        )
        return list(dict.fromkeys(f"{source} → {target}" for source, target in ends))
    return list(dict.fromkeys(names(analysis, scope, "at", rows)))


class Concerned:
    """Which places are about people's data; where nobody said so of any, all that may be."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        personal = asked(analysis, Where("system", "system.personal_data is 'yes'")).value
        self._least = YES if personal == YES else UNKNOWN
        self._made: dict[At, Mask] = {}

    def has(self, at: At, place: int) -> bool:
        """Tell whether a threat at a place can be about people's data."""
        if at not in ABOUT_PEOPLE:
            return True
        if at not in self._made:
            analysis = self._analysis
            values = evaluate(parse(ABOUT_PEOPLE[at]), SCOPES[at], analysis.atoms, analysis.memo)
            self._made[at] = values >= self._least
        return bool(self._made[at][place])

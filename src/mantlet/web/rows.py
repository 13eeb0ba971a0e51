"""Rows of the register for browsers, straight from columns; whatever several risks share is made once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from mantlet.analysis.engine import SYSTEM_ROW, Analysis, State
from mantlet.risk.decisions import UNDECIDED, Ruling
from mantlet.risk.names import WORDS, names, parts
from mantlet.risk.owasp import Severity, level
from mantlet.risk.ratings import BEST, HIGH
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES, At, Scope

Row = dict[str, Any]
_STATES = [state.word for state in State]
_SEVERITIES = [severity.word for severity in Severity]


class Maker:
    """Makes rows of risks, by their rank."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.analysis: Analysis = register.analysis
        self._types: dict[int, Row] = {}
        self._cases: dict[int, Row] = {}
        self._rulings: dict[int, Row] = {}
        self._places: dict[Scope, list[str]] = {}
        self._labels: dict[tuple[Scope, str], list[str]] = {}

    @cached_property
    def owners(self) -> list[str]:
        """What each risk is at: an element, a boundary, or the system."""
        table, heads, ids = self.analysis.threats, self.register.heads, self.analysis.columns.elements.ids
        return [
            ids[element] if element != SYSTEM_ROW else self.register.element_id(head)
            for element, head in zip(table.element[heads].tolist(), heads.tolist(), strict=True)
        ]

    @cached_property
    def ids(self) -> list[str]:
        """Every risk's id."""
        kinds = self.analysis.threats.type[self.register.heads].tolist()
        types = [item.id for item in self.analysis.types]
        return [f"{types[kind]}@{owner}" for kind, owner in zip(kinds, self.owners, strict=True)]

    def rows(self, numbers: Iterable[int]) -> list[Row]:
        """Return the rows of the risks of some ranks."""
        return [self._row(number) for number in numbers]

    def _row(self, number: int) -> Row:
        register, table = self.register, self.analysis.threats
        order, starts, ends = register.spans
        rows = order[starts[number] : ends[number]]
        head = int(rows[0])
        kind = int(table.type[head])
        return {
            "id": self.ids[number],
            "title": self._title(kind, int(table.place[head])),
            "element": self.owners[number],
            "places": [self._place(row) for row in rows.tolist()],
            "state": _STATES[table.state[head]],
            "settled": bool(register.settled[head]),
            "worst": _SEVERITIES[register.ratings.severity[HIGH][rows].max()],
            **self._case(int(register.ratings.cases.of[head])),
            **self.fixed(kind),
            "decision": self.ruling(int(register.rulings.of[head])),
        }

    def fixed(self, kind: int) -> Row:
        """Return what every risk of a type shares."""
        found = self._types.get(kind)
        if found is None:
            item = self.analysis.types[kind]
            found = self._types[kind] = {
                "type": item.id,
                "stride": item.stride,
                "cia": item.cia,
                "linddun": item.linddun,
                "trim": item.trim,
                "pack": item.pack,
                "refs": item.refs,
                "new": self.analysis.is_new(item),
                "manual": kind >= self.analysis.catalogued,
            }
        return found

    def _case(self, case: int) -> Row:
        found = self._cases.get(case)
        if found is None:
            cases = self.register.ratings.by_case
            likelihood, impact = float(cases.likelihood[BEST, case]), float(cases.impact[BEST, case])
            found = self._cases[case] = {
                "severity": _SEVERITIES[cases.severity[BEST, case]],
                "likelihood": round(likelihood, 3),
                "impact": round(impact, 3),
                "likelihood_level": level(likelihood).word,
                "impact_level": level(impact).word,
            }
        return found

    def ruling(self, number: int) -> Row | None:
        """Return what a row says of the decision that holds."""
        if number == UNDECIDED:
            return None
        if number not in self._rulings:
            self._rulings[number] = decision_row(self.register.rulings.all[number])
        return self._rulings[number]

    def _place(self, row: int) -> str:
        table = self.analysis.threats
        scope = SCOPES[self._at(int(table.type[row]))]
        if scope not in self._places:
            self._places[scope] = self.analysis.places(scope)
        return self._places[scope][int(table.place[row])]

    def _at(self, kind: int) -> At:
        return self.analysis.types[kind].at

    def _title(self, kind: int, place: int) -> str:
        """Return a type's title with the names at a place; those of one kind of place are looked up together."""
        scope, pieces = SCOPES[self._at(kind)], list(parts(self.analysis.types[kind].title))
        for index in range(1, len(pieces), 2):
            word = pieces[index]
            pieces[index] = self.labels(scope, word)[place] if word in WORDS[scope] else "{" + word + "}"
        return "".join(pieces)

    def labels(self, scope: Scope, word: str) -> list[str]:
        """Return what stands for a placeholder at each place of a scope."""
        if (scope, word) not in self._labels:
            everywhere = np.arange(self.analysis.atoms.size(scope)).tolist()
            self._labels[scope, word] = names(self.analysis, scope, word, everywhere)
        return self._labels[scope, word]


def decision_row(ruling: Ruling) -> Row:
    """Return what a risk's row says of the decision about it."""
    stale = ruling.standing in {"expired", "changed", "incomplete"}
    return {"key": ruling.key, **ruling.to_dict(), "stale": stale}

"""The register as browsers get it: a short row per risk, made from columns, and only what differs from what they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from mantlet.analysis.engine import SYSTEM_ROW, Analysis, State
from mantlet.project.api import Assessment
from mantlet.project.outputs import sensitivity
from mantlet.risk.decisions import Ruling
from mantlet.risk.names import WORDS, names, parts
from mantlet.risk.owasp import Severity, level
from mantlet.risk.ratings import BEST, HIGH
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES, Scope

Row = dict[str, Any]


class RiskTable:
    """The rows of one revision, by risk id, in the order of the register."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.register: Register = assessment.register
        self.rows: dict[str, Row] = {row["id"]: row for row in _Maker(self.register).rows()}

    def full(self) -> dict[str, Any]:
        """Return all of it."""
        return {"full": True, "risks": list(self.rows.values()), "gone": [], **self.summary}

    def since(self, before: RiskTable | None) -> dict[str, Any]:
        """Return what differs from an earlier revision; all of it where that is not known any more."""
        if before is None:
            return self.full()
        old = before.rows
        return {
            "full": False,
            "risks": [row for name, row in self.rows.items() if old.get(name) != row],
            "gone": [name for name in old if name not in self.rows],
            **self.summary,
        }

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Return what is said of the whole register."""
        return {
            "counts": self.register.counts(),
            "badges": _badges(self.register),
            "orphaned": [
                {"key": ruling.key, **ruling.to_dict()} for ruling in self.register.rulings.orphaned
            ],
            "contradictions": [item.to_dict() for item in self.assessment.contradictions],
            "sensitivity": sensitivity(self.assessment),
        }


def _badges(register: Register) -> dict[str, dict[str, Any]]:
    """Return how many threats are open at each element and flow, and how severe the worst is."""
    analysis, table = register.analysis, register.analysis.threats
    live = np.flatnonzero((table.state == State.OPEN) & ~register.settled)
    on_flow = np.array([item.at == "flow" for item in analysis.types], bool)[table.type[live]]
    system = table.element[live] == SYSTEM_ROW
    severity = register.ratings.severity[BEST, live]
    found: dict[str, dict[str, Any]] = {}
    size = max(len(analysis.columns.elements), analysis.atoms.size("movement")) + 1
    for rows, ids in (
        (live[~on_flow & ~system], None),
        (live[on_flow], "movement"),
    ):
        where = table.place[rows] if ids else table.element[rows]
        counts = np.bincount(where, minlength=size)
        worst = np.zeros(size, np.int8)
        np.maximum.at(worst, where, register.ratings.severity[BEST, rows])
        for place in np.flatnonzero(counts).tolist():
            name = analysis.place_id("movement", place) if ids else analysis.columns.elements.ids[place]
            found[name] = {"count": int(counts[place]), "severity": Severity(int(worst[place])).word}
    for row, bad in zip(live[system & ~on_flow].tolist(), severity[system & ~on_flow].tolist(), strict=True):
        name = register.element_id(row)
        held = found.setdefault(name, {"count": 0, "severity": Severity(bad).word})
        held["count"] += 1
        held["severity"] = Severity(max(bad, Severity.of(held["severity"]))).word
    return found


class _Maker:
    """Makes rows; whatever several risks share is made once."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.analysis: Analysis = register.analysis
        self._types = [self._of_type(kind) for kind in range(len(self.analysis.types))]
        self._cases: dict[int, Row] = {}
        self._rulings: dict[int, Row] = {}
        self._ids: dict[Scope, list[str]] = {}

    def rows(self) -> Iterator[Row]:
        register, table = self.register, self.analysis.threats
        order, starts, ends = register.spans
        heads = register.heads
        titles = self._titles(heads.tolist())
        worst = self._worst(order, starts, ends)
        cases = register.ratings.cases.of[heads].tolist()
        rulings = register.rulings.of[heads].tolist()
        settled = register.settled[heads].tolist()
        kinds, states = table.type[heads].tolist(), table.state[heads].tolist()
        elements = table.element[heads].tolist()
        places = [self._scope_ids(item.at) for item in self.analysis.types]
        spots, types = table.place[order].tolist(), table.type[order].tolist()
        ids = self.analysis.columns.elements.ids
        words = [state.word for state in State]
        for number, (kind, element, first, last) in enumerate(
            zip(kinds, elements, starts.tolist(), ends.tolist(), strict=True)
        ):
            at = [places[types[row]][spots[row]] for row in range(first, last)]
            owner = ids[element] if element != SYSTEM_ROW else at[0]
            fixed = self._types[kind]
            yield {
                "id": f"{fixed['type']}@{owner}",
                "title": titles[number],
                "element": owner,
                "places": at,
                "state": words[states[number]],
                "settled": settled[number],
                "worst": worst[number],
                **self._case(cases[number]),
                **fixed,
                "decision": self._ruling(rulings[number]),
            }

    def _worst(self, order: Any, starts: Any, ends: Any) -> list[str]:
        """Return each risk's worst case: the highest of its threats'."""
        if not len(starts):
            return []
        high = self.register.ratings.severity[HIGH][order]
        by_start = np.argsort(starts)
        found = np.empty(len(starts), np.int8)
        found[by_start] = np.maximum.reduceat(high, starts[by_start])
        return [Severity(item).word for item in found.tolist()]

    def _of_type(self, kind: int) -> Row:
        item = self.analysis.types[kind]
        return {
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

    def _case(self, case: int) -> Row:
        found = self._cases.get(case)
        if found is None:
            cases = self.register.ratings.by_case
            likelihood, impact = float(cases.likelihood[BEST, case]), float(cases.impact[BEST, case])
            found = self._cases[case] = {
                "severity": Severity(int(cases.severity[BEST, case])).word,
                "likelihood": round(likelihood, 3),
                "impact": round(impact, 3),
                "likelihood_level": level(likelihood).word,
                "impact_level": level(impact).word,
            }
        return found

    def _ruling(self, number: int) -> Row | None:
        if number < 0:
            return None
        if number not in self._rulings:
            self._rulings[number] = decision_row(self.register.rulings.all[number])
        return self._rulings[number]

    def _scope_ids(self, at: Any) -> list[str]:
        scope = SCOPES[at]
        if scope not in self._ids:
            self._ids[scope] = self.analysis.places(scope)
        return self._ids[scope]

    def _titles(self, heads: Sequence[int]) -> list[str]:
        """Return the risks' titles; the names of each kind of place are looked up together."""
        analysis, table = self.analysis, self.analysis.threats
        labels: dict[tuple[Scope, str], list[str]] = {}
        found = []
        for kind, place in zip(table.type[heads].tolist(), table.place[heads].tolist(), strict=True):
            item = analysis.types[kind]
            scope, pieces = SCOPES[item.at], list(parts(item.title))
            for index in range(1, len(pieces), 2):
                word = pieces[index]
                if word not in WORDS[scope]:
                    pieces[index] = "{" + word + "}"
                    continue
                key = (scope, word)
                if key not in labels:
                    labels[key] = names(analysis, scope, word, range(analysis.atoms.size(scope)))
                pieces[index] = labels[key][place]
            found.append("".join(pieces))
        return found


def decision_row(ruling: Ruling) -> Row:
    """Return what a risk's row says of the decision about it."""
    said = ruling.to_dict()
    return {"key": ruling.key, **said, "stale": ruling.standing in {"expired", "changed", "incomplete"}}

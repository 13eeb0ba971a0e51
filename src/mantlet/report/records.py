"""Threats and risks as JSON has them: the shapes that scripts and other tools rely on.

`threats --json` and `risks --json` print these; `docs/json.md` describes them and tests hold them fast. Thousands of
threats are written one by one, so that a large model needs no large memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.because import Because, verified
from mantlet.analysis.engine import State
from mantlet.risk.names import fill, names_of
from mantlet.risk.needs import HARM_WORDS
from mantlet.risk.owasp import Severity, level
from mantlet.risk.ratings import BEST, HIGH, LOW
from mantlet.risk.register import Register, Risk
from mantlet.rules.tree import SCOPES, Scope

if TYPE_CHECKING:
    from mantlet.report.model import Report

VERSION = 1
"""Version of the JSON shapes; a change that breaks readers raises it."""
AT_KINDS: dict[Scope, str] = {
    "movement": "flow",
    "element": "element",
    "boundary": "boundary",
    "copy": "data",
    "system": "system",
}


class Records:
    """Turns rows of a register into plain data."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.analysis = register.analysis
        self.because = Because(register.analysis)
        self._case_of = register.ratings.cases.of.tolist()
        self._ratings: dict[int, dict[str, Any]] = {}
        self.fixed = [self._of_type(kind) for kind in range(len(self.analysis.types))]
        """Per type, the fields that all its threats share."""

    def _of_type(self, kind: int) -> dict[str, Any]:
        """Return what every threat of a type shares."""
        item = self.analysis.types[kind]
        return {
            "stride": list(item.stride),
            "cia": list(item.cia),
            "linddun": list(item.linddun),
            "trim": list(item.trim),
            "refs": dict(item.refs),
            "new": self.analysis.is_new(item),
        }

    def threat(self, row: int) -> dict[str, Any]:
        """Return one threat."""
        table = self.analysis.threats
        kind, place = int(table.type[row]), int(table.place[row])
        item = self.analysis.types[kind]
        scope = SCOPES[item.at]
        name = self.analysis.place_id(scope, place)
        ruling, reasons = self.register.ruling(row), self.because.reasons(row)
        state = State(int(table.state[row]))
        return {
            "id": f"{item.id}@{name}",
            "type": item.id,
            "title": fill(item.title, names_of(self.analysis, kind, place)),
            "at": self._at(scope, name, place),
            "element": self.register.element_id(row),
            "state": state.word,
            **self.fixed[kind],
            "rating": self.rating(row),
            "controls": list(item.controls),
            "verified": verified(state, reasons),
            "because": [reason.to_dict() for reason in reasons],
            "evidence": [mark.to_dict() for mark in self.analysis.evidence.get(row, ())],
            "decision": ruling.to_dict() if ruling else None,
        }

    def _at(self, scope: Scope, name: str, place: int) -> dict[str, str]:
        columns = self.analysis.columns
        at = {"kind": AT_KINDS[scope], "id": name}
        if scope == "movement":
            ids = columns.elements.ids
            return {**at, "source": ids[columns.source[place]], "target": ids[columns.target[place]]}
        return at

    def rating(self, row: int) -> dict[str, Any]:
        """Return a threat's rating: estimate, worst case and band. Threats of one case share the record."""
        case = self._case_of[row]
        if case not in self._ratings:
            self._ratings[case] = self._rate(case, row)
        return self._ratings[case]

    def _rate(self, case: int, row: int) -> dict[str, Any]:
        cases = self.register.ratings.by_case
        best, low, high = (Severity(int(cases.severity[band, case])).word for band in (BEST, LOW, HIGH))
        business = float(cases.business[BEST, case])
        likelihood, impact = float(cases.likelihood[BEST, case]), float(cases.impact[BEST, case])
        return {
            "vector": self.register.ratings.vector(row),
            "likelihood": round(likelihood, 3),
            "likelihood_level": level(likelihood).word,
            "technical": round(float(cases.technical[BEST, case]), 3),
            "business": None if math.isnan(business) else round(business, 3),
            "impact": round(impact, 3),
            "impact_level": level(impact).word,
            "severity": best,
            "worst": high,
            "band": [low, high],
            "harm": HARM_WORDS[int(cases.harm[case, 0])],
        }

    def risk(self, risk: Risk) -> dict[str, Any]:
        """Return one entry of the register."""
        item = risk.type
        table = self.analysis.threats
        scope = SCOPES[item.at]
        ruling = risk.ruling
        fixed = self.fixed[int(table.type[risk.worst])]
        return {
            "id": risk.id,
            "type": item.id,
            "title": risk.title,
            "element": risk.element,
            "threats": [
                f"{item.id}@{self.analysis.place_id(scope, int(table.place[row]))}" for row in risk.rows
            ],
            **fixed,
            "rating": self.rating(risk.worst),
            "state": risk.state.word,
            "settled": risk.settled,
            "controls": list(item.controls),
            "decision": ruling.to_dict() if ruling else None,
        }


def threats_json(register: Register, rows: Sequence[int] | NDArray[np.int64]) -> Iterator[bytes]:
    """Yield the JSON document of `threats --json`, piece by piece."""
    from mantlet.report.stream import ThreatStream  # noqa: PLC0415  (it builds on the records above)

    yield b'{"mantlet": %d, "threats": [' % VERSION
    yield from ThreatStream(register).pieces(rows)
    yield b"]}\n"


def risks_json(register: Register, risks: Iterable[Risk]) -> Iterator[bytes]:
    """Yield the JSON document of `risks --json`; risks that are still to be confirmed, mitigated or settled stand apart."""
    records = Records(register)
    yield b'{"mantlet": %d, "impact_mode": "%s", "counts": ' % (VERSION, register.ratings.mode.encode())
    yield msgspec.json.encode(register.counts())
    yield b', "risks": ['
    yield from _joined(records.risk(risk) for risk in risks)
    for name, group in (
        ("settled", register.decided),
        ("to_confirm", register.to_confirm),
        ("mitigated", register.mitigated),
    ):
        yield b'], "%s": [' % name.encode()
        yield from _joined(records.risk(risk) for risk in group)
    yield b'], "orphaned": '
    yield msgspec.json.encode(
        [{"key": ruling.key, **ruling.to_dict()} for ruling in register.rulings.orphaned]
    )
    yield b', "contradictions": '
    yield msgspec.json.encode([item.to_dict() for item in register.analysis.atoms.facts.contradictions()])
    yield b"}\n"


def report_json(report: Report) -> bytes:
    """Return the whole report as one JSON document, the fields of `Report` as they are."""
    from dataclasses import asdict  # noqa: PLC0415

    return b'{"mantlet": %d, "report": ' % VERSION + msgspec.json.encode(asdict(report)) + b"}\n"


def _joined(items: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    first = True
    for item in items:
        yield (b"\n" if first else b",\n") + encode(item)
        first = False

"""Evidence on threats: what scans confirm is open whatever the model says, what they refute is mitigated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from mantlet.analysis.arrays import Mask, flags, packed
from mantlet.findings.finding import SEVERITIES
from mantlet.findings.marks import Mark
from mantlet.rules.tree import SCOPES

if TYPE_CHECKING:
    from mantlet.analysis.engine import Analysis
    from mantlet.analysis.table import Verdict

REOPENS = SEVERITIES.index("medium")
"""From this severity on, a finding outweighs what the model claims against the threat."""


class Proof:
    """Which evidence speaks of which threats."""

    def __init__(self, analysis: Analysis, marks: Iterable[Mark]) -> None:
        self._analysis = analysis
        self._at: dict[tuple[int, int], list[Mark]] = {}
        self.fitting: set[tuple[str, str, str]] = set()
        """By finding, type and element: the marks that met a threat."""
        for mark in marks:
            for kind in analysis.kinds(mark.type):
                self._weigh(kind, mark)

    def _weigh(self, kind: int, mark: Mark) -> None:
        analysis = self._analysis
        verdict = analysis.verdicts[kind]
        concerned = packed(self._places(kind, mark))
        if concerned & (verdict.shown | verdict.silenced):
            self.fitting.add((mark.fingerprint, mark.type, mark.element))
        hit = concerned & verdict.shown
        if not hit:
            return
        size = len(analysis.places(SCOPES[analysis.types[kind].at]))
        for place in np.flatnonzero(flags(hit, size)).tolist():
            self._at.setdefault((kind, place), []).append(mark)
        _move(verdict, hit, mark)

    def _places(self, kind: int, mark: Mark) -> Mask:
        """Tell of each place of a type whether a piece of evidence speaks of it."""
        analysis, columns = self._analysis, self._analysis.columns
        item = analysis.types[kind]
        row = columns.elements.rows.get(mark.element, -2)
        at: Mask = analysis.end(item.at) == row
        if SCOPES[item.at] != "movement":
            return at
        if mark.either_end or item.at == "flow":
            at = (columns.source == row) | (columns.target == row)
        if item.at == "flow" and mark.flows != "any":
            opener = np.where(columns.source_opens, columns.source, columns.target)
            at &= (opener == row) == (mark.flows == "opened")
        return at & self._speaks(mark.protocols) if mark.protocols else at

    def _speaks(self, protocols: tuple[str, ...]) -> Mask:
        """Tell of each movement whether its protocol is one of some, or isn't written."""
        column = self._analysis.atoms.facts.column("flow", "protocol")
        wanted = np.array([value in {*protocols, "unknown"} for value in column.values], bool)
        speaks: Mask = wanted[column.codes][self._analysis.columns.movement_flow]
        return speaks

    def rows(self) -> dict[int, list[Mark]]:
        """Return the marks by row of the threat table, confirming ones first."""
        table = self._analysis.threats
        where = {
            place: row
            for row, place in enumerate(zip(table.type.tolist(), table.place.tolist(), strict=True))
        }
        found = {}
        for place, marks in self._at.items():
            if place in where:
                order = sorted(set(marks), key=_strength)
                found[where[place]] = order
        return found


def _strength(mark: Mark) -> tuple[int, int, str, str, str]:
    effect = ("confirm", "refute", "weaken").index(mark.effect)
    return effect, -SEVERITIES.index(mark.severity), mark.tool, mark.where, mark.rule


def _move(verdict: Verdict, places: int, mark: Mark) -> None:
    """Move places between the states of a type."""
    if mark.effect == "confirm":
        reopened = places & verdict.mitigated if SEVERITIES.index(mark.severity) >= REOPENS else 0
        opened = (places & verdict.to_confirm) | reopened
        verdict.to_confirm &= ~opened
        verdict.mitigated &= ~opened
        verdict.open |= opened
        verdict.unsure &= ~places
    elif mark.effect == "refute":
        closed = places & (verdict.open | verdict.to_confirm)
        verdict.open &= ~closed
        verdict.to_confirm &= ~closed
        verdict.mitigated |= closed

"""A number for each risk that changes with anything that its row says, worked out on whole columns at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mantlet.analysis.engine import Analysis
from mantlet.risk.ratings import BEST, HIGH
from mantlet.risk.register import Register
from mantlet.rules.tree import SCOPES, Scope
from mantlet.web.rows import decision_row

Numbers = NDArray[np.uint64]
_STIR = np.uint64(0x9E3779B97F4A7C15)
_FOLD = np.uint64(29)
_encode = msgspec.json.Encoder().encode


def signs(register: Register) -> Numbers:
    """Return the numbers of all risks, in the order of the register; they compare within one process only."""
    analysis, table = register.analysis, register.analysis.threats
    heads = register.heads
    if not len(heads):
        return np.zeros(0, np.uint64)
    order, starts, ends = register.spans
    spots, titles = _of_places(analysis)
    case = register.ratings.cases.of[heads]
    cases = register.ratings.by_case
    mixed = _types(register)[table.type[heads]]
    for part in (
        titles[heads],
        _summed(_stirred(spots[order] ^ _stirred(_ranks(starts, ends))), starts, ends),
        table.state[heads],
        register.settled[heads],
        _highest(register.ratings.severity[HIGH][order], starts),
        cases.severity[BEST, case],
        np.round(cases.likelihood[BEST, case] * 1000).astype(np.int64),
        np.round(cases.impact[BEST, case] * 1000).astype(np.int64),
        _rulings(register)[register.rulings.of[heads]],
    ):
        mixed = _stirred(mixed ^ part.astype(np.uint64))
    return mixed


def _stirred(numbers: Numbers) -> Numbers:
    """Return numbers in which each bit hangs on many."""
    numbers = numbers * _STIR + _STIR
    return (numbers ^ (numbers >> _FOLD)) * _STIR


def _hashes(texts: Iterable[Any]) -> Numbers:
    return np.array([hash(text) for text in texts], np.int64).astype(np.uint64)


def _types(register: Register) -> Numbers:
    analysis = register.analysis
    return _hashes(
        (item.id, analysis.is_new(item)) if kind < analysis.catalogued else repr(item)
        for kind, item in enumerate(analysis.types)
    )


def _rulings(register: Register) -> Numbers:
    """Return a number per decision; the last, which −1 finds, stands for none."""
    return _hashes([*(_encode(decision_row(ruling)) for ruling in register.rulings.all), b""])


def _of_places(analysis: Analysis) -> tuple[Numbers, Numbers]:
    """Return, per threat, a number for its place's id and one for the names that stand there."""
    table = analysis.threats
    spots, titles = np.zeros(len(table), np.uint64), np.zeros(len(table), np.uint64)
    scopes: dict[Scope, list[int]] = {}
    for kind, item in enumerate(analysis.types):
        scopes.setdefault(SCOPES[item.at], []).append(kind)
    for scope, kinds in scopes.items():
        rows = np.flatnonzero(np.isin(table.type, kinds))
        if rows.size:
            places = table.place[rows]
            spots[rows] = _hashes(analysis.places(scope))[places]
            titles[rows] = _names(analysis, scope)[places]
    return spots, titles


def _names(analysis: Analysis, scope: Scope) -> Numbers:
    """Return, per place of a scope, a number for all names that a title there may have."""
    columns, sections = analysis.columns, analysis.sections
    system = _hashes([sections.system.name])[0]
    elements = _called(sections.elements)
    if scope == "movement":
        flows = _hashes(item.name for item in sections.flows.values())[columns.movement_flow]
        return (
            _stirred(_stirred(_stirred(flows) ^ elements[columns.source]) ^ elements[columns.target]) ^ system
        )
    if scope == "element":
        return elements ^ system
    if scope == "boundary":
        return _called(sections.boundaries) ^ system
    if scope == "copy":
        facts = analysis.atoms.facts
        data = _called(sections.data)
        return _stirred(data[facts.copy_data]) ^ elements[facts.copy_element] ^ system
    return np.full(1, system, np.uint64)


def _called(entries: Mapping[str, Any]) -> Numbers:
    """Return numbers for what entries are called: their names, or ids."""
    return _hashes(entry.name or name for name, entry in entries.items())


def _ranks(starts: NDArray[Any], ends: NDArray[Any]) -> Numbers:
    """Return, for everything in spans that lie end to end, how many of its own span come before it."""
    by_start = np.argsort(starts)
    first = starts[by_start]
    return (np.arange(int(ends.max())) - np.repeat(first, ends[by_start] - first)).astype(np.uint64)


def _summed(numbers: Numbers, starts: NDArray[Any], ends: NDArray[Any]) -> Numbers:
    """Return the sums of spans; they wrap round, which is as good."""
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(numbers, dtype=np.uint64)])
    return running[ends] - running[starts]


def _highest(values: NDArray[Any], starts: NDArray[Any]) -> NDArray[Any]:
    by_start = np.argsort(starts)
    found = np.empty(len(starts), np.int64)
    found[by_start] = np.maximum.reduceat(values, starts[by_start])
    return found

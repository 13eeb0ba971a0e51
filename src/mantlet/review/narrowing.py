"""What to find out so that a rating's band narrows: the unknown facts that its factors would change with, as questions."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from mantlet.analysis.factcolumn import UNWRITTEN
from mantlet.model.model import RETURNS
from mantlet.model.vocabulary import Subject
from mantlet.review.wording import Question, ask
from mantlet.risk.reasons import Factor
from mantlet.risk.register import Register

WIDE = 0.005
"""A band narrower than this is no band."""
MOST = 6


def narrowing(register: Register, row: int, factors: tuple[Factor, ...]) -> list[tuple[str, Question]]:
    """Return the questions whose answers would narrow a threat's rating, each with the factor it would narrow."""
    found: dict[tuple[str, ...], tuple[str, Question]] = {}
    for factor in sorted(factors, key=lambda item: item.low - item.high):
        if factor.source == "set" or factor.high - factor.low < WIDE:
            continue
        for question in _asked(register, row, factor):
            found.setdefault((question.holder, question.at, question.fact), (factor.name, question))
    return list(found.values())[:MOST]


def _asked(register: Register, row: int, factor: Factor) -> Iterator[Question]:
    analysis = register.analysis
    facts, words = analysis.atoms.facts, analysis.columns.vocabulary.facts
    for name in factor.facts:
        holder, _, fact = name.partition(".")
        if holder == "data" and fact == "classification":
            yield from (ask(analysis, fact, "data", asset) for asset in _unclassified(register, row))
        definition = words.get(fact)
        if (
            holder not in {"element", "flow"}
            or definition is None
            or definition.derived
            or holder not in definition.on
        ):
            continue
        at, place = _at(register, row, holder)
        if at >= 0 and facts.column(holder, fact).codes[at] == UNWRITTEN:
            yield ask(analysis, fact, holder, place)


def _at(register: Register, row: int, holder: Subject) -> tuple[int, str]:
    """Return the row and id of the element or flow of a threat; row −1 where it has none."""
    analysis = register.analysis
    if holder == "element":
        element = int(analysis.threats.element[row])
        return element, analysis.columns.elements.ids[element] if element >= 0 else ""
    flow = analysis.place_of(row).removesuffix(RETURNS)
    return analysis.columns.flows.rows.get(flow, -1), flow


def _unclassified(register: Register, row: int) -> Iterator[str]:
    """Yield the data at a threat's place of which nobody said how secret it is."""
    analysis = register.analysis
    sections = analysis.sections
    flow = sections.flows.get(analysis.place_of(row).removesuffix(RETURNS))
    if flow is not None:
        assets = [*(flow.data or ()), *(flow.returns or ())]
    else:
        element = int(analysis.threats.element[row])
        handled = analysis.columns.handled.row(element) if element >= 0 else ()
        assets = [analysis.columns.data.ids[int(asset)] for asset in handled]
    for name in dict.fromkeys(assets):
        data = sections.data.get(name)
        if data is not None and data.classification is UNSET and data.needs is UNSET:
            yield name

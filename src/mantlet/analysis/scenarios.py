"""Tests of threat types: small models that say where a type fires, where not, and what mitigates it.

A scenario is a base model, a place, and cases that change the model and name the state expected there. Besides the
cases, every part of a rule must matter: a rule with one atom replaced by a constant, or one `and` by `or`, is a
mutant, and some case has to notice it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import Columns
from mantlet.base.errors import InputError, Location, MantletError
from mantlet.base.suggest import suggest
from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.schema import ThreatType
from mantlet.model.entries import Sections
from mantlet.model.validate import check
from mantlet.rules.evaluate import evaluate, value
from mantlet.rules.mutate import mutants
from mantlet.rules.tree import NO, SCOPES, YES, Atom, Const, Scope, Tree, atoms
from mantlet.rules.write import unparse
from mantlet.store.convert import from_raw, raise_problems
from mantlet.store.datafile import DataFile

CaseState = Literal["open", "to-confirm", "mitigated", "absent"]
STATES: tuple[CaseState, ...] = get_args(CaseState)
_WORDS = ("no", "unknown", "yes")
_RULES: tuple[Literal["applies", "mitigated"], ...] = ("applies", "mitigated")


@dataclass(slots=True)
class Case:
    """One change of the model and the state it leads to, before any type silences another."""

    number: int
    expected: CaseState
    set: dict[str, Any]
    """Dotted paths into the model and their new values; None removes."""
    where: Location

    def __str__(self) -> str:
        changes = ", ".join(f"{key}: {'(removed)' if new is None else new}" for key, new in self.set.items())
        return f"case {self.number} ({changes or 'as it is'})"


@dataclass(slots=True)
class Scenario:
    """The cases of one threat type."""

    type: str
    model: dict[str, Any]
    at: str
    cases: list[Case]
    file: str


@dataclass(slots=True)
class Outcome:
    """What came of one scenario."""

    type: str
    failures: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    """Mutants that no case noticed."""
    missing: list[str] = field(default_factory=list)
    mutants: int = 0

    @property
    def fine(self) -> bool:
        """Nothing is to be mended."""
        return not (self.failures or self.survivors or self.missing)

    def __str__(self) -> str:
        if self.fine:
            return f"✔ {self.type} ({self.mutants} mutants, all noticed)"
        lines = [f"✘ {self.type}", *(f"    case fails: {item}" for item in self.failures)]
        lines += [f"    {item}" for item in self.missing]
        lines += [f"    nobody notices: {item}" for item in self.survivors]
        return "\n".join(lines)


def load_scenarios(files: Iterable[Path]) -> dict[str, Scenario]:
    """Read scenarios by threat type; a type that stands in two files is an error."""
    found: dict[str, Scenario] = {}
    for path in files:
        document = DataFile.load(path)
        if document.raw is not None and not isinstance(document.raw, dict):
            raise InputError("the file is no mapping of threat types", where=document.where())
        for name, raw in (document.raw or {}).items():
            if name in found:
                where = document.where((name,), at_key=True)
                raise InputError(f"'{name}' already has a scenario in {found[name].file}", where=where)
            found[name] = _scenario(name, raw, document)
    return found


def _scenario(name: str, raw: object, document: DataFile) -> Scenario:
    where = document.where((name,), at_key=True)
    if not isinstance(raw, dict):
        raise InputError(f"the scenario of '{name}' is empty", where=where, mend="give model, at and cases")
    for key in raw:
        if key not in {"model", "at", "cases"}:
            place = document.where((name, key), at_key=True)
            raise InputError(
                f"unknown field '{key}'", where=place, mend=suggest(key, ("model", "at", "cases"))
            )
    model, at, cases = raw.get("model") or {}, raw.get("at"), raw.get("cases")
    if not isinstance(model, dict) or not isinstance(at, str) or not isinstance(cases, list):
        raise InputError(
            f"the scenario of '{name}' is incomplete", where=where, mend="give model, at and cases"
        )
    read = [_case(number, case, document, name) for number, case in enumerate(cases, 1)]
    return Scenario(name, model, at, read, document.name)


def _case(number: int, raw: object, document: DataFile, name: str) -> Case:
    where = document.where((name, "cases", number - 1))
    if not isinstance(raw, dict) or set(raw) - {"set", "state"} or not isinstance(raw.get("set", {}), dict):
        raise InputError("a case has `state`, and `set` with dotted paths", where=where)
    if raw.get("state") not in STATES:
        raise InputError(f"a case's state is one of {', '.join(STATES)}", where=where)
    return Case(number, raw["state"], raw.get("set") or {}, where)


def judge(threat: ThreatType, scenario: Scenario, catalogue: Catalogue) -> Outcome:
    """Check each case's state, and that every mutant of the two rules changes some case's state."""
    outcome = Outcome(threat.id)
    seen: list[tuple[Mapping[Atom, int], CaseState]] = []
    for case in scenario.cases:
        try:
            known = observe(threat, scenario, case, catalogue)
        except MantletError as error:
            said = "; ".join(f"{item.what} {item.mend}".rstrip() for item in error.errors)
            outcome.failures.append(f"{case.where} {case}: {said}")
            continue
        if known is None:
            continue
        state = _state({}, threat, known)
        seen.append((known, state))
        if state != case.expected:
            shown = _shown(threat, known)
            outcome.failures.append(f"{case.where} {case}: expected {case.expected}, is {state}\n{shown}")
    expected = {case.expected for case in scenario.cases}
    wanted = [
        state
        for state in ("open", "mitigated", "absent")
        if state != "mitigated" or threat.mitigated != Const(0)
    ]
    outcome.missing += [f"no case is {state}" for state in wanted if state not in expected]
    for rule in _RULES:
        for mutant in mutants(getattr(threat, rule)):
            outcome.mutants += 1
            if all(_state({rule: mutant.tree}, threat, known) == state for known, state in seen):
                outcome.survivors.append(f"{rule}: {mutant.change}")
    return outcome


def observe(
    threat: ThreatType, scenario: Scenario, case: Case, catalogue: Catalogue
) -> dict[Atom, int] | None:
    """Return the value of every atom of the type's rules in a case; None where the change took the place away."""
    sections = case_sections(scenario, case, catalogue)
    answers = ModelAtoms(Columns(sections, catalogue.vocabulary), catalogue.controls)
    scope = SCOPES[threat.at]
    places = _places(answers, scope)
    if scenario.at not in places:
        if case.expected == "absent" and case.set:
            return None
        raise InputError(f"there is no place '{scenario.at}'", mend=f"there are: {', '.join(places)}")
    row = places.index(scenario.at)
    wanted = dict.fromkeys([*atoms(threat.applies), *atoms(threat.mitigated)])
    return {atom: int(evaluate(atom, scope, answers)[row]) for atom in wanted}


def case_sections(scenario: Scenario, case: Case, catalogue: Catalogue) -> Sections:
    """Return the model of a case: the scenario's with the case's changes."""
    return _sections(_changed(scenario.model, case.set), catalogue)


def _changed(model: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(dict(model))
    for dotted, new in changes.items():
        *path, last = dotted.split(".")
        inner = result
        for step in path:
            if not isinstance(inner.get(step), dict):
                inner[step] = {}
            inner = inner[step]
        if new is None:
            inner.pop(last, None)
        else:
            inner[last] = new
    return result


def _sections(raw: dict[str, Any], catalogue: Catalogue) -> Sections:
    """Return the model; it is checked like any other, so that a typing error cannot make a case pass."""
    sections = from_raw(raw)
    raise_problems(check(sections, catalogue.vocabulary, catalogue.controls, catalogue.threats), None)
    return sections


def _places(answers: ModelAtoms, scope: Scope) -> list[str]:
    columns = answers.columns
    if scope == "movement":
        return [columns.movement_place(row) for row in range(answers.size(scope))]
    if scope == "copy":
        pairs = zip(answers.facts.copy_data, answers.facts.copy_element, strict=True)
        return [f"{columns.data.ids[data]}/{columns.elements.ids[element]}" for data, element in pairs]
    return {"element": columns.elements.ids, "boundary": columns.boundaries.ids, "system": ["system"]}[scope]


def _state(instead: Mapping[str, Tree], threat: ThreatType, known: Mapping[Atom, int]) -> CaseState:
    """Return the state at the place, with one of the rules replaced if asked."""
    applies = value(instead.get("applies", threat.applies), known)
    mitigated = value(instead.get("mitigated", threat.mitigated), known)
    if applies == NO:
        return "absent"
    if mitigated == YES:
        return "mitigated"
    return "open" if applies == YES else "to-confirm"


def _shown(threat: ThreatType, known: Mapping[Atom, int]) -> str:
    lines = []
    for rule in _RULES:
        tree = getattr(threat, rule)
        lines.append(f"      {rule}: {_WORDS[value(tree, known)]}")
        lines += [f"        {_WORDS[known[atom]]:8} {unparse(atom)}" for atom in dict.fromkeys(atoms(tree))]
    return "\n".join(lines)

# ruff: noqa: E402 (as a script it finds the package by itself)
"""Runs the catalogue's scenarios: small models that say where a threat type fires, where not, and what mitigates it.

As a script it tells authors which cases fail and which mutants nobody notices::

    python tests/catalogue/harness.py MODEL-DESERIALISE      # types
    python tests/catalogue/harness.py scenarios/ml-supply.yaml data/threats/ml-supply.yaml   # all types of a file
    python tests/catalogue/harness.py                        # everything
"""

from __future__ import annotations

import copy
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1] / "src"))

from mantlet.analysis.atoms import ModelAtoms
from mantlet.analysis.columns import Columns
from mantlet.base.errors import MantletError
from mantlet.catalogue.compile import Build, build_shipped
from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.positioned import Positioned, read_yaml, schema_path
from mantlet.catalogue.schema import ThreatType
from mantlet.model.entries import Sections
from mantlet.model.vocabulary import Vocabulary
from mantlet.rules.evaluate import evaluate, value
from mantlet.rules.mutate import mutants
from mantlet.rules.tree import NO, SCOPES, YES, Const, Scope, atoms
from mantlet.rules.write import unparse

SCENARIOS = HERE / "scenarios"
STATES = ("open", "to-confirm", "mitigated", "absent")
WORDS = ("no", "unknown", "yes")


def state_of(applies: int, mitigated: int) -> str:
    if applies == NO:
        return "absent"
    if mitigated == YES:
        return "mitigated"
    return "open" if applies == YES else "to-confirm"


class ScenarioError(Exception):
    """The scenario itself is wrong."""


@dataclass
class Case:
    number: int
    expected: str
    set: dict[str, Any]
    where: str

    def __str__(self) -> str:
        changes = ", ".join(
            f"{key}: {'(removed)' if value is None else value}" for key, value in self.set.items()
        )
        return f"case {self.number} ({changes or 'as it is'})"


@dataclass
class Scenario:
    type: str
    model: dict[str, Any]
    at: str
    cases: list[Case]
    file: str


@dataclass
class Outcome:
    """What came of one type's scenario."""

    failures: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    mutants: int = 0

    @property
    def fine(self) -> bool:
        return not (self.failures or self.survivors or self.missing)


@cache
def shipped() -> tuple[Catalogue, Build]:
    build = build_shipped()
    return Catalogue(build.compiled, build.frameworks), build


def scenario_files() -> list[Path]:
    return sorted(SCENARIOS.glob("*.yaml"))


def load_scenarios(files: list[Path] | None = None) -> dict[str, Scenario]:
    """Read scenarios by type id; a type that is in two files is an error."""
    found: dict[str, Scenario] = {}
    for path in scenario_files() if files is None else files:
        document = read_yaml(path, f"scenarios/{path.name}")
        for name, raw in (document.value or {}).items():
            if name in found:
                raise ScenarioError(f"{name} is in {found[name].file} and in {path.name}")
            found[name] = _scenario(name, raw, document)
    return found


def _scenario(name: str, raw: Any, document: Positioned) -> Scenario:
    where = document.locate((name,), key=True)
    unknown = set(raw) - {"model", "at", "cases"} if isinstance(raw, dict) else {"?"}
    if unknown or not isinstance(raw.get("cases"), list) or "at" not in raw:
        raise ScenarioError(
            f"{where}: {name} needs model, at and cases (unknown: {', '.join(sorted(unknown)) or '-'})"
        )
    cases = []
    for number, case in enumerate(raw["cases"], 1):
        place = document.locate((name, "cases", number - 1))
        if set(case) - {"set", "state"} or case.get("state") not in STATES:
            raise ScenarioError(f"{place}: a case has `state` ({', '.join(STATES)}) and `set`")
        cases.append(Case(number, case["state"], case.get("set") or {}, str(place)))
    return Scenario(name, raw.get("model") or {}, raw["at"], cases, document.name)


def changed(model: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return the model with dotted paths set; None removes."""
    result = copy.deepcopy(model)
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


def sections(raw: dict[str, Any], vocabulary: Vocabulary) -> Sections:
    """Return the model; every name in it must exist, so that a typing error cannot make a case pass."""
    try:
        model = msgspec.convert(raw, Sections, strict=False)
    except msgspec.ValidationError as error:
        what, path = schema_path(str(error))
        raise ScenarioError(f"the model is wrong at {'.'.join(map(str, path))}: {what}") from None
    problems = [*_unknown_names(model), *_unknown_words(model, vocabulary)]
    if problems:
        raise ScenarioError("; ".join(problems))
    return model


def _unknown_names(model: Sections) -> list[str]:
    wanted: list[tuple[str, str, Any]] = []
    for name, element in model.elements.items():
        wanted += [(f"elements.{name}.in", item, model.boundaries) for item in element.within]
        wanted += [(f"elements.{name}.holds", item, model.data) for item in element.copies]
        if element.operated_by != "us":
            wanted.append((f"elements.{name}.operated_by", element.operated_by, model.parties))
    for name, flow in model.flows.items():
        wanted += [
            (f"flows.{name}", end, model.elements) for end in (flow.from_, flow.to, flow.opened_by) if end
        ]
        for listed in (flow.data, flow.returns):
            if listed is not msgspec.UNSET:
                wanted += [(f"flows.{name}", item, model.data) for item in listed]
    for name, boundary in model.boundaries.items():
        if boundary.in_:
            wanted.append((f"boundaries.{name}.in", boundary.in_, model.boundaries))
    for name, data in model.data.items():
        if data.derived_from is not msgspec.UNSET:
            wanted += [(f"data.{name}.derived_from", item, model.data) for item in data.derived_from]
    places = {"system": 0, **model.elements, **model.flows, **model.boundaries, **model.data}
    for name, control in model.controls.items():
        wanted += [(f"controls.{name}.on", item, places) for item in control.on]
    return [f"{where}: unknown '{item}'" for where, item, known in wanted if item not in known]


def _unknown_words(model: Sections, vocabulary: Vocabulary) -> list[str]:
    problems = []
    tables = (
        ("element", model.elements),
        ("boundary", model.boundaries),
        ("data", model.data),
        ("flow", model.flows),
    )
    for realm, table in tables:
        for name, entry in table.items():
            if realm != "flow" and not vocabulary.knows(entry.type, realm):
                problems.append(
                    f"{name}: unknown {realm} type '{entry.type}' {vocabulary.suggest_type(entry.type, realm)}"
                )
            problems += _unknown_facts(name, realm, entry.facts, vocabulary)
    for name, element in model.elements.items():
        for data, held in element.copies.items():
            problems += _unknown_facts(f"{name}.holds.{data}", "copy", held.facts, vocabulary)
    problems += _unknown_facts("system", "system", model.system.facts, vocabulary)
    known, _ = shipped()
    problems += [
        f"controls.{name}: unknown control '{item.control}'"
        for name, item in model.controls.items()
        if item.control not in known.controls
    ]
    return problems


def _unknown_facts(place: str, subject: Any, facts: dict[str, Any], vocabulary: Vocabulary) -> list[str]:
    problems = []
    for fact, given in facts.items():
        known = vocabulary.facts.get(fact)
        if known is None or subject not in known.on or known.derived:
            problems.append(f"{place}: '{fact}' is no fact that people write on a {subject}")
        elif isinstance(known.values, list) and not known.open and str(given) not in {*known.values, "n/a"}:
            problems.append(f"{place}: '{fact}' is never '{given}'")
    return problems


def place_row(answers: ModelAtoms, scope: Scope, place: str) -> int:
    """Return the row of a place in its scope."""
    columns = answers.columns
    if scope == "movement":
        ids = [columns.movement_place(row) for row in range(answers.size(scope))]
    elif scope == "copy":
        pairs = zip(answers.facts.copy_data, answers.facts.copy_element, strict=True)
        ids = [f"{columns.data.ids[data]}/{columns.elements.ids[element]}" for data, element in pairs]
    else:
        ids = {"element": columns.elements.ids, "boundary": columns.boundaries.ids, "system": ["system"]}[
            scope
        ]
    if place not in ids:
        raise ScenarioError(f"there is no place '{place}'; there are: {', '.join(ids)}")
    return ids.index(place)


Known = dict[Any, int]


def observe(threat: ThreatType, scenario: Scenario, case: Case, catalogue: Catalogue) -> Known | None:
    """Return the value of every atom of the type's rules in a case; None where the place itself is gone."""
    model = sections(changed(scenario.model, case.set), catalogue.vocabulary)
    answers = ModelAtoms(Columns(model, catalogue.vocabulary), catalogue.controls)
    scope = SCOPES[threat.at]
    try:
        row = place_row(answers, scope, scenario.at)
    except ScenarioError:
        if case.expected == "absent" and case.set:
            return None
        raise
    wanted = dict.fromkeys([*atoms(threat.applies), *atoms(threat.mitigated)])
    return {atom: int(evaluate(atom, scope, answers)[row]) for atom in wanted}


def judge(threat: ThreatType, scenario: Scenario, catalogue: Catalogue) -> Outcome:
    """Check each case's state, and that every mutant of the rules changes some case."""
    outcome = Outcome()
    seen: list[tuple[Known, str]] = []
    for case in scenario.cases:
        try:
            known = observe(threat, scenario, case, catalogue)
        except ScenarioError as error:
            outcome.failures.append(f"{case.where} {case}: {error}")
            continue
        if known is None:
            continue
        state = state_of(value(threat.applies, known), value(threat.mitigated, known))
        seen.append((known, state))
        if state != case.expected:
            outcome.failures.append(
                f"{case.where} {case}: expected {case.expected}, is {state}\n{_shown(threat, known)}"
            )
    _count_kinds(threat, scenario, outcome)
    for rule in ("applies", "mitigated"):
        for mutant in mutants(getattr(threat, rule)):
            outcome.mutants += 1
            if not any(_with(threat, rule, mutant.tree, known) != state for known, state in seen):
                outcome.survivors.append(f"{rule}: {mutant.change}")
    return outcome


def _with(threat: ThreatType, rule: str, tree: Any, known: Known) -> str:
    applies = value(tree if rule == "applies" else threat.applies, known)
    mitigated = value(tree if rule == "mitigated" else threat.mitigated, known)
    return state_of(applies, mitigated)


def _count_kinds(threat: ThreatType, scenario: Scenario, outcome: Outcome) -> None:
    expected = {case.expected for case in scenario.cases}
    wanted = ["open", "absent", *([] if threat.mitigated == Const(0) else ["mitigated"])]
    outcome.missing += [f"no case is {state}" for state in wanted if state not in expected]


def _shown(threat: ThreatType, known: Known) -> str:
    lines = []
    for rule in ("applies", "mitigated"):
        tree = getattr(threat, rule)
        lines.append(f"      {rule}: {WORDS[value(tree, known)]}")
        lines += [f"        {WORDS[known[atom]]:8} {unparse(atom)}" for atom in dict.fromkeys(atoms(tree))]
    return "\n".join(lines)


def report(name: str, outcome: Outcome) -> str:
    """Return an outcome as people read it."""
    if outcome.fine:
        return f"✔ {name} ({outcome.mutants} mutants, all noticed)"
    lines = [f"✘ {name}"]
    lines += [f"    case fails: {item}" for item in outcome.failures]
    lines += [f"    {item}" for item in outcome.missing]
    lines += [f"    nobody notices: {item}" for item in outcome.survivors]
    return "\n".join(lines)


def chosen(arguments: list[str], catalogue: Catalogue, scenarios: dict[str, Scenario]) -> list[str]:
    """Return the types that the arguments name, by id or by a threats or scenarios file."""
    if not arguments:
        return list(dict.fromkeys([*catalogue.threats, *scenarios]))
    names: list[str] = []
    for argument in arguments:
        if argument.endswith((".yaml", ".yml")):
            stem = Path(argument).name
            names += [name for name, item in scenarios.items() if item.file.endswith(f"/{stem}")]
            path = next((path for path in _threat_files() if path.name == stem), None)
            names += list((read_yaml(path).value or {}).get("threats") or {}) if path else []
        else:
            names.append(argument)
    return list(dict.fromkeys(names))


def _threat_files() -> list[Path]:
    return sorted((HERE.parents[1] / "src/mantlet/catalogue/data/threats").rglob("*.yaml"))


def main(arguments: list[str]) -> int:
    catalogue, build = shipped()
    for error in build.errors:
        print(error.diagnostics(), file=sys.stderr)
    try:
        scenarios = load_scenarios()
    except (ScenarioError, MantletError) as error:
        print(error, file=sys.stderr)
        return 2
    failed = len(build.errors)
    names = chosen(arguments, catalogue, scenarios)
    for name in names:
        if name not in catalogue.threats:
            print(f"✘ {name}: there is no such threat type")
        elif name not in scenarios:
            print(f"✘ {name}: it has no scenario")
        else:
            outcome = judge(catalogue.threats[name], scenarios[name], catalogue)
            print(report(name, outcome))
            failed += not outcome.fine
            continue
        failed += 1
    print(f"{len(names)} types, {failed} to mend")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

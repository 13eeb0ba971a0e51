"""LINDDUN's tables ask about every kind of place; the privacy pack has a type that is seen to fire there for each cell."""

import pytest
from harness import shipped_catalogue, shipped_scenarios

from mantlet.analysis.columns import Columns
from mantlet.analysis.considered import categories_of, framework_tables
from mantlet.analysis.scenarios import Scenario, case_sections
from mantlet.catalogue.schema import ThreatType
from mantlet.model.vocabulary import ELEMENT_KINDS
from mantlet.rules.tree import SCOPES

CATALOGUE, _ = shipped_catalogue()
SCENARIOS = shipped_scenarios()
TABLES = [table for table in framework_tables() if table.family == "linddun"]


def fired(threat: ThreatType, scenario: Scenario):
    """Yield the kinds of place where a type fires in its scenario: an element's, or an end of an interaction."""
    scope = SCOPES[threat.at]
    for case in scenario.cases:
        if case.expected not in {"open", "mitigated"} or scope not in {"movement", "element", "copy"}:
            continue
        sections = case_sections(scenario, case, CATALOGUE)
        columns = Columns(sections, CATALOGUE.vocabulary)
        kinds = {name: ELEMENT_KINDS[columns.kind[row]] for name, row in columns.elements.rows.items()}
        if scope != "movement":
            yield (kinds[scenario.at.rpartition("/")[2]],)
            continue
        flow = sections.flows[scenario.at]
        ends = kinds[flow.from_], kinds[flow.to]
        yield (*ends, "flow")
        yield (*ends, threat.at.removeprefix("flow.") if "." in threat.at else "flow")


@pytest.fixture(scope="module")
def seen():
    found = set()
    for threat in CATALOGUE.threats.values():
        if threat.pack == "privacy" and threat.id in SCENARIOS:
            places = set(fired(threat, SCENARIOS[threat.id]))
            found |= {(letter, *place) for letter in categories_of(threat, "linddun") for place in places}
    return found


def test_every_cell_per_element(seen):
    for table in TABLES:
        for kind, letters in table.elements.items():
            for letter in letters:
                ends = {(letter, kind)} | {
                    place for place in seen if place[0] == letter and _touches(place[1:], kind)
                }
                assert seen & ends, f"{letter} at {kind}"


def _touches(place: tuple[str, ...], kind: str) -> bool:
    if len(place) == 1:
        return place[0] == kind
    return kind == "flow" or kind == (place[0] if place[2] == "source" else place[1])


def test_every_cell_per_interaction(seen):
    unanswered = []
    for table in TABLES:
        for asked in table.interactions:
            for letter in asked.categories:
                wanted = {(letter, asked.source, asked.target, asked.at)}
                if asked.at != "flow":
                    wanted.add((letter, asked.source if asked.at == "source" else asked.target))
                if not seen & wanted:
                    unanswered.append(f"{letter} at the {asked.at} of {asked.source} → {asked.target}")
    assert unanswered == []


def test_every_node_of_the_trees_is_some_type():
    counted = {node for node, entry in CATALOGUE.frameworks["linddun"].entries.items() if entry.counted}
    used = {node for threat in CATALOGUE.threats.values() for node in threat.linddun}
    assert sorted(counted - used) == []

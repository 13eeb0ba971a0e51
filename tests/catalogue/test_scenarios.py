"""Every threat type fires where it should, is silent where it should, and each part of its rules matters."""

import pytest
from harness import shipped_catalogue, shipped_scenarios

from mantlet.analysis.scenarios import judge

CATALOGUE, _ = shipped_catalogue()
SCENARIOS = shipped_scenarios()


def test_every_type_has_a_scenario():
    assert sorted(set(CATALOGUE.threats) - set(SCENARIOS)) == []


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_scenario(name):
    assert name in CATALOGUE.threats, "a scenario for a type that does not exist"
    outcome = judge(CATALOGUE.threats[name], SCENARIOS[name], CATALOGUE)
    assert outcome.fine, str(outcome)

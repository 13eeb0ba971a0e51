"""What the demos' registers show: short, of several severities, with decisions that mean something."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from mantlet.project.api import analyse, load
from mantlet.project.demo import list_examples

DAY = date(2026, 11, 24)
EXAMPLES = [example.id for example in list_examples()]
STANDINGS = {"active", "planned", "expired"}


@pytest.fixture(scope="module")
def assessments():
    root = Path(str(files("mantlet.project").joinpath("examples")))
    return {name: analyse(load(root / name / "threatmodel.yaml"), today=DAY) for name in EXAMPLES}


@pytest.mark.parametrize("name", EXAMPLES)
class TestEach:
    def test_has_at_most_two_risks_per_element(self, assessments, name):
        register = assessments[name].register
        assert len(register.open) + len(register.decided) <= 2 * len(assessments[name].model.elements)

    def test_shows_at_least_three_severities(self, assessments, name):
        assert len({risk.severity for risk in assessments[name].risks}) >= 3

    def test_leaves_a_few_questions(self, assessments, name):
        assert 1 <= len(assessments[name].to_confirm) <= len(assessments[name].model.elements) / 2

    def test_every_decision_concerns_a_threat_that_is_there(self, assessments, name):
        rulings = assessments[name].register.rulings
        assert rulings.all
        assert [ruling.key for ruling in rulings.orphaned] == []
        assert {ruling.standing for ruling in rulings.all} <= STANDINGS

    def test_every_planned_control_changes_something(self, assessments, name):
        catalogue = assessments[name].catalogue
        for control in assessments[name].model.sections.controls.values():
            assert control.control in catalogue.controls

    def test_its_environments_leave_less(self, assessments, name):
        root = Path(str(files("mantlet.project").joinpath("examples")))
        for environment in assessments[name].model.sections.environments:
            overlaid = analyse(load(root / name / "threatmodel.yaml", environment=environment), today=DAY)
            assert len(overlaid.risks) < len(assessments[name].risks)


def test_the_demos_show_every_treatment_and_an_expired_acceptance(assessments):
    rulings = [ruling for one in assessments.values() for ruling in one.register.rulings.all]
    treatments = {ruling.decision.treatment for ruling in rulings}
    assert treatments == {"mitigate", "avoid", "transfer", "accept", "not-applicable"}
    assert any(ruling.standing == "expired" for ruling in rulings)
    assert any(ruling.key.endswith("@*") for ruling in rulings)


def test_the_demos_show_controls_of_every_status(assessments):
    controls = [control for one in assessments.values() for control in one.model.sections.controls.values()]
    assert {control.status for control in controls} == {"planned", "implemented", "verified"}

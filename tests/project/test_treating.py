"""What was carried out on data lands on the threat: decision, verified control, severity after."""

from datetime import date

import pytest

from mantlet.base.errors import UsageError
from mantlet.project.api import analyse
from mantlet.project.treating import CARRIED_OUT, treat

MODEL = """mantlet: 1
# people's own words stay
data:
  customers: {name: Customers, classification: confidential, personal: [name, email]}
  orders: {name: Orders, personal: [address]}
elements:
  app: {type: web-service}
  lake: {type: data-lake, holds: [customers, orders], facts: {pseudonymised: no}}
flows:
  land: {from: app, to: lake, data: [customers, orders]}
"""
THREAT = "IDENTIFIABLE-AT-REST@customers/lake"
DAY = date(2026, 11, 24)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(MODEL)
    return path


def test_a_masked_table_settles_its_threat_and_no_other(model):
    done = treat(model, THREAT, "mask", "masked email (pseudonym) in 3 rows", today=DAY)
    assert done.control == "pseudonymise"
    assert (done.before != "mitigated", done.after) == (True, "mitigated")
    after = analyse(model, today=DAY)
    decision = after.model.sections.decisions[THREAT]
    assert (decision.treatment, decision.status, decision.controls) == ("mitigate", "done", ["pseudonymise"])
    control = after.model.sections.controls["pseudonymise-customers"]
    assert (control.status, control.verified_on, control.on) == ("verified", "2026-11-24", ["customers"])
    assert "masked email" in control.evidence
    assert after.explain("IDENTIFIABLE-AT-REST@orders/lake").state.word != "mitigated"
    assert "# people's own words stay" in model.read_text()


def test_a_second_treatment_gets_a_name_of_its_own(model):
    treat(model, THREAT, "mask", "once", today=DAY)
    model.write_text(model.read_text().replace("status: verified", "status: planned"))
    treat(model, THREAT, "mask", "again", today=DAY)
    assert {"pseudonymise-customers", "pseudonymise-customers-2"} <= analyse(
        model, today=DAY
    ).model.sections.controls.keys()


def test_what_does_not_treat_a_threat_is_refused_and_changes_nothing(model):
    before = model.read_bytes()
    with pytest.raises(UsageError, match="not treated by this"):
        treat(model, "FLOW-INTERCEPTED@land", "mask", "x", today=DAY)
    with pytest.raises(UsageError):
        treat(model, "NO-SUCH@land", "mask", "x", today=DAY)
    assert model.read_bytes() == before


def test_what_commands_carry_out_is_in_the_catalogue(model):
    known = analyse(model, today=DAY).catalogue.controls
    assert {control for controls in CARRIED_OUT.values() for control in controls} <= known.keys()

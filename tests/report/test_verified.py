"""Threats that a verified control mitigates say so."""

from pathlib import Path

import pytest

from mantlet.project.api import analyse
from mantlet.report.records import Records

MODEL = """mantlet: 1
system: {{name: Chat}}
elements:
  users: {{type: person}}
  model: {{type: llm}}
  app: {{type: web-app}}
flows:
  ask: {{from: users, to: app}}
  prompt: {{from: app, to: model}}
controls:
  filter: {{control: filter-injections, on: [app, model], status: {status}}}
  limits: {{control: fix-model-parameters, on: [app, model], status: {status}}}
"""


def threats(folder: Path, status: str) -> list[dict]:
    path = folder / f"{status}.yaml"
    path.write_text(MODEL.format(status=status), encoding="utf-8")
    register = analyse(path).register
    records = Records(register)
    return [records.threat(row) for row in range(len(register.analysis.threats))]


def mitigated_by(found: list[dict], source: str) -> set[str]:
    return {
        threat["id"]
        for threat in found
        if threat["state"] == "mitigated" and source in {reason["from"] for reason in threat["because"]}
    }


def test_only_a_verified_control_verifies(tmp_path):
    found = threats(tmp_path, "verified")
    verified = {threat["id"] for threat in found if threat["verified"]}
    assert verified
    assert verified == mitigated_by(found, "evidence")
    assert verified == mitigated_by(threats(tmp_path, "implemented"), "a control in place")


@pytest.mark.parametrize("status", ["planned", "implemented"])
def test_others_do_not(tmp_path, status):
    assert not any(threat["verified"] for threat in threats(tmp_path, status))

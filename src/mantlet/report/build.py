"""Puts a report together from its parts."""

from __future__ import annotations

from typing import Any

from mantlet.findings.evidence import Evidence
from mantlet.model.model import Model
from mantlet.report.evidence import evidence_rows
from mantlet.report.findings import Findings, telling_paths, together
from mantlet.report.inventory import Inventory
from mantlet.report.model import TOP_RISKS, Report
from mantlet.risk.register import Register


def build(
    model: Model,
    register: Register,
    evidence: Evidence | None = None,
    history: dict[str, Any] | None = None,
) -> Report:
    """Put a report together; ``evidence`` is what scans said of the model, ``history`` its risk over time."""
    findings = Findings(model, register)
    inventory = Inventory(model, register)
    open_risks = [findings.risk(risk) for risk in register.open]
    sections = model.sections
    return Report(
        system=inventory.system(),
        counts=register.counts(),
        verdict=findings.verdict(),
        matrix=findings.matrix(),
        harm=findings.harm(),
        top=together(open_risks)[:TOP_RISKS],
        risks=open_risks,
        settled=[findings.risk(risk) for risk in register.decided],
        mitigated=[findings.risk(risk) for risk in register.mitigated],
        to_confirm=[findings.risk(risk) for risk in register.to_confirm],
        actions=findings.actions(),
        asked=findings.asked(),
        paths=[findings.path(path) for path in telling_paths(register)],
        entities=inventory.entities(),
        data=inventory.data(),
        flows=inventory.flows(),
        boundaries=inventory.boundaries(),
        parties=[
            {"name": party.name or name, "role": party.role, "region": party.region}
            for name, party in sections.parties.items()
        ],
        controls=inventory.controls(),
        decisions=inventory.decisions(),
        contradictions=inventory.contradictions(),
        assumptions=list(sections.assumptions),
        out_of_scope=inventory.out_of_scope(),
        reviews=[
            {"by": review.by, "on": review.on, "scope": review.scope, "note": review.note}
            for review in sections.reviews
        ],
        by_element=findings.by_element(open_risks),
        frameworks=findings.frameworks(),
        tallies=findings.tallies(),
        method=inventory.method(),
        considered=findings.considered(),
        evidence=evidence_rows(register, evidence),
        history=history or {},
    )

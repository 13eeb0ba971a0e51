"""A plan written into the model as decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mantlet.analysis.engine import State
from mantlet.project.api import Assessment
from mantlet.project.editing import decision_fields
from mantlet.project.foreign import refuse_foreign
from mantlet.review.plan.plan import Plan, Step
from mantlet.review.plan.worlds import Worlds
from mantlet.store.document import Document


def decide_plan(
    path: Path, assessment: Assessment, plan: Plan, *, owner: str = "", due: str = ""
) -> tuple[list[str], list[str]]:
    """Write a decision for each risk that the plan's steps deal with; all in one save.

    Returns the keys written, and those left alone because something was decided there already.
    """
    register = assessment.register
    worlds = Worlds(register)
    decided = {ruling.key for ruling in register.rulings.all}
    wanted: dict[str, list[Step]] = {}
    for step in plan.steps:
        for risk in (*step.settles, *step.lowers):
            wanted.setdefault(risk, []).append(step)
    for risk, steps in _together(worlds, plan, wanted).items():
        wanted.setdefault(risk, steps)
    refuse_foreign(path)
    document = Document.load(path)
    written, kept = [], []
    for risk, steps in wanted.items():
        known = register.by_id(risk)
        if known is None or known.state is not State.OPEN:
            continue
        if risk in decided or known.ruling is not None:
            kept.append(risk)
            continue
        fields = _fields(steps, owner, due)
        document.set(("decisions", risk), decision_fields(assessment, risk, fields))
        written.append(risk)
    document.save()
    return written, kept


def _together(worlds: Worlds, plan: Plan, wanted: dict[str, list[Step]]) -> dict[str, list[Step]]:
    """Return the risks that only several steps together remove, with the controls that their type asks for."""
    register = worlds.register
    controls = {step.id: step.on for step in plan.steps if step.kind == "control"}
    edits = [step.id for step in plan.steps if step.kind == "avoid"]
    after = worlds.standing(worlds.with_all(controls, edits)).risks
    found = {}
    for risk in register.open:
        if risk.id in wanted or after.get(risk.id, -1) >= int(risk.severity):
            continue
        steps = [step for step in plan.steps if step.id in risk.type.controls]
        if steps:
            found[risk.id] = steps
    return found


def _fields(steps: list[Step], owner: str, due: str) -> dict[str, Any]:
    controls = [step.id for step in steps if step.kind == "control"]
    edits = [step.title for step in steps if step.kind == "avoid"]
    fields: dict[str, Any] = {"treatment": "mitigate" if controls else "avoid"}
    if controls:
        fields["controls"] = controls
    if owner:
        fields["owner"] = owner
    if due:
        fields["due"] = due
    fields["reason"] = "; ".join(
        ["planned by mantlet plan", *(f"change the design: {edit}" for edit in edits)]
    )
    return fields

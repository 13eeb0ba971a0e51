"""A plan written into the model as decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs

from mantlet.analysis.engine import State
from mantlet.changes.apply import apply_to_document
from mantlet.changes.operations import Change, Set
from mantlet.project.api import Assessment, analyse
from mantlet.project.editing import decision_fields
from mantlet.project.foreign import refuse_foreign
from mantlet.review.plan.plan import Plan, Step, make_plan
from mantlet.review.plan.worlds import Worlds
from mantlet.risk.register import Register
from mantlet.store.document import Document


class Decided(NamedTuple):
    """What a plan becomes in a model: the changes, the decisions that they write, and those left as they were."""

    changes: list[Change]
    written: list[str]
    kept: list[str]


def decide_plan(
    path: Path, assessment: Assessment, plan: Plan, *, owner: str = "", due: str = ""
) -> tuple[list[str], list[str]]:
    """Write a decision for each risk that the plan's steps deal with; all in one save.

    Returns the keys written, and those left alone because something was decided there already.
    """
    decided = plan_changes(assessment, plan, owner=owner, due=due)
    refuse_foreign(path)
    document = Document.load(path)
    apply_to_document(document, decided.changes)
    document.save()
    return decided.written, decided.kept


def planned(
    model: Path,
    *,
    budget: float | None,
    target: str = "",
    considered: Mapping[str, str] | None = None,
    edits: Sequence[str] = (),
    worst_case: bool = False,
    today: date | None = None,
) -> tuple[Plan, dict[str, str]]:
    """Make a plan for a model file, with ``edits`` of the design taken as made; return it with the titles of its risks."""
    register = analyse(model, today=today).register
    if edits:
        register = Worlds(register).with_all({}, list(edits))
    made = make_plan(register, budget=budget, target=target, considered=considered, worst_case=worst_case)
    named = {name for step in made.steps for name in (*step.settles, *step.lowers)} | {*made.left}
    return made, {risk.id: risk.title for risk in register if risk.id in named}


def plan_changes(
    assessment: Assessment, plan: Plan, *, owner: str = "", due: str = "", only: Collection[str] | None = None
) -> Decided:
    """Return the changes that make a plan's steps decisions; ``only`` names the steps that count, all without it."""
    if only is not None:
        plan = structs.replace(plan, steps=[step for step in plan.steps if step.id in only])
    register = assessment.register
    settled = {ruling.key for ruling in register.rulings.all}
    made = Decided([], [], [])
    for risk, steps in _wanted(register, plan).items():
        known = register.by_id(risk)
        if known is None or known.state is not State.OPEN:
            continue
        if risk in settled or known.ruling is not None:
            made.kept.append(risk)
            continue
        fields = decision_fields(assessment, risk, _fields(steps, owner, due))
        made.changes.append(Set(("decisions", risk), fields))
        made.written.append(risk)
    return made


def _wanted(register: Register, plan: Plan) -> dict[str, list[Step]]:
    """Return the steps that deal with each risk."""
    wanted: dict[str, list[Step]] = {}
    for step in plan.steps:
        for risk in (*step.settles, *step.lowers):
            wanted.setdefault(risk, []).append(step)
    for risk, steps in _together(Worlds(register), plan, wanted).items():
        wanted.setdefault(risk, steps)
    return wanted


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

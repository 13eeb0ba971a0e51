"""What was carried out on real data, put on the threat that it treats: the decision, the control with its evidence, the effect."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mantlet.base.errors import UsageError
from mantlet.changes.apply import apply_to_document
from mantlet.changes.operations import Change, Set
from mantlet.project.api import analyse
from mantlet.project.editing import decision_fields
from mantlet.project.foreign import refuse_foreign
from mantlet.store.document import Document

if TYPE_CHECKING:
    from mantlet.project.api import Assessment

CARRIED_OUT = {
    "mask": (
        "mask-personal-data",
        "pseudonymise",
        "generalise",
        "special-category-safeguards",
        "separate-identifiers",
    ),
    "anonymise": ("k-anonymise", "generalise", "suppress-small-groups"),
    "dp": ("dp-release", "aggregate-before-release", "suppress-small-groups", "uniform-responses"),
    "synth": ("synthetic-data", "dp-release"),
    "risk": ("reidentification-test",),
}
"""Controls of the catalogue that each command of `mantlet privacy` puts in place."""


class Treated(NamedTuple):
    """What changed in the model: the control, and the threat's severity or state before and after."""

    control: str
    before: str
    after: str


def treat(model: Path, threat: str, command: str, evidence: str, *, today: date | None = None) -> Treated:
    """Record in a model file that a command's result treats a threat (`TYPE@place`).

    ``evidence`` says in words what was done and measured, without any value of the data. Raises `UsageError` where the
    model has no such threat, or none of its controls is what the command does.
    """
    before = analyse(model, today=today)
    control, changes = treating(before, threat, command, evidence, today=today)
    was = standing(before, threat)
    refuse_foreign(model)
    document = Document.load(model)
    apply_to_document(document, changes)
    document.save()
    return Treated(control, was, standing(analyse(model, today=today), threat))


def treating(
    assessment: Assessment, threat: str, command: str, evidence: str, *, today: date | None = None
) -> tuple[str, list[Change]]:
    """Return the control that a command puts in place against a threat, and the changes that record both."""
    name, _, place = threat.partition("@")
    kind = assessment.catalogue.threats.get(name)
    fitting = [control for control in CARRIED_OUT[command] if kind is not None and control in kind.controls]
    if kind is not None and not fitting:
        raise UsageError(
            f"{name} is not treated by this", mend=f"its controls are {', '.join(kind.controls)}"
        )
    wanted = {"treatment": "mitigate", "controls": fitting[:1], "status": "done", "reason": evidence}
    decision = decision_fields(assessment, threat, wanted)
    on = place.removesuffix(".returns").partition("/")[
        0
    ]  # of a copy, the data: the same table may lie elsewhere
    entry: dict[str, Any] = {
        "control": fitting[0],
        "on": [on],
        "status": "verified",
        "verified_on": (today or date.today()).isoformat(),
        "evidence": evidence,
    }
    key = _free(assessment.model.sections.controls, f"{fitting[0]}-{on}")
    return fitting[0], [Set(("decisions", threat), decision), Set(("controls", key), entry)]


def standing(result: Assessment, threat: str) -> str:
    """Return a threat's severity where it is open, else its state in a word."""
    explained = result.explain(threat)
    found = next(
        (record for record in result.threats if record["id"] == threat and record["state"] == "open"), None
    )
    return str(found["rating"]["severity"]) if found else explained.state.word


def _free(taken: Collection[str], wanted: str) -> str:
    number = 2
    name = wanted
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name

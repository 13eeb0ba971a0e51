"""Attack paths for the browser: each step in words, with the threats that open it and what lights up on the drawing."""

from __future__ import annotations

from typing import Any

from mantlet.model.model import RETURNS
from mantlet.project.api import Assessment
from mantlet.review.paths import AttackPath, Step
from mantlet.risk.owasp import Severity, level
from mantlet.risk.ratings import BEST
from mantlet.risk.register import Register

WAYS = {
    "passed-on": "{source} passes on what it was given, which nothing open here makes easier.",
    "own-rights": "Whoever controls {source} may do this anyway, with the rights that it has there.",
}
"""How a step is made that needs no threat."""


def path_records(assessment: Assessment) -> list[dict[str, Any]]:
    """Return the attack paths, likeliest first."""
    return [_path(assessment, path) for path in assessment.paths]


def _path(assessment: Assessment, path: AttackPath) -> dict[str, Any]:
    flows = dict.fromkeys(step.flow.removesuffix(RETURNS) for step in path.steps)
    return {
        "id": ">".join((path.steps[0].source, *(step.flow for step in path.steps))),
        "likelihood": round(path.likelihood, 3),
        "likelihood_level": level(path.likelihood).word,
        "severity": path.severity.word,
        "asset": path.asset,
        "elements": list(path.elements),
        "places": list(dict.fromkeys((*path.elements, *flows))),
        "steps": [_step(assessment, step) for step in path.steps],
    }


def _step(assessment: Assessment, step: Step) -> dict[str, Any]:
    """Return one movement of a path; a type of threat stands once, at its likeliest place."""
    register, label = assessment.register, assessment.model.label
    kinds: dict[int, int] = {}
    for row in step.threats:
        kinds.setdefault(int(register.analysis.threats.type[row]), row)
    threats = [_threat(register, row) for row in kinds.values()]
    words = WAYS.get(step.way, "").format(source=label(step.source), target=label(step.target))
    return {
        "flow": step.flow,
        "source": step.source,
        "target": step.target,
        "likelihood": round(step.likelihood, 3),
        "way": step.way,
        "text": words or f"{threats[0]['title']}.",
        "threats": threats,
    }


def _threat(register: Register, row: int) -> dict[str, str]:
    analysis = register.analysis
    item = analysis.types[int(analysis.threats.type[row])]
    return {
        "id": f"{item.id}@{analysis.place_of(row)}",
        "risk": f"{item.id}@{register.element_id(row)}",
        "title": register.text(item.title, row),
        "severity": Severity(int(register.ratings.severity[BEST, row])).word,
    }

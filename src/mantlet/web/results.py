"""Results of jobs as the API shows them: held against the model as it is, not as it was when they began."""

from __future__ import annotations

from typing import Any

import msgspec

from mantlet.project.api import Assessment
from mantlet.project.discovering import State
from mantlet.project.evidence import overview
from mantlet.project.proposing import Look, Proposals
from mantlet.store.convert import to_raw
from mantlet.web.jobs import Job
from mantlet.web.session import Session

_look = msgspec.json.Decoder(Look)


def shown(job: Job, session: Session) -> Any:
    """Return the result of a job that is done."""
    if job.kind == "discover":
        return _discovered(job, session)
    if job.kind == "scan":
        return overview(session.assessment)
    return msgspec.Raw(job.held)


def look_of(job: Job) -> Look:
    """Return what a look at the code saw."""
    return _look.decode(job.held)


def proposals_of(job: Job, assessment: Assessment) -> Proposals:
    """Return what a look at the code proposes for a model."""
    base: State = job.kept
    return Proposals(
        look_of(job),
        base,
        to_raw(assessment.model.sections),
        assessment.catalogue.vocabulary,
        again=bool(job.options.get("again")),
    )


def _discovered(job: Job, session: Session) -> dict[str, Any]:
    look, assessment = look_of(job), session.assessment
    proposals = proposals_of(job, assessment)
    sections = assessment.model.sections
    return {
        "name": look.name,
        "root": session.root.resolve().name,
        "files": look.files,
        "scope": look.state.options.scope,
        "exclude": look.state.options.exclude,
        "proposals": proposals.items,
        "declined": proposals.comparison.left_out,
        "stale": proposals.stale(session.root),
        "not_understood": look.not_understood,
        "skipped": look.skipped,
        "inventory": look.state.components,
        "empty_model": not (sections.elements or sections.flows),
    }

"""What answers about long work, files and versions hold, as the API's description says it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Rows = list[dict[str, Any]]


class Told(BaseModel):
    """An answer; what is named here is always there, and there may be more."""

    model_config = ConfigDict(extra="allow")


class Changed(Told):
    """What came of a change: what a client needs to follow, and to take it back."""

    revision: str
    rebased: bool
    changes: Rows
    inverse: Rows
    inverse_layout: dict[str, Any]
    normalised: Rows
    delta: dict[str, Any] = Field(alias="register")
    problems: Rows


class Started(Told):
    """A job that was begun."""

    id: str


class JobRecord(Told):
    """A job: how far it is, and what came of it when it is asked for by itself."""

    id: str
    kind: str
    options: dict[str, Any]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    of: int
    message: str
    error: dict[str, Any] | None


class JobList(Told):
    """All jobs, the newest last."""

    jobs: list[JobRecord]


class Accepted(Changed):
    """What was taken into the model of what the code shows, and what is left."""

    accepted: list[str]
    left: list[str]


class CheckRecord(Told):
    """A check of a scan."""

    id: str
    title: str
    summary: str
    tools: Rows


class EvidenceAnswer(Told):
    """What scans found and what that does to the model."""

    on: str | None
    checks: Rows
    findings: Rows
    hidden: int
    confirmed: Rows
    weakened: Rows
    contradicted: Rows
    verified: Rows
    moved: Rows
    not_modelled: Rows
    unmapped: Rows


class DataFiles(Told):
    """Tables and plans of the project."""

    files: Rows
    plans: list[str]
    more: int


class StepKind(Told):
    """A step that a masking plan can have."""

    do: str
    summary: str
    key: bool
    params: Rows


class Recorded(Changed):
    """What of a profile went into the model."""

    recorded: Rows


class Treated(Changed):
    """How a threat stands before and after it was treated."""

    control: str
    before: str
    after: str


class Suggested(Told):
    """A first masking plan."""

    plan: dict[str, Any]
    reasons: dict[str, str]


class Preview(Told):
    """The first rows of a table before and after masking."""

    columns: Rows
    before: list[list[str | None]]
    after: list[list[str | None]]
    sample_key: bool


class PlanFile(Told):
    """A masking plan."""

    path: str
    key: str
    unlisted: str
    columns: dict[str, Any]


class Saved(Told):
    """A file that was written."""

    path: str


class Budget(Told):
    """The budget of a data set."""

    path: str
    problem: dict[str, str] | None


class Budgets(Told):
    """The budgets of the project."""

    ledgers: list[Budget]


class PlanAnswer(Told):
    """What to do first; the same as `mantlet plan --json`, with titles."""

    goal: str
    steps: Rows
    effort: float
    removed: float
    before: dict[str, int]
    after: dict[str, int]
    optimal: bool
    gap: float
    left: list[str]
    titles: dict[str, str]


class PlanDecided(Changed):
    """The decisions that a plan became."""

    written: list[str]
    kept: list[str]


class DifferenceAnswer(Told):
    """What differs; the same as `mantlet diff --json`, with counts by kind."""

    before: str
    after: str
    empty: bool
    system: Rows
    threats: Rows
    decisions: Rows
    summary: dict[str, int]


class HistoryAnswer(Told):
    """Risk over time; the same as `mantlet history --json`."""

    name: str
    points: Rows
    unread: Rows
    treatment: Rows
    earlier: int


class RevisionsAnswer(Told):
    """What the model can be compared with."""

    git: bool
    branches: Rows
    tags: Rows
    commits: Rows


class FormatRecord(Told):
    """A format of another tool."""

    id: str
    title: str
    suffixes: list[str]
    read: bool
    write: bool
    brings: str


class Notes(Told):
    """What a file of another tool cannot hold."""

    name: str
    notes: Rows


class ImportPreview(Told):
    """A file that was read and not yet taken in."""

    preview: str
    format: str
    title: str
    summary: dict[str, int]
    notes: Rows
    changes: int
    can_update: bool
    warnings: list[str]


class Imported(Changed):
    """A file that was taken in, and where the model's own was kept."""

    kept_yours: Rows


class ModelRecord(Told):
    """A model below the folder that is served."""

    path: str
    kind: str
    title: str
    current: bool


class Opened(Told):
    """The model that is open now."""

    file: str
    revision: str


class Considered(Told):
    """Everything that was considered."""

    tables: Rows
    cells: Rows
    more: int


class Hand(Told):
    """Workshop cards."""

    seed: str
    cards: Rows


class FoundThreat(Changed):
    """The threat that a table found."""

    threat: str


class LawAnswer(Told):
    """What a model says about a law; the same as `mantlet report --compliance` in JSON."""

    verdict: Any
    compliance: dict[str, Any]


def told(kind: Any) -> dict[int | str, dict[str, Any]]:
    """Return the description of a route's answer."""
    return {200: {"model": kind}}

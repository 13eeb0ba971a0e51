"""What requests about long work hold, as the API's description says it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from mantlet.web.shapes import Based, Body, Id, Word

PathName = Annotated[str, Field(min_length=1, max_length=1000)]
Target = Annotated[str, Field(min_length=1, max_length=300)]


class DiscoverOptions(Body):
    """What of the code counts; without any, what counted in the last look that made the model."""

    scope: Annotated[list[PathName], Field(max_length=500)] = Field(default_factory=list)
    exclude: Annotated[list[PathName], Field(max_length=500)] = Field(default_factory=list)
    again: bool = False
    """Propose once more what was declined before."""


class ScanOptions(Body):
    """Which checks run, and on what besides the project's files."""

    only: Annotated[list[Word], Field(max_length=50)] = Field(default_factory=list)
    targets: Annotated[list[Target], Field(max_length=50)] = Field(default_factory=list)
    allowed: bool = False
    """You may look at targets that are not on this machine."""
    advisories: Annotated[str, Field(max_length=1000)] = ""
    """A folder or zip of advisories below the project's folder, to compare dependencies with offline."""
    online: bool = False
    fuzz: bool = False


class ProfileOptions(Body):
    """The table to profile."""

    file: PathName
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


class MaskOptions(Body):
    """The table to mask, by a plan that is kept in a file."""

    file: PathName
    plan: PathName
    output: PathName
    vault: Annotated[str, Field(max_length=1000)] = ""
    verify: bool = True
    replace: bool = False
    """Whether the output may take the place of a file that is there."""


class DiscoverJob(Body):
    """Look at the code."""

    kind: Literal["discover"]
    options: DiscoverOptions = DiscoverOptions()


class ScanJob(Body):
    """Run scanners."""

    kind: Literal["scan"]
    options: ScanOptions = ScanOptions()


class ProfileJob(Body):
    """Look for personal data in a table."""

    kind: Literal["profile"]
    options: ProfileOptions


class MaskJob(Body):
    """Mask a table."""

    kind: Literal["mask"]
    options: MaskOptions


class AcceptBody(Based):
    """What of a look at the code is taken into the model."""

    job: Id
    ids: Annotated[list[Id], Field(max_length=20_000)] = Field(default_factory=list)
    done: bool = False
    """Whether what is left counts as declined from now on."""


AnyJob = Annotated[DiscoverJob | ScanJob | ProfileJob | MaskJob, Field(discriminator="kind")]


Text = Annotated[str, Field(max_length=20_000)]
RAW_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""The description of a request whose body is a file as it is."""


class SilenceBody(Body):
    """A finding that is no risk here, until when and why."""

    fingerprint: Id
    reason: Annotated[str, Field(min_length=1, max_length=20_000)]
    until: Word
    by: Word = ""


class RecordBody(Based):
    """A profile that is written into the model."""

    job: Id
    asset: Annotated[str, Field(max_length=2000)] = ""


class TreatBody(Based):
    """Masking that treats a threat."""

    job: Id
    threat: Id


class SuggestBody(Body):
    """The table that a plan is wanted for."""

    file: PathName


class PreviewBody(Body):
    """A table and the plan to try on it."""

    file: PathName
    plan: dict[str, Any]


class PlanFileBody(Body):
    """A plan and the file that it is kept in."""

    path: PathName
    plan: dict[str, Any]
    reasons: dict[str, Text] = Field(default_factory=dict)


class BudgetBody(Body):
    """The budget of a data set: all that may ever be spent."""

    path: PathName
    data: Annotated[str, Field(max_length=2000)] = ""
    epsilon: Annotated[float, Field(gt=0, lt=100, strict=False)] = 1.0
    delta: Annotated[float, Field(ge=0, lt=0.01, strict=False)] = 0.0
    unit: Word = ""
    rows_per_unit: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    key: Word = ""


class Considered(Body):
    """A change of the design that a plan may choose."""

    edit: Id
    effort: Literal["low", "medium", "high"] = "medium"


class PlanWish(Body):
    """What a plan is for. Without a budget and a target, a budget of 20 points."""

    budget: Annotated[float, Field(ge=0, lt=1e6, strict=False)] | None = None
    target: Word = ""
    consider: Annotated[list[Considered], Field(max_length=50)] = Field(default_factory=list)
    what_if: Annotated[list[Id], Field(max_length=50)] = Field(default_factory=list)
    """Changes of the design that are taken as made."""
    worst_case: bool = False


class PlanBody(PlanWish):
    """A plan that is only looked at."""


class DecidePlanBody(PlanWish, Based):
    """A plan that becomes decisions: all of its steps, or some."""

    steps: Annotated[list[Id], Field(max_length=500)] | None = None
    owner: Word = ""
    due: Word = ""


class WhatIfBody(Body):
    """Changes of the design, as `mantlet plan --what-if` takes them."""

    edits: Annotated[list[Id], Field(min_length=1, max_length=50)]


class ImportFileBody(Body):
    """A file of the project to import."""

    path: PathName
    forget: bool = False
    """Whether the account names that it keeps of who changed what are left out."""


class ImportBody(Based):
    """A file that was read, taken into the model."""

    preview: Id
    how: Literal["replace", "update"] = "replace"


class OpenBody(Body):
    """Another model of the project's folder."""

    path: PathName


class FindingFields(Body):
    """What a table says of a threat that it found."""

    text: Text = ""
    found_by: Word = ""
    rating: Word = ""
    at: Annotated[list[Id], Field(max_length=500)] = Field(default_factory=list)
    controls: Annotated[list[Id], Field(max_length=200)] = Field(default_factory=list)


class FindingBody(Based):
    """What a table found with a card, `CARD@place`."""

    card: Id
    title: Annotated[str, Field(min_length=1, max_length=500)]
    fields: FindingFields = FindingFields()

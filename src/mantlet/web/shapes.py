"""What requests hold and answers are, as the API's description says it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Key = Annotated[str, Field(max_length=2000)] | Annotated[int, Field(ge=0, le=1_000_000)]
PathOf = Annotated[list[Key], Field(min_length=1, max_length=64)]
Id = Annotated[str, Field(min_length=1, max_length=2000)]
Word = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    """A request's body: nothing unknown, nothing turned into something else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SetChange(Body):
    """Put a value at a path."""

    op: Literal["set"]
    path: PathOf
    value: Any


class RemoveChange(Body):
    """Take out what is at a path."""

    op: Literal["remove"]
    path: PathOf


class RenameChange(Body):
    """Give an entry another id, wherever it is mentioned."""

    op: Literal["rename"]
    section: Word
    old: Id
    new: Id


ChangeOf = Annotated[SetChange | RemoveChange | RenameChange, Field(discriminator="op")]


class LayoutChange(Body):
    """Places of things in the drawing, by section and id; null takes one out."""

    set: dict[Word, dict[Id, dict[str, Any] | None]]


class Based(Body):
    """A request that changes the model: on which revision, and who asks."""

    base: Word = ""
    author: Word = ""


class ChangesBody(Based):
    """Operations, done all or none."""

    changes: Annotated[list[ChangeOf], Field(max_length=20_000)] = []
    layout: LayoutChange | None = None
    label: Word = ""


class Answer(Body):
    """The answer to a question."""

    id: Id
    value: Annotated[str, Field(max_length=20_000)] | Annotated[list[Id], Field(max_length=5000)]


class AnswersBody(Based):
    """Answers, written all or none."""

    answers: Annotated[list[Answer], Field(max_length=5000)]


class DecisionFields(Body):
    """What is decided."""

    treatment: Word
    owner: Word = ""
    due: Word = ""
    until: Word = ""
    decided_on: Word = ""
    controls: Annotated[list[Id], Field(max_length=200)] = []
    reason: Annotated[str, Field(max_length=20_000)] = ""
    approved_by: Word = ""
    ticket: Annotated[str, Field(max_length=2000)] = ""
    status: Word = ""
    rating: Word = ""


class DecisionsBody(Based):
    """One decision about several risks or threats."""

    keys: Annotated[list[Id], Field(min_length=1, max_length=5000)]
    fields: DecisionFields


class RateBody(Body):
    """Sixteen factors, as a vector or by code."""

    vector: Annotated[str, Field(max_length=500)] = ""
    factors: dict[Word, float] | None = None
    mode: Word = "method"


class ArrangeBody(Body):
    """What to place."""

    focus: Annotated[str, Field(max_length=2000)] = ""
    detail: bool = True
    dimension: Word = "network"
    direction: Literal["right", "down", "auto"] = "auto"
    keep: bool = False
    """Whether what has a place keeps it."""
    positions: dict[Word, dict[Id, dict[str, Any]]] | None = None


class ErrorItem(BaseModel):
    """What is wrong."""

    model_config = ConfigDict(extra="allow")
    code: str
    message: str
    where: str = ""
    mend: str = ""


class ErrorAnswer(BaseModel):
    """Every error's shape."""

    error: ErrorItem

"""The rules of the model scanner, from its data file: what each says, how severe it is and how to mend it."""

from __future__ import annotations

import yaml
from msgspec import Struct, convert, field

from mantlet.base.data import read_beside


class ModelRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule."""

    message: str
    """With places for what was found."""
    severity: str
    fix: str
    cwe: list[int] = field(default_factory=lambda: [502])


RULES: dict[str, ModelRule] = convert(
    yaml.load(read_beside(__file__, "../data/model-rules.yaml"), yaml.CSafeLoader),  # package data
    dict[str, ModelRule],
)

"""The classes of personal data that mantlet tells apart, read from `data/classes.yaml`."""

from __future__ import annotations

import functools

import msgspec
import yaml
from msgspec import Struct

from mantlet.base.data import read_beside


class PersonalClass(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One class: its words in people's columns, and the check that its values pass."""

    title: str
    model: str
    """The word that `personal:` of the model file uses."""
    values: str
    """The name of a check in `checks.py`."""
    needs: float
    """Share of sampled values that must pass when the column's name says so."""
    headers: tuple[str, ...]
    group: str = ""
    """The class that people ask for, where several kinds make one (`name` of first, last and full names)."""
    alone: float = 2.0
    """Share at which the values say so by themselves; above 1 they never do."""
    personal: str = "yes"
    special: str = "no"
    never: tuple[str, ...] = ()

    @property
    def is_personal(self) -> bool:
        """Whether it identifies or describes a person by itself."""
        return self.personal == "yes"

    @property
    def is_special(self) -> bool:
        """Whether GDPR article 9 (or 10) names it, or it calls for the same care."""
        return self.special == "yes"


@functools.cache
def classes() -> dict[str, PersonalClass]:
    """Return all classes by id, in the order of the file."""
    raw = yaml.load(read_beside(__file__, "data/classes.yaml"), Loader=yaml.BaseLoader)  # noqa: S506  # makes strings only
    return msgspec.convert(raw["classes"], dict[str, PersonalClass], strict=False)

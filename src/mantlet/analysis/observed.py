"""What evidence says of facts, and where the model claims otherwise."""

from __future__ import annotations

from msgspec import Struct

from mantlet.analysis.arrays import Mask


class Observation(Struct, frozen=True):
    """What evidence says of a fact: the value, where, and what showed it."""

    rows: Mask
    value: str
    by: str
    """The id of the control in place, or what a scan found."""


class Contradiction(Struct, frozen=True):
    """A fact that the model claims and evidence refutes; the evidence counts."""

    place: str
    fact: str
    claimed: str
    verified: str
    by: str

    def __str__(self) -> str:
        return f"{self.place}.{self.fact} is written as {self.claimed}, but {self.by} is verified and says {self.verified}"

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON has it."""
        return {field: getattr(self, field) for field in self.__struct_fields__}

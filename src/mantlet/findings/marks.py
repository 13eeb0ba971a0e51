"""What evidence does to a model's facts and threats, as plain data that analysis and ratings read."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Effect = Literal["confirm", "weaken", "refute"]
Flows = Literal["any", "opened", "served"]


class SeenFact(Struct, frozen=True):
    """A fact that evidence shows."""

    subject: Literal["element", "flow"]
    id: str
    fact: str
    value: str
    by: str
    """What showed it, in words."""


class Mark(Struct, frozen=True):
    """What one piece of evidence does to the threats of a type at an element."""

    type: str
    element: str
    effect: Effect
    tool: str
    rule: str
    message: str
    where: str
    severity: str = "note"
    on: str = ""
    fix: str = ""
    fingerprint: str = ""
    either_end: bool = False
    """Threats on flows count whichever end the element is, not only where it bears them."""
    flows: Flows = "any"
    """Of threats to a flow as a whole: those on flows that the element opens, those opened to it, or both."""
    protocols: tuple[str, ...] = ()
    """Of threats on flows: only on flows of these protocols, or of none that is written."""

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON has it."""
        names = ("effect", "tool", "rule", "severity", "message", "where", "on", "fix", "fingerprint")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        return (
            f"{self.tool} {self.rule} ({self.where})" if self.where else f"{self.tool}, which {self.message}"
        )

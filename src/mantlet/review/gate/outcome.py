"""What a gate says: items with a rule, a place and a way to mend."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from mantlet.base.errors import Location

Level = Literal["error", "warning", "note"]
RULES: dict[str, str] = {
    "empty-model": "The model is empty",
    "undescribed-flow": "Nobody wrote what data a flow carries",
    "open-risk": "A risk at or above the bar is open",
    "open-harm": "A risk of harm to people at or above the bar is open",
    "new-threat": "The change brings a threat",
    "catalogue-threat": "Newer rules bring a threat",
    "stale-decision": "A decision no longer stands",
    "overdue": "What was decided is overdue",
    "missing-owner": "Nobody answers for a decision",
    "four-eyes": "Who owns a risk accepted it alone",
    "long-acceptance": "An acceptance lasts too long",
    "open-question": "A telling question is unanswered",
    "drift": "Code and model disagree",
    "old-evidence": "Evidence is missing or old",
    "framework-gap": "A required list is not covered",
    "review": "Introduced by the change: look at it",
    "no-baseline": "There is nothing to compare with",
}
"""Every rule of the gate, in the order of the output."""


class Item(Struct, frozen=True):
    """One thing that the gate says."""

    rule: str
    level: Level
    message: str
    """One line."""
    key: str
    """What it is about, stable between runs."""
    path: tuple[str, ...] = ()
    """Where in the model file; empty for the model as a whole."""
    severity: str = ""
    mend: str = ""
    kind: str = ""
    """For what is to be reviewed: claim, acceptance, not-applicable, control, scope …"""


class Gate(Struct):
    """The outcome of a check."""

    policy: str
    items: list[Item] = field(default_factory=list)
    against: str = ""
    file: str = ""
    asked: list[str] = field(default_factory=list)
    """The rules that the policy switched on."""
    places: dict[str, Location] = field(default_factory=dict)
    """By key, where in the files."""

    @property
    def failures(self) -> list[Item]:
        """What makes the gate fail."""
        return [item for item in self.items if item.level == "error"]

    @property
    def passed(self) -> bool:
        """Whether the gate lets the change through."""
        return not self.failures

    def of(self, rule: str) -> list[Item]:
        """Return the items of one rule."""
        return [item for item in self.items if item.rule == rule]

    def where(self, item: Item) -> Location:
        """Return where an item belongs; the model file as a whole where no line is known."""
        return self.places.get(item.key, Location(self.file))

"""On what code and model disagree, as items that are told and accepted one by one."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from mantlet.changes.operations import Change

Kind = Literal["new", "changed", "gone", "differs"]
_SINGULAR = {
    "parties": "party",
    "data": "data",
    "boundaries": "boundary",
    "elements": "element",
    "flows": "flow",
}


class Item(Struct, frozen=True):
    """One entry on which code and model disagree, with the changes that would make them agree."""

    kind: Kind
    section: str
    id: str
    what: str
    """In a line."""
    at: list[str]
    """Where the code shows it; where it was last seen, if it is gone."""
    changes: list[Change] = []
    needs: list[str] = []
    """Ids of other new entries that it mentions."""
    held_by: list[str] = []
    """Ids of entries that mention something gone: it goes when these go, or stop mentioning it."""
    known: bool = False
    """Told before, and left as it is by people; not counted as drift."""
    supporting: bool = False
    """Data, a party, a boundary or a parent that is new only because something else that is new names it; it comes with that."""
    minor: bool = False
    """Only adds where something is found; not counted as drift."""

    @property
    def subject(self) -> str:
        """The kind of entry and its id."""
        return f"{_SINGULAR[self.section]} {self.id}"


class Comparison(Struct, frozen=True):
    """All on which code and model disagree."""

    items: list[Item]
    refreshed: list[Change]
    """Lines and keys of entries that are there, as they are now; no disagreement."""
    left_out: int = 0
    """Proposed entries that people chose not to have."""

    @property
    def drift(self) -> list[Item]:
        """What somebody should look at."""
        return [item for item in self.items if not (item.known or item.minor)]

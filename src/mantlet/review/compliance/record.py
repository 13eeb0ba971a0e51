"""A draft of the record of processing: personal data with purpose, basis, people, sources, recipients, transfers, times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import UNSET

from mantlet.analysis.arrays import Index, distinct
from mantlet.analysis.assets import SPECIAL_CATEGORIES
from mantlet.analysis.columns import EXTERNAL
from mantlet.model.entries import SELF, Data
from mantlet.model.model import Model
from mantlet.model.vocabulary import DIMENSIONS
from mantlet.risk.register import Register
from mantlet.rules.tree import NO, YES

MISSING = "not stated"
ASSUMED = "yes, from what it is made of"


@dataclass(frozen=True, slots=True)
class Processing:
    """What is done with one kind of personal data."""

    id: str
    name: str
    purpose: str
    legal_basis: str
    people: str
    fields: str
    special: str
    """Special categories among the fields."""
    source: str
    """Who it comes from."""
    kept: str
    """Where it rests, and how long."""
    retention: str
    recipients: str
    """Who else gets it."""
    transfers: str
    """Where it leaves its jurisdiction."""
    automated: str
    missing: list[str] = field(default_factory=list)
    """What a record needs and the model does not say."""


HEADINGS = (
    ("name", "Data"),
    ("purpose", "Purpose"),
    ("legal_basis", "Legal basis"),
    ("people", "People"),
    ("fields", "What about them"),
    ("source", "From"),
    ("kept", "Kept at"),
    ("retention", "Kept for"),
    ("recipients", "Recipients"),
    ("transfers", "Transfers"),
    ("automated", "Machines decide"),
)
_NEEDED = (
    ("purpose", "purpose"),
    ("legal_basis", "legal basis"),
    ("people", "people"),
    ("fields", "fields"),
    ("retention", "time limit"),
)


def processings(model: Model, register: Register) -> list[Processing]:
    """Return a row for each asset that is about people, or may be; by purpose, as a record is kept."""
    recorder = _Recorder(model, register)
    return sorted(recorder.rows(), key=lambda row: (row.purpose == MISSING, row.purpose.casefold()))


class _Recorder:
    def __init__(self, model: Model, register: Register) -> None:
        self.model, self.analysis = model, register.analysis
        self.columns, self.sections = self.analysis.columns, model.sections
        self.owners = self.columns.moves.owner_rows()

    def rows(self) -> Iterator[Processing]:
        personal = self.analysis.atoms.lineage.assets(("personal",), ())
        for row, (name, asset) in enumerate(self.sections.data.items()):
            if personal[row] != NO:
                yield self._row(row, name, asset, surely=bool(personal[row] == YES))

    def _row(self, row: int, name: str, asset: Data, *, surely: bool) -> Processing:
        moving = self.owners[self.columns.moves.items == row]
        stated = [] if asset.personal is UNSET else asset.personal
        fields = {
            "purpose": asset.purpose or MISSING,
            "legal_basis": asset.legal_basis or MISSING,
            "people": _people(asset) or MISSING,
            "fields": ", ".join(stated) or (ASSUMED if surely else "not stated whether it is about people"),
            "retention": asset.retention
            or ("see where it is kept" if self._kept(name, times=True) else MISSING),
        }
        missing = [word for key, word in _NEEDED if fields[key].startswith(MISSING)]
        return Processing(
            id=name,
            name=asset.name or name,
            special=", ".join(item for item in stated if item in SPECIAL_CATEGORIES),
            source=self._ends(self.columns.source, moving),
            kept="; ".join(self._kept(name)) or "nowhere in the model",
            recipients=self._ends(self.columns.target, moving),
            transfers=self._transfers(moving),
            automated=MISSING if asset.automated_decisions is UNSET else asset.automated_decisions,
            missing=missing,
            **fields,
        )

    def _kept(self, name: str, *, times: bool = False) -> list[str]:
        """Return the elements that keep an asset, with region and time; only those with a time if ``times``."""
        found = []
        for element, entry in self.sections.elements.items():
            copy = entry.copies.get(name)
            if copy is None or (times and not copy.retention):
                continue
            operator = self._operator(entry.operated_by)
            region = "" if copy.region and f", {copy.region}" in operator else copy.region
            details = ", ".join(filter(None, (operator, region, copy.retention)))
            found.append(f"{self.model.label(element)}{f' ({details})' if details else ''}")
        return found

    def _operator(self, party: str) -> str:
        known = self.sections.parties.get(party)
        if known is None:
            return "" if party == SELF else party
        return ", ".join(filter(None, (known.name or party, known.region)))

    def _ends(self, near: Index, moving: Index) -> str:
        """Return who stands outside at one end of the movements: people and systems of others, with their party."""
        found = []
        for element in distinct(near[moving]).tolist():
            name = self.columns.elements.ids[element]
            entry = self.sections.elements[name]
            outside = self.columns.kind[element] == EXTERNAL or entry.operated_by != SELF
            if outside:
                party = self.sections.parties.get(entry.operated_by)
                role = f" ({self._operator(entry.operated_by)}, {party.role})" if party else ""
                found.append(f"{self.model.label(name)}{role}")
        return ", ".join(found) or "nobody outside"

    def _transfers(self, moving: Index) -> str:
        """Return the flows on which it crosses a jurisdiction, with the legal basis for that if it is known."""
        if not self.columns.dimension_drawn[DIMENSIONS.index("jurisdiction")]:
            return "jurisdictions are not drawn"
        crossing = self.analysis.atoms.crosses_dimension(DIMENSIONS.index("jurisdiction"))
        basis = self.analysis.atoms.facts.column("flow", "transfer_basis")
        found = []
        for movement in moving.tolist():
            if crossing[movement]:
                flow = int(self.columns.movement_flow[movement])
                said = basis.values[int(basis.codes[flow])]
                ends = (self.columns.source[movement], self.columns.target[movement])
                names = " → ".join(self.model.label(self.columns.elements.ids[int(end)]) for end in ends)
                found.append(f"{names} (legal basis: {said})")
        return "; ".join(dict.fromkeys(found)) or "none"


def _people(asset: Data) -> str:
    subjects = asset.subjects
    if subjects is UNSET:
        return ""
    count = f"{subjects.count:,}" if subjects.count is not UNSET else ""
    weak = "can hardly refuse" if subjects.vulnerable == "yes" else ""
    return ", ".join(filter(None, (" ".join(filter(None, (count, subjects.who))), weak)))

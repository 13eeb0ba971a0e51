"""The second reading: what somebody who wrote none of the mappings said of each, and whether it still is what they read.

Every entry of a published list goes somewhere by one author's judgement. A second reader takes the entry's source text
and the text of each type that cites it, agrees or not, and what they say is kept beside a hash of what they read: a
mapping or a text that changes afterwards has to be read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

from mantlet.base.errors import InputError, Location
from mantlet.base.limits import is_file
from mantlet.catalogue.folders import data_files
from mantlet.store.datafile import DataFile

FOLDER = Path(__file__).parent / "readings"
TEXTS = "texts.yaml"
"""Per type and control, the hash of the text that was read."""

Verdict = Literal["agreed", "completed", "mended", "disagrees", "changed", "unread"]
"""Agreed to all; agreed and added to; some of it taken back or moved; left as it is against the reader; changed since;
never read by a second reader."""


class EntryReading(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the second reader said of one entry."""

    now: str
    """The hash of the mapping that they agreed to."""
    kept: list[str] = field(default_factory=list)
    """The mappings of others that they agreed to: types, controls, facts or a disposition."""
    dropped: list[str] = field(default_factory=list)
    """Those that they didn't agree to."""
    added: list[str] = field(default_factory=list)
    """Mappings that they found missing; they are their author, so that these need another reader."""
    confirmed: list[str] = field(default_factory=list)
    """Added mappings that somebody else read and agreed to."""
    refused: list[str] = field(default_factory=list)
    """Mappings that were added, and that somebody else read and took back."""
    against: list[str] = field(default_factory=list)
    """Mappings that stand although they don't agree."""
    note: str = ""

    def confirm(self, names: Sequence[str], now: str) -> None:
        """Record that somebody else read what was added, and that these mappings are left.

        What is gone they took back. What is new they put in its place: they are its author, so that it waits in turn.
        """
        agreed = [name for name in self.added if name in names]
        self.refused += [name for name in self.added if name not in names]
        self.dropped += [name for name in self.kept if name not in names]
        self.kept = [name for name in self.kept if name in names]
        self.confirmed = agreed
        self.added = sorted({*names} - {*self.kept})
        self.now = now


class Agreement(Struct, kw_only=True):
    """How far two readers agreed on a list, mapping by mapping."""

    reader: str
    on: str
    read: str
    """Which texts of the source were read."""
    mappings: int
    """Of the first reader; an entry that no type cites counts as one, by its disposition."""
    agreed: int
    """Of these, what the second reader agreed to."""
    added: int
    """What they found missing."""
    confirmed: int
    """Of these, what somebody else agreed to."""
    refused: int
    """Of these, what somebody else took back."""
    against: int
    """What stands now although they don't agree."""
    changed: int
    """Entries whose mapping or texts changed after they were read, or that nobody read."""


class Reading(Struct, kw_only=True, forbid_unknown_fields=True):
    """The second reading of one list."""

    list: str
    reader: str
    on: str
    read: str
    """Which texts of the source were read."""
    confirmer: str = ""
    """Who read what this reader added."""
    entries: dict[str, EntryReading]

    def agreement(self, changed: int) -> Agreement:
        """Return the figures; ``changed`` entries need another reading."""
        said = self.entries.values()
        kept = sum(len(entry.kept) for entry in said)
        return Agreement(
            reader=self.reader,
            on=self.on,
            read=self.read,
            mappings=kept + sum(len(entry.dropped) for entry in said),
            agreed=kept,
            added=sum(len(entry.added) + len(entry.refused) for entry in said),
            confirmed=sum(len(entry.confirmed) for entry in said),
            refused=sum(len(entry.refused) for entry in said),
            against=sum(len(entry.against) for entry in said),
            changed=changed,
        )


class SecondReading(Struct, kw_only=True, omit_defaults=True):
    """What the coverage says of an entry's second reading."""

    verdict: Verdict
    by: str = ""
    on: str = ""
    note: str = ""


class Readings(Struct):
    """All second readings, and the texts they were made on."""

    lists: dict[str, Reading]
    texts: dict[str, str]

    def of(self, listed: str, entry: str, mapping: str, texts: Mapping[str, str]) -> SecondReading:
        """Return what was said of an entry whose mapping and cited texts have these hashes now."""
        reading = self.lists.get(listed)
        said = reading.entries.get(entry) if reading else None
        if reading is None or said is None:
            return SecondReading(verdict="unread")
        known = all(self.texts.get(name) == value for name, value in texts.items())
        verdict: Verdict = (
            "changed"
            if said.now != mapping or not known
            else "disagrees"
            if said.against
            else "mended"
            if said.dropped
            else "completed"
            if said.added
            else "agreed"
        )
        return SecondReading(verdict=verdict, by=reading.reader, on=reading.on, note=said.note)


def mapping_hash(entry: str, disposition: str, reason: str, names: Sequence[str]) -> str:
    """Return the hash of where an entry went."""
    return _hash("\n".join((entry, disposition, reason, *sorted(names))))


def text_hash(title: str, text: str) -> str:
    """Return the hash of what a type or control says."""
    return _hash(f"{title}\n{text}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@cache
def shipped_readings() -> Readings:
    """Return the second readings of the package's own lists."""
    return load_readings(FOLDER)


def load_readings(folder: Path) -> Readings:
    """Read the second readings in a folder; raises `InputError` where a file isn't what it should be."""
    lists: dict[str, Reading] = {}
    texts: dict[str, str] = {}
    for path in data_files(folder) if is_file(folder / TEXTS) else ():
        document = DataFile.load(path, f"{folder.name}/{path.name}")
        try:
            if path.name == TEXTS:
                texts = msgspec.convert(document.raw, dict[str, str])
            else:
                reading = msgspec.convert(document.raw, Reading, strict=False)
                lists[reading.list] = reading
        except msgspec.ValidationError as error:
            raise InputError(str(error), where=Location(document.name)) from error
    return Readings(lists, texts)

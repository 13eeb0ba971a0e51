"""What a profile of real data says, written into the model file: the asset's personal data and classification."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import UNSET, structs

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.changes.apply import apply_to_document
from mantlet.changes.operations import Change, Set
from mantlet.model.entries import Data, Sections
from mantlet.model.model import Model, Movement
from mantlet.project.foreign import refuse_foreign
from mantlet.store.document import Document

if TYPE_CHECKING:
    from mantlet.privacy.profile import Profile


class Recorded(NamedTuple):
    """A data asset that a profile was written to, and where it goes."""

    key: str
    changed: bool
    flows: tuple[str, ...]
    """The flows that carry it, as `source → target (id)`."""


def write_profile(path: Path, profiles: Sequence[Profile], asset: str = "") -> list[Recorded]:
    """Add the personal data that was found to the model's data assets; return them with the flows that carry them.

    What people wrote stays: words are added to `personal:`, and a classification is set only where there is none.
    """
    refuse_foreign(path)
    document = Document.load(path)
    changes, recorded = profile_changes(
        document.sections(), {profile.name: profile.categories() for profile in profiles}, asset
    )
    apply_to_document(document, changes)
    document.save()
    return recorded


def profile_changes(
    sections: Sections, found: Mapping[str, Collection[str]], asset: str = ""
) -> tuple[list[Change], list[Recorded]]:
    """Return the changes that tell a model what tables hold, and what they come to; ``found`` has the categories by table.

    ``asset`` is the data asset that the tables are; without it each has one of its own name.
    """
    if asset and asset not in sections.data:
        raise UsageError(
            f"the model has no data '{asset}'",
            mend=suggest(asset, sections.data) or "add it under `data:`, or leave --as out",
        )
    taken = {*sections.elements, *sections.flows, *sections.boundaries}
    changes: list[Change] = []
    held = dict(sections.data)
    written: dict[str, bool] = {}
    for table, categories in found.items():
        key = asset or _id(table, taken)
        changed, held[key] = _recording(key, table, held.get(key), categories)
        changes += changed
        written[key] = written.get(key, False) or bool(changed)
    movements = list(Model(structs.replace(sections, data=held)).movements())
    return changes, [Recorded(key, changed, _carrying(movements, key)) for key, changed in written.items()]


def _recording(
    key: str, table: str, entry: Data | None, categories: Collection[str]
) -> tuple[list[Change], Data]:
    """Return the changes that write what a table holds into its data asset, and the asset after them."""
    changes: list[Change] = []
    if entry is None:
        entry = Data(name=Path(table).name)
        changes.append(Set(("data", key), {"name": entry.name}))
    known = list(entry.personal) if entry.personal is not UNSET else []
    words = [*known, *(word for word in categories if word not in known)]
    if words != known:
        changes.append(Set(("data", key, "personal"), words))
        entry = structs.replace(entry, personal=words)
    if words and entry.classification is UNSET:
        changes.append(Set(("data", key, "classification"), "confidential"))
        entry = structs.replace(entry, classification="confidential")
    return changes, entry


def _carrying(movements: Sequence[Movement], key: str) -> tuple[str, ...]:
    return tuple(f"{one.source} → {one.target} ({one.flow})" for one in movements if key in (one.data or ()))


def _id(name: str, taken: Collection[str]) -> str:
    """Return an id for a table: its file's name without the ending, unless something else is called so."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(name.rpartition(":")[2] or name).stem.lower()).strip("-")
    plain = stem if stem[:1].isalpha() else f"data-{stem}"
    return f"{plain}-table" if plain in taken else plain

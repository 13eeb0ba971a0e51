"""What a profile of real data says, written into the model file: the asset's personal data and classification."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import UNSET

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
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
    sections = document.sections()
    if asset and asset not in sections.data:
        raise UsageError(
            f"the model has no data '{asset}'",
            mend=suggest(asset, sections.data) or "add it under `data:`, or leave --as out",
        )
    taken = {*sections.elements, *sections.flows, *sections.boundaries}
    written = {
        (key := asset or _id(profile.name, taken)): _write(document, key, profile) for profile in profiles
    }
    document.save()
    movements = list(Model(document.sections()).movements())
    return [Recorded(key, changed, _carrying(movements, key)) for key, changed in written.items()]


def _write(document: Document, key: str, profile: Profile) -> bool:
    """Write what a profile found into one data asset; tell whether anything changed."""
    before = document.text
    entry = document.sections().data.get(key)
    if entry is None:
        document.set(("data", key), {"name": Path(profile.name).name})
    known = list(entry.personal) if entry is not None and entry.personal is not UNSET else []
    words = [*known, *(word for word in profile.categories() if word not in known)]
    if words != known:
        document.set(("data", key, "personal"), words)
    if words and (entry is None or entry.classification is UNSET):
        document.set(("data", key, "classification"), "confidential")
    return document.text != before


def _carrying(movements: Sequence[Movement], key: str) -> tuple[str, ...]:
    return tuple(f"{one.source} → {one.target} ({one.flow})" for one in movements if key in (one.data or ()))


def _id(name: str, taken: Collection[str]) -> str:
    """Return an id for a table: its file's name without the ending, unless something else is called so."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(name.rpartition(":")[2] or name).stem.lower()).strip("-")
    plain = stem if stem[:1].isalpha() else f"data-{stem}"
    return f"{plain}-table" if plain in taken else plain

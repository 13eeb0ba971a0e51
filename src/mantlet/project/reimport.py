"""A foreign file imported again: what changed in it since comes into the model, and what people did to the model stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantlet.base.errors import Location, UsageError
from mantlet.changes.apply import apply_to_document
from mantlet.changes.compare import diff
from mantlet.changes.merge import Conflict, merge
from mantlet.changes.operations import Change
from mantlet.model.validate import check
from mantlet.project.foreign import IMPORTED, ImportedFile, kept_beside, sidecar, write_beside
from mantlet.store.convert import raise_problems, to_raw
from mantlet.store.document import Document
from mantlet.store.layout import Layout, layout_path
from mantlet.store.mentions import SPACES, edits
from mantlet.store.rawedit import applied
from mantlet.store.tree import Raw

if TYPE_CHECKING:
    from mantlet.catalogue.load import Catalogue
    from mantlet.formats.interface import Imported

_KEYS = ("guid", "id", "page", "title", "row")
"""What tells a foreign entry from others, among the fields under its `x-…` key."""
_NAMED = ("elements", "flows", "boundaries", "data", "threats")
_LATER = "\x00"


@dataclass(slots=True)
class Updated:
    """What a second import did."""

    written: list[Path] = field(default_factory=list)
    changes: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    """Values that were changed here and there; the model's own are kept."""


def update(item: ImportedFile, catalogue: Catalogue) -> Updated:
    """Bring a foreign file's changes since its last import into the model; all of them or none."""
    document = Document.load(item.target)
    news = news_of(item.imported, kept_beside(item.target).bulk, document.raw)
    if news is None:
        raise UsageError(
            f"was not imported from a file of this kind ({item.title})",
            where=Location(str(item.target)),
            mend="import into another file with --output",
        )
    apply_to_document(document, news.changes)
    sections = document.sections()
    raise_problems(
        check(sections, catalogue.vocabulary, catalogue.controls, catalogue.threats, catalogue.pack_names),
        document.where,
    )
    done = Updated([item.target], len(news.changes), news.conflicts)
    document.save()
    if item.imported.layout:
        layout = Layout.load(layout_path(item.target))
        for section, places in news.moved(layout.raw).items():
            layout.raw.setdefault(section, {}).update(places)
        layout.save()
        done.written.append(layout_path(item.target))
    write_beside(item)
    done.written.append(sidecar(item.target))
    return done


@dataclass(frozen=True, slots=True)
class News:
    """What a foreign file says otherwise than at its last import."""

    changes: list[Change]
    conflicts: list[Conflict]
    names: Mapping[str, str]
    """What its entries are called in the model."""
    layout: Mapping[str, Any]
    before: Mapping[str, Any]
    """The layout of the last import."""

    def moved(self, held: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the positions that the file brings; where people moved things here, theirs stay."""
        found: dict[str, dict[str, Any]] = {}
        for section, places in self.layout.items():
            if not isinstance(places, dict):
                continue
            here, was = held.get(section) or {}, self.before.get(section, {})
            for name, place in places.items():
                ours = self.names.get(name, name)
                if here.get(ours) in (None, was.get(name)):
                    found.setdefault(section, {})[ours] = place
        return found


def news_of(imported: Imported, bulk: Mapping[str, Any], ours: Any) -> News | None:
    """Return what a foreign file brings into a model that was imported from it; None where it was not.

    ``bulk`` is what is kept beside the model. What people did to the model since stays.
    """
    before, kind = bulk.get(IMPORTED), imported.kind
    if not isinstance(before, dict) or before.get("kind") != kind:
        return None
    base = _renamed(before.get("sections") or {}, _names(before.get("sections") or {}, ours, kind))
    theirs = to_raw(imported.sections)
    names = _names(theirs, ours, kind)
    merged, conflicts = merge(base, ours, _renamed(theirs, names))
    layout = before.get("layout")
    return News(
        diff(ours, merged), conflicts, names, imported.layout, layout if isinstance(layout, dict) else {}
    )


def _foreign(raw: Any, section: str, kind: str) -> dict[tuple[str, ...], str]:
    """Return a section's ids by what their entries are known by in the other tool."""
    found: dict[tuple[str, ...], str] = {}
    entries = raw.get(section) if isinstance(raw, dict) else None
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        held = entry.get(f"x-{kind}") if isinstance(entry, dict) else None
        if isinstance(held, Mapping):
            key = tuple(str(held[key]) for key in _KEYS if key in held)
            if key:
                found.setdefault((section, *key), name)
    return found


def _names(raw: Any, ours: Any, kind: str) -> dict[str, str]:
    """Return what the entries of an import are called in the model; new ones whose id is taken there get another."""
    names: dict[str, str] = {}
    taken = {name for section in _NAMED for name in (ours.get(section) or {})}
    for section in _NAMED:
        known = _foreign(ours, section, kind)
        for key, name in _foreign(raw, section, kind).items():
            if key in known:
                names[name] = known[key]
    for section in _NAMED:
        for name in raw.get(section) or {}:
            if name in names:
                continue
            free, number = name, 2
            while free in names.values() or (free in taken and free not in (raw.get(section) or {})):
                free, number = f"{name}-{number}", number + 1
            names[name] = free
    return names


def _renamed(raw: Raw, names: Mapping[str, str]) -> Raw:
    """Return a model in which entries are called otherwise, wherever they are mentioned; names may change places."""
    spaces = {SPACES[section] for section in _NAMED}
    moved = {old: new for old, new in names.items() if old != new}
    away = {old: f"{_LATER}{new}" for old, new in moved.items()}
    for step in (away, {later: later.removeprefix(_LATER) for later in away.values()}):
        rename = partial(_new_name, step, spaces)
        for edit in edits(raw, rename):
            raw = applied(raw, edit)
    return raw


def _new_name(names: Mapping[str, str], spaces: set[str], where: str, name: str) -> str:
    return names.get(name, name) if where in spaces else name

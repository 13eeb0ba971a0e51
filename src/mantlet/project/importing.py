"""A file of another tool on its way into a model that is held in memory: what it holds, and the changes that bring it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import structs

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.limits import decode
from mantlet.changes.compare import diff
from mantlet.changes.merge import Conflict
from mantlet.changes.operations import Change
from mantlet.formats.content import Content
from mantlet.formats.interface import Imported, Note
from mantlet.formats.registry import refuse
from mantlet.model.entries import Sections
from mantlet.project.foreign import beside_text, format_in, kept_beside, read_foreign
from mantlet.project.ours import HEAD, OURS, is_ours
from mantlet.project.reimport import news_of
from mantlet.store.convert import to_raw
from mantlet.store.document import Document
from mantlet.store.dump import dump

if TYPE_CHECKING:
    from mantlet.catalogue.load import Catalogue
    from mantlet.model.model import Model

TABLE = "table"
How = Literal["replace", "update"]
Layout = dict[str, dict[str, Any]]
_DRAWN = ("elements", "boundaries", "flows")


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was read: a whole model, or a table of decisions."""

    name: str
    format: str
    title: str
    imported: Imported | None = None
    raw: Any = None
    """The model as its file holds it, where it is one of ours."""
    rows: list[dict[str, str]] = field(default_factory=list)

    @property
    def sections(self) -> Sections:
        """The model in it; an empty one for a table."""
        return self.imported.sections if self.imported else Sections()

    @property
    def notes(self) -> list[Note]:
        """What was kept, guessed and lost."""
        return self.imported.notes if self.imported else []

    @property
    def summary(self) -> dict[str, int]:
        """How many entries of each kind it has."""
        return counts(self.sections) if self.imported else {"decisions": len(self.rows)}


@dataclass(slots=True)
class Bringing:
    """What brings a file into the model."""

    changes: list[Change]
    layout: Layout = field(default_factory=dict)
    """Positions by section and id; None where there is to be none."""
    beside: bytes | None = None
    """What other tools need, for the file beside the model."""
    conflicts: list[Conflict] = field(default_factory=list)


def receive(
    data: bytes, name: str, catalogue: Catalogue, folder: Path | None = None, *, forget: bool = False
) -> Received:
    """Read a file, whatever it is called; raises `InputError` that says why it is no model.

    ``folder`` is where files that it includes are looked for; a file that came alone has none. ``forget`` leaves out the
    account names that a file keeps of who changed what.
    """
    if is_ours(data[:HEAD]):
        document = Document(decode(data, name), name)
        imported = Imported(OURS, document.sections())
        return Received(name, OURS, "a model of mantlet", imported, document.raw)
    content = Content(data, name)
    if Path(name).suffix.lower() in {".csv", ".xlsx"}:
        from mantlet.formats.tables import is_table, read_table  # noqa: PLC0415

        if is_table(content):
            return Received(name, TABLE, "a table of threats with decisions", rows=read_table(content))
    found = format_in(data, name)
    if found is None:
        raise refuse(content)
    imported = read_foreign(found, catalogue, folder)
    if forget and found[0].forget is not None:
        found[0].forget(imported.bulk)
    return Received(name, found[0].id, found[0].title, imported)


def bringing(
    received: Received,
    model: Model,
    catalogue: Catalogue,
    path: Path,
    held: Mapping[str, Any],
    how: How = "replace",
) -> Bringing:
    """Return what brings a file into a model: in its place, or only what is new since its last import.

    ``held`` is the layout that the model has. A table of decisions changes just these.
    """
    if received.imported is None:
        from mantlet.project.tables import table_changes  # noqa: PLC0415

        return Bringing(table_changes(received.rows, received.name, model, catalogue, path))
    if model.source is not None and model.source.parts:
        raise UsageError(
            "the model is spread over several files (`include:`), and an import would not know which is meant",
            where=Location(str(path)),
            mend="`mantlet import -o` writes it into a file of its own",
        )
    ours = model.source.document.raw if model.source is not None else to_raw(model.sections)
    if received.format == OURS:
        return Bringing(diff(ours or {}, received.raw))
    if how == "update":
        return _update(received, received.imported, ours, path, held)
    new = received.imported.layout
    layout: Layout = {
        section: {**dict.fromkeys(held.get(section) or {}), **(new.get(section) or {})}
        for section in _DRAWN
        if held.get(section) or new.get(section)
    }
    changes = diff(ours or {}, to_raw(received.imported.sections))
    return Bringing(changes, layout, beside_text(received.imported))


def _update(
    received: Received, imported: Imported, ours: Any, path: Path, held: Mapping[str, Any]
) -> Bringing:
    news = news_of(imported, kept_beside(path).bulk, ours)
    if news is None:
        raise UsageError(
            f"the model was not imported from a file of this kind ({received.title})",
            where=Location(received.name),
            mend="import it in place of the model",
        )
    return Bringing(news.changes, news.moved(held), beside_text(imported), news.conflicts)


def can_update(received: Received, path: Path) -> bool:
    """Tell whether the model was imported from a file of the same kind, so that only news can be brought in."""
    if received.imported is None or received.format == OURS:
        return False
    try:
        before = kept_beside(path).bulk.get("imported")
    except InputError:
        return False
    return isinstance(before, dict) and before.get("kind") == received.imported.kind


def counts(sections: Sections) -> dict[str, int]:
    """Return how many entries of each kind a model has; threats that people found count at each of their places."""
    return {
        "elements": len(sections.elements),
        "flows": len(sections.flows),
        "boundaries": len(sections.boundaries),
        "data": len(sections.data),
        "threats": sum(len(threat.at) for threat in sections.threats.values()),
        "decisions": len(sections.decisions),
    }


def note_records(notes: Iterable[Note]) -> list[dict[str, object]]:
    """Return notes as JSON has them."""
    return [{"fate": item.fate, "what": item.what, "names": list(item.names)} for item in notes]


def own_file(model: Model) -> bytes:
    """Return a model as one file of ours: as it is, or with all that it includes in it."""
    source = model.source
    if source is not None and not source.parts:
        data: bytes = source.document.data
        return data
    return dump(structs.replace(model.sections, include=[])).encode()

"""Models of other tools: opened wherever a model file is, imported, exported, converted.

An imported model has a file beside it, `threatmodel.foreign.json`, with what the other tool needs to read its own file
again and people need not see.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantlet.base.errors import InputError, Location, UsageError
from mantlet.base.files import write_atomic
from mantlet.base.limits import MAX_BULK_BYTES, inside, is_file, is_folder
from mantlet.model.entries import Sections
from mantlet.model.model import Model
from mantlet.project.ours import HEAD, is_ours
from mantlet.store.layout import Layout, layout_path

if TYPE_CHECKING:
    from mantlet.catalogue.load import Catalogue
    from mantlet.formats.content import Content
    from mantlet.formats.interface import Format, Imported, Ingredient, Note, Outgoing
    from mantlet.risk.register import Register

SUFFIX = ".foreign.json"
TEMPLATE = ".tb7"
IMPORTED = "imported"
"""Beside a model: what its import made, so that a later one can tell what changed where."""
EMBEDDED = "embedded"
"""The word for `--pack` that means the rules which a foreign file itself carries."""


@dataclass(slots=True)
class Foreign:
    """What a model has from another tool beside what its sections say."""

    bulk: dict[str, Any] = field(default_factory=dict)
    layout: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def format_of(path: Path) -> tuple[Format, Content] | None:
    """Return the format of a foreign file with its content; None for a model file of ours, or for nobody's."""
    if not is_file(path):
        return None
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            if is_ours(head):
                return None
            data = head + file.read(MAX_BULK_BYTES - len(head))
    except OSError:
        return None
    return format_in(data, str(path))


def format_in(data: bytes, name: str) -> tuple[Format, Content] | None:
    """Return the format that a file's bytes are of, with its content; None where no tool's that is read."""
    from mantlet.formats.content import Content  # noqa: PLC0415  (only for files that don't look like ours)
    from mantlet.formats.registry import detect  # noqa: PLC0415

    content = Content(data, name)
    found = detect(content)
    return (found, content) if found is not None and found.read is not None else None


def read_foreign(found: tuple[Format, Content], catalogue: Catalogue, folder: Path | None = None) -> Imported:
    """Read a foreign file; what its format includes is read from ``folder`` only, from nowhere without one."""
    from mantlet.formats.interface import Incoming  # noqa: PLC0415

    kind, content = found
    assert kind.read is not None  # noqa: S101  (`format_of` looked)

    def beside(name: str) -> bytes:
        if folder is None:
            raise InputError(
                f"includes '{name}', which did not come with it",
                where=content.where,
                mend="put both into the project's folder, and import it from there",
            )
        path = folder / name
        inside(folder, path)
        if not is_file(path):
            raise InputError(f"includes '{name}', which isn't there", where=content.where)
        with path.open("rb") as file:
            return file.read(MAX_BULK_BYTES)

    imported = kind.read(
        Incoming(
            content, catalogue.vocabulary, {name: item.at for name, item in catalogue.threats.items()}, beside
        )
    )
    from mantlet.formats.naming import name_of  # noqa: PLC0415

    if imported.sections.system.name in {"", "Unnamed system"}:
        imported.sections.system.name = name_of(Path(content.name).stem)[0] or "Unnamed system"
    return imported


def open_foreign(path: Path, catalogue: Catalogue) -> Model | None:
    """Return the model in a foreign file; None where the file is not foreign."""
    found = format_of(path)
    if found is None:
        return None
    imported = read_foreign(found, catalogue, path.parent)
    model = Model(imported.sections)
    model.foreign = Foreign(imported.bulk, imported.layout, imported.notes)
    return model


def sidecar(path: Path) -> Path:
    """Return where what other tools need is kept, for a model file."""
    return path.with_name(path.stem + SUFFIX)


def kept_beside(path: Path) -> Foreign:
    """Return what is kept beside a model file, and its layout."""
    place, foreign = sidecar(path), Foreign()
    inside(path.parent, place)
    if is_file(place):
        from mantlet.formats.content import Content  # noqa: PLC0415

        with place.open("rb") as file:
            raw = Content(file.read(MAX_BULK_BYTES), str(place)).json
        if not isinstance(raw, dict):
            raise InputError(
                "is no mapping of formats", where=Location(str(place)), mend="import the model again"
            )
        foreign.bulk = raw
    if is_file(layout_path(path)):
        inside(path.parent, layout_path(path))
        foreign.layout = Layout.load(layout_path(path)).raw
    return foreign


def foreign_of(model: Model, path: Path | None) -> Foreign:
    """Return what a model has from other tools, from memory or from beside its file."""
    if model.foreign is None:
        model.foreign = kept_beside(path) if path is not None else Foreign()
    found: Foreign = model.foreign
    return found


def outgoing(
    model: Model,
    catalogue: Catalogue,
    path: Path | None = None,
    register: Callable[[], Register] | None = None,
) -> Outgoing:
    """Return what a format needs to write a model."""
    from mantlet.formats.interface import Outgoing  # noqa: PLC0415

    foreign = foreign_of(model, path)

    def placed(sections: Sections) -> dict[str, Any]:
        from mantlet import diagram  # noqa: PLC0415
        from mantlet.diagram.options import Options  # noqa: PLC0415

        drawing = diagram.draw(Model(sections), catalogue.vocabulary, Options(detail=True))
        return dict(diagram.layout_positions(drawing))

    def line(place: tuple[str | int, ...]) -> int:
        source = model.source
        return source.where(place, True).line if source is not None else 1

    return Outgoing(
        model.sections,
        catalogue.vocabulary,
        catalogue,
        placed,
        register or (lambda: _register(model, catalogue)),
        foreign.layout,
        foreign.bulk,
        str(path) if path else "threatmodel.yaml",
        line,
        _built_from(path),
    )


def _built_from(path: Path | None) -> list[Ingredient]:
    """Return the inventory that discovery remembered beside the model; empty where it never looked."""
    from mantlet.formats.interface import Ingredient  # noqa: PLC0415
    from mantlet.project.discovering import load_state  # noqa: PLC0415

    kept = load_state(path).components if path else []
    return [Ingredient(item.kind, item.name, item.version, item.at) for item in kept]


def _register(model: Model, catalogue: Catalogue) -> Register:
    from mantlet.analysis.engine import Analysis  # noqa: PLC0415
    from mantlet.risk.register import Register  # noqa: PLC0415

    return Register(Analysis(model.sections, catalogue), today=date.today())


def with_packs(
    model: Model, catalogue: Catalogue, packs: Sequence[str], path: Path | None
) -> tuple[Model, list[str]]:
    """Return a model with the threats that foreign templates make, where the packs name any, and the other packs.

    `embedded` is the template that the model's own file carries; a name that ends in `.tb7` is the file of one.
    """
    foreign = [name for name in packs if name == EMBEDDED or name.lower().endswith(TEMPLATE)]
    if not foreign:
        return model, list(packs)
    from mantlet.formats.tmt import with_template  # noqa: PLC0415

    for name in foreign:
        judged = Model(
            with_template(
                outgoing(model, catalogue, path), None if name == EMBEDDED else _template(Path(name))
            )
        )
        judged.source, judged.foreign = model.source, model.foreign
        model = judged
    return model, [name for name in packs if name not in foreign]


def _template(path: Path) -> Content:
    from mantlet.formats.content import Content  # noqa: PLC0415

    if not is_file(path):
        raise InputError("there is no such template", where=Location(str(path)), mend="name a .tb7 file")
    with path.open("rb") as file:
        return Content(file.read(MAX_BULK_BYTES), str(path))


def refuse_foreign(path: Path) -> None:
    """Raise where somebody wants to write into a file of another tool."""
    found = format_of(path)
    if found is not None:
        raise UsageError(
            f"this is a file of another tool ({found[0].title}), which only `mantlet export` writes",
            where=Location(str(path)),
            mend=f"mantlet import {path.name}, then change the threatmodel.yaml that it writes",
        )


@dataclass(slots=True)
class ImportedFile:
    """A foreign file that was read, and where its model goes."""

    source: Path
    target: Path
    title: str
    imported: Imported


def read_files(
    files: Iterable[Path], target: Path, catalogue: Catalogue, *, forget: bool = False
) -> list[ImportedFile]:
    """Read foreign files, all or none; ``target`` is the model file for one of them, else a folder.

    ``forget`` leaves out the account names that a file keeps of who changed what.
    """
    listed = list(files)
    several = len(listed) > 1 or is_folder(target)
    results = []
    for file in listed:
        found = format_of(file)
        if found is None:
            raise _unknown(file)
        place = target / f"{file.stem}.yaml" if several else target
        imported = read_foreign(found, catalogue, file.parent)
        if forget and found[0].forget is not None:
            found[0].forget(imported.bulk)
        results.append(ImportedFile(file, place, found[0].title, imported))
    doubled = [item.target for item in results if [other.target for other in results].count(item.target) > 1]
    if doubled:
        raise UsageError(
            f"two files would be written to {doubled[0]}", mend="import them one by one with --output"
        )
    return results


def _unknown(file: Path) -> Exception:
    from mantlet.base.limits import read_text  # noqa: PLC0415
    from mantlet.formats.content import Content  # noqa: PLC0415
    from mantlet.formats.registry import refuse  # noqa: PLC0415

    if not is_file(file):
        read_text(file)  # says what is wrong with it
    with file.open("rb") as opened:
        content = Content(opened.read(HEAD), str(file))
    if "mantlet" in content.keys:
        return UsageError(
            "is a model of mantlet already",
            where=Location(str(file)),
            mend="use it as it is: mantlet risks " + file.name,
        )
    return refuse(content)


def save_imported(item: ImportedFile, *, overwrite: bool = False) -> list[Path]:
    """Write a model, its layout and what is kept beside it; return the files."""
    from mantlet.store.dump import dump  # noqa: PLC0415

    places = [item.target, layout_path(item.target), sidecar(item.target)]
    if not overwrite:
        for place in places:
            if place.exists():
                raise UsageError(
                    "is there already",
                    where=Location(str(place)),
                    mend="name another file with --output; --update brings changes in, --force overwrites",
                )
    write_atomic(item.target, dump(item.imported.sections).encode())
    written = places[:1]
    if item.imported.layout:
        Layout(item.imported.layout, str(places[1])).save(places[1])
        written.append(places[1])
    if item.imported.bulk:
        write_beside(item)
        written.append(places[2])
    return written


def write_beside(item: ImportedFile) -> None:
    """Write what is kept beside the model: what the other tool needs, and what was imported, for a later update."""
    write_atomic(sidecar(item.target), beside_text(item.imported))


def beside_text(imported: Imported) -> bytes:
    """Return what is kept beside a model that was imported, as the bytes of its file."""
    from mantlet.store.convert import to_raw  # noqa: PLC0415

    held = {
        **imported.bulk,
        IMPORTED: {
            "kind": imported.kind,
            "sections": to_raw(imported.sections),
            "layout": imported.layout,
        },
    }
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def is_table(path: Path) -> bool:
    """Tell whether a file is a table of threats with decisions in it."""
    if path.suffix.lower() not in {".csv", ".xlsx"} or not is_file(path):
        return False
    from mantlet.formats.content import Content  # noqa: PLC0415
    from mantlet.formats.tables import is_table as is_ours  # noqa: PLC0415

    with path.open("rb") as file:
        return is_ours(Content(file.read(HEAD), str(path)))


def take_decisions(table: Path, model: Path) -> list[str]:
    """Write a table's decisions into a model file, all or none; return the ids of those that changed."""
    from mantlet.formats.content import Content  # noqa: PLC0415
    from mantlet.formats.tables import read_table  # noqa: PLC0415
    from mantlet.project.tables import decided  # noqa: PLC0415

    with table.open("rb") as file:
        rows = read_table(Content(file.read(MAX_BULK_BYTES), str(table)))
    return decided(rows, table, model)


def export(
    model: Model, catalogue: Catalogue, kind: str, path: Path | None = None
) -> tuple[bytes, list[Note]]:
    """Return a model as a file of another tool, and what that file cannot hold."""
    from mantlet.formats.registry import load  # noqa: PLC0415

    found = load(kind)
    if found.write is None:
        raise UsageError(f"'{kind}' is read, not written")
    written = found.write(outgoing(model, catalogue, path))
    return written.data, written.notes


def kind_for(target: Path) -> str:
    """Return the format id that a file's name says."""
    from mantlet.formats.registry import by_suffix, formats  # noqa: PLC0415

    found = by_suffix(target.name)
    if found is None:
        known = ", ".join(f".{suffix}" for item in formats() if item.write for suffix in item.suffixes[:1])
        raise UsageError(
            f"'{target.name}' names no format", mend=f"end it in one of {known}, or name the format with --to"
        )
    return found.id

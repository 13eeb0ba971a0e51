"""Decisions from a table that people filled, as changes of the model; only their lines change in its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import get_args

from mantlet.analysis.engine import State
from mantlet.base.errors import InputError, Location, MantletError, raise_all
from mantlet.base.suggest import suggest
from mantlet.catalogue.load import Catalogue
from mantlet.changes.apply import apply_to_document
from mantlet.changes.operations import Change, Remove, Rename, Set
from mantlet.formats.tables import DECIDED, decision_cells
from mantlet.formats.threatlist import rated
from mantlet.model.entries import Treatment
from mantlet.model.model import Model
from mantlet.model.validate import check
from mantlet.project.api import catalogue_for, load
from mantlet.project.foreign import outgoing
from mantlet.store.convert import raise_problems
from mantlet.store.document import Document

STATUSES = ("open", "in-progress", "done")


def decided(rows: list[dict[str, str]], table: Path, model: Path) -> list[str]:
    """Write the decisions of a table's rows into a model file, all or none; return the keys that changed."""
    catalogue = catalogue_for(model)
    read = load(model, catalogue=catalogue)
    changes = table_changes(rows, str(table), read, catalogue, model)
    if changes:
        document = Document.load(model)
        apply_to_document(document, changes)
        found = check(
            document.sections(),
            catalogue.vocabulary,
            catalogue.controls,
            catalogue.threats,
            catalogue.pack_names,
        )
        raise_problems(found, document.where)
        document.save()
    return decided_keys(changes)


def decided_keys(changes: Iterable[Change]) -> list[str]:
    """Return the decisions that changes are about, each once."""
    return list(dict.fromkeys(str(change.path[1]) for change in changes if not isinstance(change, Rename)))


def table_changes(
    rows: list[dict[str, str]], table: str, model: Model, catalogue: Catalogue, path: Path | None
) -> list[Change]:
    """Return the changes that write the decisions of a table's rows into a model.

    A row counts where it says something else than the model does now. One whose treatment was emptied takes its decision away.
    Raises every mistake of every row together.
    """
    threats = rated(outgoing(model, catalogue, path), *State)
    shown = {threat.id: decision_cells(threat.decision) for threat in threats}
    known = model.sections.decisions
    errors: list[MantletError] = []
    changes: list[Change] = []
    for number, row in enumerate(rows, 2):
        key = row.get("id", "").strip()
        cells = {name: row[name].strip() for name in DECIDED if name in row}
        if not key or not cells:
            continue
        was = shown.get(key) or decision_cells(known.get(key))
        if {**was, **cells} == was or (not cells.get("treatment") and not was["treatment"]):
            continue
        if not cells.get("treatment"):
            changes += [Remove(("decisions", key))] if key in known else []
            continue
        problems = list(_problems(cells, Location(table, number, 1)))
        errors += problems
        if not problems:
            changes += _written(key, {**was, **cells}, decision_cells(known.get(key)))
    raise_all(errors)
    return changes


def _problems(cells: dict[str, str], where: Location) -> list[MantletError]:
    found: list[MantletError] = []
    treatments = get_args(Treatment)
    if cells["treatment"] not in treatments:
        mend = suggest(cells["treatment"], treatments) or f"one of {', '.join(treatments)}"
        found.append(InputError(f"unknown treatment '{cells['treatment'][:60]}'", where=where, mend=mend))
    if cells.get("status", "") not in ("", *STATUSES):
        mend = suggest(cells["status"], STATUSES) or f"one of {', '.join(STATUSES)}"
        found.append(InputError(f"unknown status '{cells['status'][:60]}'", where=where, mend=mend))
    found += [
        InputError(
            f"'{cells[name][:60]}' in column '{name}' is not a day",
            where=where,
            mend="write it like 2027-01-31",
        )
        for name in ("due", "until")
        if cells.get(name) and not _is_day(cells[name])
    ]
    return found


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False


def _written(key: str, cells: dict[str, str], was: dict[str, str]) -> Iterator[Change]:
    """Yield what differs; an emptied cell takes its field away."""
    for name, value in cells.items():
        path = ("decisions", key, name)
        if value == was[name] and was["treatment"]:
            continue
        if not value:
            if was[name]:
                yield Remove(path)
        elif name == "controls":
            yield Set(path, [item.strip() for item in value.split(",") if item.strip()])
        else:
            yield Set(path, value)

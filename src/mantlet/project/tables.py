"""Decisions from a table that people filled, written into the model file; only their lines change."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, get_args

from mantlet.analysis.engine import State
from mantlet.base.errors import InputError, Location, MantletError, raise_all
from mantlet.base.suggest import suggest
from mantlet.formats.tables import DECIDED, decision_cells
from mantlet.formats.threatlist import rated
from mantlet.model.entries import Treatment
from mantlet.project.api import catalogue_for, load
from mantlet.project.foreign import outgoing
from mantlet.store.document import Document

STATUSES = ("open", "in-progress", "done")


def decided(rows: list[dict[str, str]], table: Path, model: Path) -> list[str]:
    """Write the decisions of a table's rows into a model file, all or none; return the keys that changed.

    A row counts where it says something else than the model does now. One whose treatment was emptied takes its decision away.
    """
    catalogue = catalogue_for(model)
    read = load(model, catalogue=catalogue)
    shown = {
        threat.id: decision_cells(threat.decision)
        for threat in rated(outgoing(read, catalogue, model), *State)
    }
    known = read.sections.decisions
    document = Document.load(model)
    before = document.text
    errors: list[MantletError] = []
    changed: list[str] = []
    for number, row in enumerate(rows, 2):
        key = row.get("id", "").strip()
        cells = {name: row[name].strip() for name in DECIDED if name in row}
        if not key or not cells:
            continue
        was = shown.get(key) or decision_cells(known.get(key))
        if {**was, **cells} == was or (not cells.get("treatment") and not was["treatment"]):
            continue
        if not cells.get("treatment"):
            if key in known:
                document.remove(("decisions", key))
                changed.append(key)
            continue
        problems = list(_problems(cells, Location(str(table), number, 1)))
        errors += problems
        if not problems:
            _write(document, key, {**was, **cells}, decision_cells(known.get(key)))
            changed.append(key)
    raise_all(errors)
    if changed:
        _checked(document, before, catalogue)
    return changed


def _checked(document: Document, before: str, catalogue: Any) -> None:
    """Save the document if the model is sound with it."""
    from mantlet.model.validate import check  # noqa: PLC0415
    from mantlet.store.convert import raise_problems  # noqa: PLC0415

    try:
        found = check(
            document.sections(),
            catalogue.vocabulary,
            catalogue.controls,
            catalogue.threats,
            catalogue.pack_names,
        )
        raise_problems(found, document.where)
    except MantletError:
        document.reset(before)
        raise
    document.save()


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


def _write(document: Document, key: str, cells: dict[str, str], was: dict[str, str]) -> None:
    """Set what differs; an emptied cell takes its field away."""
    for name, value in cells.items():
        path = ("decisions", key, name)
        if value == was[name] and was["treatment"]:
            continue
        if not value:
            document.remove(path)
        elif name == "controls":
            document.set(path, [item.strip() for item in value.split(",") if item.strip()])
        else:
            document.set(path, value)

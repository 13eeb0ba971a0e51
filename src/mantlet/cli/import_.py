"""`mantlet import`: models of other tools become a threatmodel.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.formats.interface import Note
    from mantlet.project.foreign import ImportedFile

SHOWN = 6
"""Names of one note that are printed; --json has all."""


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Files of other tools; their kind is detected.")
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The model file to write; a folder for several files.")
    ] = Path("threatmodel.yaml"),
    again: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Bring what changed in the file since its last import into the model; your changes stay.",
        ),
    ] = False,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget-names", help="Leave out the account names that the file keeps of who changed what."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    as_json: options.Json = False,
) -> None:
    """Import models of other tools: writes threatmodel.yaml with its layout, and says what was kept, guessed and lost.

    A table of threats (CSV or XLSX, from mantlet export) brings its decisions back into the model.
    """
    from mantlet.project.api import catalogue_for
    from mantlet.project.foreign import is_table, read_files, save_imported

    if len(files) == 1 and is_table(files[0]):
        _decisions(files[0], output, as_json=as_json)
        return
    target = output
    if len(files) > 1 and output == Path("threatmodel.yaml"):
        target = Path()
    items = read_files(files, target, catalogue_for(target), forget=forget)
    if again:
        for item in items:
            _update(item, as_json=as_json)
        return
    written = [save_imported(item, overwrite=force) for item in items]
    if as_json:
        plain.write_json(
            {
                "mantlet": 1,
                "imported": [_record(item, paths) for item, paths in zip(items, written, strict=True)],
            }
        )
        return
    for item, paths in zip(items, written, strict=True):
        _print(item, paths)


def _decisions(table: Path, model: Path, *, as_json: bool) -> None:
    from mantlet.base.counts import how_many
    from mantlet.project.foreign import take_decisions

    changed = take_decisions(table, options.model_path(model))
    if as_json:
        plain.write_json({"mantlet": 1, "decisions": changed})
        return
    for key in changed:
        plain.say(f"  {key}")
    plain.say(
        f"{how_many(len(changed), 'decision')} changed in {model}"
        if changed
        else f"nothing new: {model} has these decisions"
    )


def _update(item: ImportedFile, *, as_json: bool) -> None:
    from mantlet.base.counts import how_many
    from mantlet.project.api import catalogue_for
    from mantlet.project.reimport import update

    done = update(item, catalogue_for(item.target))
    if as_json:
        conflicts = [conflict.message for conflict in done.conflicts]
        plain.write_json(
            {
                "mantlet": 1,
                "changes": done.changes,
                "conflicts": conflicts,
                "written": [str(path) for path in done.written],
            }
        )
        return
    for conflict in done.conflicts:
        plain.say(f"  conflict, yours is kept: {conflict.message}")
    plain.say(f"{how_many(done.changes, 'change')} from {item.source} in {item.target}")


def _record(item: ImportedFile, paths: list[Path]) -> dict[str, object]:
    from mantlet.project.importing import counts, note_records

    return {
        "file": str(item.source),
        "format": item.imported.kind,
        "written": [str(path) for path in paths],
        **counts(item.imported.sections),
        "notes": note_records(item.imported.notes),
    }


def _print(item: ImportedFile, paths: list[Path]) -> None:
    from mantlet.base.counts import how_many
    from mantlet.project.importing import counts

    words = {"data": ("data asset", ""), "boundaries": ("boundary", "boundaries")}
    said = ", ".join(
        how_many(number, *words.get(kind, (kind.removesuffix("s"), "")))
        for kind, number in counts(item.imported.sections).items()
        if number
    )
    plain.say(f"{item.source} ({item.title}): {said or 'nothing'}")
    print_notes(item.imported.notes)
    plain.say(f"wrote {', '.join(map(str, paths))}")


def print_notes(notes: Iterable[Note], *, aside: bool = False) -> None:
    """Print what was kept aside, guessed and lost, the worst last."""
    order = {"kept": 0, "guessed": 1, "lost": 2}
    for item in sorted(notes, key=lambda note: order[note.fate]):
        names = ", ".join(item.names[:SHOWN])
        more = f" and {len(item.names) - SHOWN} more" if len(item.names) > SHOWN else ""
        plain.say(f"  {item.fate}: {item.what}{': ' + names + more if names else ''}", aside=aside)

"""Three versions of a model file made one, as git's merge driver asks for it."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from mantlet.base.errors import InputError, Location, MantletError
from mantlet.base.files import write_atomic
from mantlet.base.limits import is_file
from mantlet.changes.merge import Conflict
from mantlet.changes.sides import merge_layouts, merged_text
from mantlet.project.vcs.git import run
from mantlet.store.document import Document
from mantlet.store.layout import SUFFIX, Layout
from mantlet.store.read import BOM


class Merged(Struct):
    """How a merge went."""

    conflicts: list[Conflict]
    by_lines: str = ""
    """Why the files were merged line by line, as git does it; empty where they were merged by id."""
    clean: bool = True


def merge_files(base: Path, ours: Path, theirs: Path, output: Path, *, name: str = "") -> Merged:
    """Merge by element id into ``output``; files that don't read as models are merged line by line.

    ``name`` is what the file is called in the project. Conflicts stand in the output between markers.
    """
    for path in (base, ours, theirs):
        if not is_file(path) and str(path) != os.devnull:
            raise InputError(
                "there is no such file",
                where=Location(str(path)),
                mend="merge takes three versions of a file: the common one, ours and theirs",
            )
    try:
        if name.endswith(SUFFIX):
            return _layouts(base, ours, theirs, output)
        before, here, there = (_document(path, name) for path in (base, ours, theirs))
        for document in (before, here, there):
            document.sections()
    except MantletError as error:
        return _by_lines(base, ours, theirs, output, error)
    text, conflicts = merged_text(before, here, there)
    write_atomic(output, (BOM if here.data.startswith(BOM) else b"") + text.encode())
    return Merged(conflicts, clean=not conflicts)


def _document(path: Path, name: str) -> Document:
    """Read one side; a side that isn't there (git gives an empty file) is an empty model."""
    if path.exists() and not path.stat().st_size:
        return Document(file=name or str(path))
    document = Document.load(path)
    document.file = name or str(path)
    return document


def _layouts(base: Path, ours: Path, theirs: Path, output: Path) -> Merged:
    empty = [path for path in (base, ours, theirs) if path.exists() and not path.stat().st_size]
    before, here, there = ({} if path in empty else Layout.load(path).raw for path in (base, ours, theirs))
    Layout(merge_layouts(before, here, there), str(output)).save(output)
    return Merged([])


def _by_lines(base: Path, ours: Path, theirs: Path, output: Path, why: MantletError) -> Merged:
    """Let git merge text; it marks conflicts between lines."""
    names = ("-L", "ours", "-L", "base", "-L", "theirs")
    paths = [str(path.resolve()) for path in (ours, base, theirs)]
    done = run(["merge-file", "-p", *names, "--", *paths], Path())
    if done.returncode not in range(128):
        said = done.stderr.decode("utf-8", "replace").strip()[:300]
        raise InputError(f"git merge-file failed: {said}", where=Location(str(ours)))
    write_atomic(output, done.stdout)
    return Merged([], by_lines=why.diagnostics().splitlines()[0], clean=done.returncode == 0)

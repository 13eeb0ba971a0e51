"""A merged file with its conflicts shown in the text, the way git and editors know them.

Whoever takes one side of every marker gets a file that reads; a file with markers left in it does not, so that no conflict is
committed unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from mantlet.changes.apply import apply_to_document
from mantlet.changes.compare import same
from mantlet.changes.merge import Conflict, merge_documents
from mantlet.changes.operations import Change, Remove, Set
from mantlet.store.document import Document
from mantlet.store.rawedit import MISSING, get
from mantlet.store.tree import Raw

GAP = 2
"""Equal lines between two differing parts that are told as one conflict."""


def merged_text(
    base: Document, ours: Document, theirs: Document, names: tuple[str, str] = ("ours", "theirs")
) -> tuple[str, list[Conflict]]:
    """Return our file's text with their changes, markers where both sides changed the same, and those conflicts."""
    conflicts = merge_documents(base, ours, theirs)
    if not conflicts:
        return ours.text, conflicts
    here = _taken(ours, conflicts, [item.ours for item in conflicts])
    there = _taken(ours, conflicts, [item.theirs for item in conflicts])
    return _with_markers(here, there, names), conflicts


def _taken(document: Document, conflicts: Sequence[Conflict], values: Sequence[Any]) -> str:
    """Return the file's text when one side of every conflict is taken."""
    copy = Document(document.text, document.file)
    changes: list[Change] = [
        Remove(item.path) if value is None else Set(item.path, value)
        for item, value in zip(conflicts, values, strict=True)
        if item.path
    ]
    apply_to_document(copy, changes)
    return copy.text


def _with_markers(ours: str, theirs: str, names: tuple[str, str]) -> str:
    here, there = ours.splitlines(keepends=True), theirs.splitlines(keepends=True)
    end = "\r\n" if here and here[0].endswith("\r\n") else "\n"
    parts: list[str] = []
    at = 0
    for start, stop, low, high in _hunks(here, there):
        parts += here[at:start]
        parts.append(f"<<<<<<< {names[0]}{end}")
        parts += _ended(here[start:stop], end)
        parts.append(f"======={end}")
        parts += _ended(there[low:high], end)
        parts.append(f">>>>>>> {names[1]}{end}")
        at = stop
    return "".join([*parts, *here[at:]])


def _ended(lines: list[str], end: str) -> list[str]:
    return [line if line.endswith(("\n", "\r")) else line + end for line in lines]


def _hunks(here: list[str], there: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield where two texts differ; parts close to each other as one."""
    last: tuple[int, int, int, int] | None = None
    for tag, start, stop, low, high in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if last is not None and start - last[1] <= GAP:
            last = (last[0], stop, last[2], high)
            continue
        if last is not None:
            yield last
        last = (start, stop, low, high)
    if last is not None:
        yield last


def merge_layouts(base: dict[str, Raw], ours: dict[str, Raw], theirs: dict[str, Raw]) -> dict[str, Raw]:
    """Return both sides' positions, entry by entry; where both moved the same box, ours stays."""
    merged: dict[str, Raw] = {}
    for section in {**ours, **theirs}:
        sides = [side.get(section, MISSING) for side in (base, ours, theirs)]
        if all(isinstance(side, dict) or side is MISSING for side in sides):
            old, here, there = ({} if side is MISSING else side for side in sides)
            picked = {name: _picked(old, here, there, name) for name in {**here, **there}}
            value: Raw = {name: item for name, item in picked.items() if item is not MISSING}
        else:
            value = _picked(base, ours, theirs, section)
        if value is not MISSING:
            merged[section] = value
    return merged


def _picked(base: dict[str, Raw], ours: dict[str, Raw], theirs: dict[str, Raw], name: str) -> Raw:
    old, here, there = (get(side, (name,)) for side in (base, ours, theirs))
    return there if same(here, old) else here

"""What takes a change back, worked out on the data as it was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mantlet.changes.apply import apply
from mantlet.changes.compare import same
from mantlet.changes.operations import Change, Remove, Rename, Set
from mantlet.store.rawedit import MISSING, get
from mantlet.store.tree import Path, Raw


def inverse(raw: Raw, changes: Iterable[Change]) -> list[Change]:
    """Return the changes that take others back, to be done after these."""
    back: list[Change] = []
    for change in changes:
        back[:0] = _taken_back(raw, change)
        raw = apply(raw, [change])
    return back


def _taken_back(raw: Raw, change: Change) -> list[Change]:
    if isinstance(change, Rename):
        return [Rename(change.section, change.new, change.old)]
    path: Path = change.path
    for length in range(1, len(path) + 1):
        holder, here = get(raw, path[: length - 1]), path[:length]
        if not isinstance(
            holder, dict | list
        ):  # a text becomes a mapping, or an empty file gets its first section
            return [Set(here[:-1], holder)] if here[:-1] else [Remove(here)]
        if get(raw, here) is MISSING:
            return [] if isinstance(change, Remove) else [Remove(here)]
    if isinstance(change, Remove) and isinstance(path[-1], int):
        return [Set(path[:-1], get(raw, path[:-1]))]
    return [Set(path, get(raw, path))]


def normalised(raw: Raw, changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return where the file holds another value than was sent: `yes` for true, nothing for what was empty."""
    last: dict[Path, Set] = {}
    for change in changes:
        if isinstance(change, Set):
            last = {path: item for path, item in last.items() if path[: len(change.path)] != change.path}
            last[change.path] = change
        elif isinstance(change, Remove):
            last = {path: item for path, item in last.items() if path[: len(change.path)] != change.path}
    return [
        {"path": list(path), "value": None if held is MISSING else held}
        for path, change in last.items()
        if not same(held := get(raw, path), change.value) and not _went_on(path, last)
    ]


def _went_on(path: Path, last: dict[Path, Set]) -> bool:
    """Tell whether a later change set something further in."""
    return any(len(other) > len(path) and other[: len(path)] == path for other in last)

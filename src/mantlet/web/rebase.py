"""Changes made on an older state, brought onto the one there is now: nothing that somebody else did is lost unseen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mantlet.base.errors import MantletError
from mantlet.changes.apply import apply
from mantlet.changes.compare import diff, same
from mantlet.changes.merge import merge
from mantlet.changes.operations import Change, Rename, Set
from mantlet.store.rawedit import MISSING, get
from mantlet.store.tree import Path, Raw

Conflicts = list[dict[str, Any]]


def rebased(base: Raw, now: Raw, changes: Sequence[Change]) -> tuple[list[Change], Conflicts]:
    """Return the changes as they are done on the state of now, and where both sides changed the same.

    What nobody touched since is done as it is. Else both sides are merged as `mantlet merge` does it: lists of ids take
    both sides' entries, and what cannot be decided is told.
    """
    found = [conflict for change in changes if (conflict := _touched(base, now, change))]
    if not found:
        return list(changes), []
    if any(isinstance(change, Rename) for change in changes):
        return [], found
    try:
        mine = apply(base, changes)
    except MantletError:
        return [], found
    merged, conflicts = merge(base, mine, now)
    if conflicts:
        return [], [
            {"path": list(item.path), "base": item.base, "mine": item.ours, "theirs": item.theirs}
            for item in conflicts
        ]
    return diff(now, merged), []


def _touched(base: Raw, now: Raw, change: Change) -> dict[str, Any] | None:
    """Return what a change would overwrite that somebody else did; None where it overwrites nothing."""
    if isinstance(change, Rename):
        old, new = (change.section, change.old), (change.section, change.new)
        if get(now, old) is not MISSING and get(now, new) is MISSING:
            return None
        return _told(new if get(now, old) is not MISSING else old, base, now, change.new)
    path = change.path
    for length in range(1, len(path)):
        held, there = get(base, path[:length]), get(now, path[:length])
        if (held is MISSING) != (there is MISSING) and there is MISSING:
            return _told(path[:length], base, now, _mine(base, change, path[:length]))
        if isinstance(held, list) or isinstance(there, list):
            return (
                None
                if same(held, there)
                else _told(path[:length], base, now, _mine(base, change, path[:length]))
            )
    held, there = get(base, path), get(now, path)
    wanted = change.value if isinstance(change, Set) else MISSING
    if same(held, there) or same(there, wanted):
        return None
    return _told(path, base, now, _mine(base, change, path))


def _mine(base: Raw, change: Change, path: Path) -> Any:
    """Return what the change alone would have made of what is at a path."""
    if isinstance(change, Set) and change.path == path:
        return change.value
    try:
        found = get(apply(base, [change]), path)
    except MantletError:
        return None
    return None if found is MISSING else found


def _told(path: Path, base: Raw, now: Raw, mine: Any) -> dict[str, Any]:
    sides = {"base": get(base, path), "mine": mine, "theirs": get(now, path)}
    return {
        "path": list(path),
        **{name: None if value is MISSING else value for name, value in sides.items()},
    }

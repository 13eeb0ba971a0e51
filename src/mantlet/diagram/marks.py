"""What boxes, lanes and outlines carry beside their names: badges, changes, personal data."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from mantlet.diagram.options import Badge, Options
from mantlet.diagram.view import Marks
from mantlet.model.model import Model, Movement

SEVERITIES = ("none", "note", "low", "medium", "high", "critical")
"""From harmless to worst."""


def severity(text: str) -> str:
    """Return a known severity for what a caller wrote in any case; `none` for anything else."""
    lowered = text.strip().lower()
    return lowered if lowered in SEVERITIES else "none"


def marks(options: Options, names: Iterable[str], *, out_of_scope: str = "", context: bool = False) -> Marks:
    """Return the marks of something that stands for these ids; badges are added up, changes that differ become `changed`."""
    ids = list(names)
    badges = [options.overlay[name] for name in ids if name in options.overlay]
    changes = {options.changes[name] for name in ids if name in options.changes}
    return Marks(
        badge=_together(badges),
        highlight=any(name in options.highlight for name in ids),
        change=changes.pop() if len(changes) == 1 else "changed" if changes else "",
        out_of_scope=out_of_scope,
        context=context,
    )


def _together(badges: list[Badge]) -> Badge | None:
    shown = [badge for badge in badges if badge.count > 0]
    if not shown:
        return None
    worst = max((severity(badge.severity) for badge in shown), key=SEVERITIES.index)
    return Badge(sum(badge.count for badge in shown), worst)


def sensitivity(model: Model, options: Options, movements: Iterable[Movement]) -> str:
    """Return `special`, `personal` or nothing for what moves: the caller's answer, else what the model says directly."""
    found = ""
    for movement in movements:
        if options.sensitivity is not None:
            level: str = options.sensitivity.get(movement.place, "")
        else:
            level = "personal" if any(_personal(model, name) for name in movement.data or []) else ""
        if level == "special" or not found:
            found = level or found
    return found


def _personal(model: Model, name: str) -> bool:
    """Tell whether the model says of a data asset, or of what it is a copy of, that it is personal."""
    seen = {name}
    waiting = [name]
    while waiting:
        asset = model.assets.get(waiting.pop())
        if asset is None:
            continue
        if asset.personal is not UNSET:
            if asset.personal:
                return True
            continue
        origins = asset.derived_from if asset.derived_from is not UNSET else {}
        fresh = [item for item, how in origins.items() if how == "copy" and item not in seen]
        seen.update(fresh)
        waiting += fresh
    return False

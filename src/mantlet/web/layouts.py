"""Where things stand in the drawing: changes of the layout file, and what takes them back."""

from __future__ import annotations

from typing import Any

import msgspec

from mantlet.base.errors import UsageError
from mantlet.changes.operations import Change, Rename
from mantlet.store.layout import SECTIONS, Layout
from mantlet.store.rawedit import as_read

KEPT = (*SECTIONS, "views")
MOST = 200_000
"""Entries of one section; a layout that says more is a mistake."""
Sections = dict[str, dict[str, Any]]


def changed(raw: dict[str, Any], wanted: Sections) -> tuple[dict[str, Any], Sections]:
    """Return a layout with some entries set, or taken out where they are None, and what takes that back."""
    back: Sections = {}
    result = dict(raw)
    wanted = _plain(wanted)
    for section, entries in wanted.items():
        if section not in KEPT:
            raise UsageError(f"a layout has no section '{section[:60]}'", mend=f"one of {', '.join(KEPT)}")
        held = result.get(section) or {}
        back[section] = {name: held.get(name) for name in entries}
        after = {name: entry for name, entry in {**held, **entries}.items() if entry is not None}
        if len(after) > MOST:
            raise UsageError(f"a layout keeps at most {MOST:,} {section}")
        if after or section in raw:
            result[section] = after
    Layout(result).check()
    return result, back


def _plain(wanted: Sections) -> Sections:
    """Return what can be written: text, finite numbers, nothing nested without end."""
    plain = {
        section: {
            name: None if entry is None else as_read(entry, foreign=True, typed=True)
            for name, entry in entries.items()
        }
        for section, entries in wanted.items()
    }
    try:
        msgspec.json.encode(plain)
    except UnicodeEncodeError:
        raise UsageError("a layout has characters that no file can hold") from None
    return plain


def renamed(raw: dict[str, Any], changes: list[Change]) -> dict[str, Any]:
    """Return a layout in which entries follow their new ids."""
    names = {change.old: change.new for change in changes if isinstance(change, Rename)}
    if not names:
        return raw
    return {
        section: _following(entries, names)
        if section in SECTIONS
        else _views(entries, names)
        if section == "views"
        else entries
        for section, entries in raw.items()
    }


def _following(entries: Any, names: dict[str, str]) -> Any:
    if not isinstance(entries, dict):
        return entries
    found = {}
    for name, entry in entries.items():
        head, dot, tail = name.partition(".returns")
        found[(names.get(head, head) + dot + tail) if not tail else name] = entry
    return found


def _views(views: Any, names: dict[str, str]) -> Any:
    if not isinstance(views, dict):
        return views
    return {
        name: {
            key: _following(value, names)
            if key in SECTIONS
            else names.get(value, value)
            if key == "focus"
            else value
            for key, value in view.items()
        }
        if isinstance(view, dict)
        else view
        for name, view in views.items()
    }

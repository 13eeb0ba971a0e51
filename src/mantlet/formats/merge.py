"""What people changed, carried over into the document that was imported, so that all else in it stays as it was.

``before`` is what an export would write of the model as it was imported, ``after`` of the model as it is now; where the two
are equal the document keeps what it has. Entries of lists are told apart by their ids.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

_MISSING: Any = object()


def merged(original: Any, before: Any, after: Any, ids: Sequence[str] = ("id",)) -> Any:
    """Return the original document with the changes between two exports."""
    if before == after:
        return original if original is not _MISSING else copy.deepcopy(after)
    if isinstance(before, dict) and isinstance(after, dict) and isinstance(original, dict):
        if _all_known([*before.values(), *after.values()], ids) and _all_known(original.values(), ids):
            return _by_id(original, before, after, ids)
        return _mappings(original, before, after, ids)
    if isinstance(before, list) and isinstance(after, list) and isinstance(original, list):
        return _lists(original, before, after, ids)
    return copy.deepcopy(after)


def identity(item: Any, ids: Sequence[str]) -> Any:
    """Return what an entry of a list is known by; None where nothing says."""
    if not isinstance(item, dict):
        return None
    return next((value for key in ids if isinstance(value := item.get(key), str | int)), None)


def _all_known(items: Any, ids: Sequence[str]) -> bool:
    listed = list(items)
    found = [identity(item, ids) for item in listed]
    return bool(listed) and None not in found


def _mappings(original: Any, before: Any, after: Any, ids: Sequence[str]) -> Any:
    result = dict(original)
    for key in before:
        if key not in after:
            result.pop(key, None)
    for key, value in after.items():
        if key not in before or before[key] != value:
            result[key] = merged(result.get(key, _MISSING), before.get(key, _MISSING), value, ids)
    return result


def _by_id(original: Any, before: Any, after: Any, ids: Sequence[str]) -> Any:
    """Merge mappings by title whose entries have ids: a title may have changed."""
    old = {identity(item, ids): item for item in before.values()}
    new = {identity(item, ids): (key, item) for key, item in after.items()}
    titles = {identity(item, ids): key for key, item in before.items()}
    result: dict[Any, Any] = {}
    for key, item in original.items():
        name = identity(item, ids)
        if name in old and name not in new:
            continue
        if name in new and name in old:
            title, now = new[name]
            result[title if title != titles[name] else key] = merged(item, old[name], now, ids)
        else:
            result[key] = item
    have = {identity(item, ids) for item in original.values()}
    result.update(
        {
            key: copy.deepcopy(item)
            for name, (key, item) in new.items()
            if name not in have and name not in old
        }
    )
    return result


def _lists(original: list[Any], before: list[Any], after: list[Any], ids: Sequence[str]) -> list[Any]:
    if not _distinct([*before], ids) or not _distinct([*after], ids) or not _distinct(original, ids):
        return _plain_lists(original, before, after, ids)
    old = {identity(item, ids): item for item in before}
    new = {identity(item, ids): item for item in after}
    result = []
    for item in original:
        name = identity(item, ids)
        if name in old and name not in new:
            continue
        result.append(merged(item, old[name], new[name], ids) if name in old and name in new else item)
    have = {identity(item, ids) for item in original}
    return [
        *result,
        *(copy.deepcopy(item) for name, item in new.items() if name not in have and name not in old),
    ]


def _distinct(items: list[Any], ids: Sequence[str]) -> bool:
    found = [identity(item, ids) for item in items]
    return None not in found and len(set(found)) == len(found)


def _plain_lists(original: list[Any], before: list[Any], after: list[Any], ids: Sequence[str]) -> list[Any]:
    """Merge lists without ids: entry by entry where their numbers allow, else what was taken out goes, what was added ends it."""
    if len(original) == len(before) == len(after):
        return [merged(item, was, now, ids) for item, was, now in zip(original, before, after, strict=True)]
    gone = [item for item in before if item not in after]
    added = [item for item in after if item not in before]
    if len(original) == len(before):
        kept = [item for item, was in zip(original, before, strict=True) if was not in gone]
    else:
        kept = [item for item in original if item not in gone]
    return [*kept, *copy.deepcopy(added)]

"""Globs of paths as models write them in `code:`: `src/api/**`, `*.py`, `Dockerfile`."""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache

ANY = "**"
"""A part of a glob that stands for any number of folders."""


def matches(glob: str, path: str) -> bool:
    """Tell whether a relative path with forward slashes is one that a glob means.

    `*`, `?` and `[…]` stay within a folder, `**` stands for any number of folders; a glob that names a folder means all in it.
    """
    parts = _parts(glob)
    return _match(parts, path.removeprefix("./").split("/")) if parts else False


@lru_cache(maxsize=4096)
def _parts(glob: str) -> tuple[re.Pattern[str] | None, ...]:
    """Return a pattern per part of a glob, None where it is `**`."""
    names = [name for name in glob.strip("/").split("/") if name not in {"", "."}]
    return tuple(None if name == ANY else re.compile(fnmatch.translate(name)) for name in names)


def _match(parts: tuple[re.Pattern[str] | None, ...], names: list[str]) -> bool:
    """Match part by part; what is kept is how many parts may have been used up, so that time stays bounded."""
    reached = _skipped({0}, parts)
    for name in names:
        if len(parts) in reached:
            return True  # all of the glob is used up: the rest lies in the folder that it names
        after: set[int] = set()
        for at in reached:
            part = parts[at]
            if part is None:
                after.add(at)
            elif part.match(name):
                after.add(at + 1)
        if not after:
            return False
        reached = _skipped(after, parts)
    return len(parts) in reached


def _skipped(reached: set[int], parts: tuple[re.Pattern[str] | None, ...]) -> set[int]:
    """Return the positions with those behind a `**`, which may stand for nothing."""
    found = set(reached)
    waiting = list(reached)
    while waiting:
        at = waiting.pop()
        if at < len(parts) and parts[at] is None and at + 1 not in found:
            found.add(at + 1)
            waiting.append(at + 1)
    return found

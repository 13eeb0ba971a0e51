"""A look at a repository from files to draft."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mantlet.discovery.discover import discover as look
from mantlet.discovery.draft import Draft


def discover(root: Path, scope: Sequence[str] = (), *, cached: bool = True) -> Draft:
    """Return the draft of a repository."""
    del cached
    return look(root, scope)

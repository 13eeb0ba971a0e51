"""What every check has in common: what it is asked, what it says of itself, and what it gives back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mantlet.findings.finding import CheckResult, NotLooked, Spot
from mantlet.scanners.cache import Cache

SKIPPED_FOLDERS = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".mantlet",
        ".venv",
        "venv",
        ".tox",
        ".nox",
        "node_modules",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".ipynb_checkpoints",
        ".eggs",
        ".terraform",
    ]
)
MAX_FILES = 200_000


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that a check can use, as `scan --list` shows it."""

    name: str
    version: str
    """Empty where it isn't there."""
    mend: str
    """How to get it."""
    needed: bool = True
    """Without it the check does nothing; others only add to it."""


@dataclass(slots=True)
class Request:
    """What a scan was asked for."""

    root: Path
    files: Sequence[str]
    """Every file below the root, relative, with forward slashes."""
    targets: Sequence[str] = ()
    """Addresses `host:port` that the user named."""
    allowed: bool = False
    """The user says that addresses off this machine may be looked at."""
    advisories: Path | None = None
    online: bool = False
    signers: Sequence[tuple[str, str]] = ()
    """Who may have signed a model file: identity in the certificate, and the issuer that vouches for it."""
    fuzz: bool = False
    expected: Sequence[str] = ()
    """Addresses that the threat model says something listens on."""
    cache: Cache = field(default_factory=Cache)
    note: Callable[[str, str], None] = lambda _check, _what: None
    """Tells how far a check is."""
    left_out: Sequence[NotLooked] = ()
    """What of the project no check can look at."""

    def named(self, *suffixes: str, names: Iterable[str] = ()) -> list[str]:
        """Return the files with one of some suffixes or names."""
        wanted = frozenset(names)
        return [
            path
            for path in self.files
            if path.lower().endswith(suffixes) or path.rpartition("/")[2] in wanted
        ]


class Check(Protocol):
    """One check: a module of this package has these names."""

    NAME: str
    TITLE: str
    PRACTICE: str

    def tools(self) -> list[Tool]:
        """Return the tools that it uses, and which are there."""

    def run(self, request: Request) -> list[CheckResult]:
        """Look, and say what was found and what was looked at: one result per tool."""


def list_files(root: Path, left_out: list[NotLooked] | None = None) -> list[str]:
    """Return the files of a project in a stable order, without links and without what tools put there.

    What no check can look at is added to ``left_out``: files whose names are no text, and those past the limit.
    """
    if root.is_file():
        return [root.name]
    found: list[str] = []
    missed = left_out if left_out is not None else []
    for folder, names, entries in os.walk(root):
        base = Path(folder)
        if base != root and "pyvenv.cfg" in entries:  # an environment, whatever its name
            names.clear()
            continue
        names[:] = sorted(name for name in names if name not in SKIPPED_FOLDERS)
        for entry in sorted(entries):
            path = base / entry
            if not path.is_file() or path.is_symlink():
                continue
            inner = path.relative_to(root).as_posix()
            if not is_text(inner):
                missed.append(NotLooked(Spot(inner), "its name is not UTF-8"))
            elif len(found) == MAX_FILES:
                missed.append(NotLooked(Spot(inner), f"there are more than {MAX_FILES:,} files"))
                return found
            else:
                found.append(inner)
    return found


def is_text(name: str) -> bool:
    """Tell whether a name that the system gave is text, and not bytes that stand for none."""
    return not any("\ud800" <= char <= "\udfff" for char in name)

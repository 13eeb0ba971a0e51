"""Model files of a project: every file is looked at by its content, and each has a verdict of its own."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct, field

from mantlet.findings.finding import Finding, NotLooked, Spot
from mantlet.scanners.models.content import inspect
from mantlet.scanners.models.context import MODEL_SUFFIXES, Context
from mantlet.scanners.models.source import opened

VERDICTS = ("dangerous", "suspicious", "incomplete", "clean", "error")


class FileReport(Struct, omit_defaults=True):
    """One file."""

    path: str
    verdict: str
    formats: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    not_looked: list[NotLooked] = field(default_factory=list)


def scan_file(path: Path, shown: str) -> FileReport:
    """Look at one file; ``shown`` is what reports call it. Never raises for what a file holds."""
    suffix = PurePosixPath(shown).suffix.lower()
    context = Context(shown, claims=suffix in MODEL_SUFFIXES)
    try:
        with opened(path) as source:
            inspect(context, source)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return FileReport(shown, "error", not_looked=[NotLooked(Spot(shown), f"it cannot be read: {why}")])
    except (RecursionError, MemoryError, OverflowError):
        context.missed("", "it is nested deeper, or larger, than is followed")
    except (LookupError, TypeError, AttributeError, struct.error) as error:
        context.missed("", f"it is too strange to be followed ({type(error).__name__})")
    return FileReport(shown, _verdict(context), context.formats, context.findings, context.not_looked)


def _verdict(context: Context) -> str:
    worst = max((finding.rank for finding in context.findings), default=-1)
    if worst >= 3:
        return "dangerous"
    if worst == 2:
        return "suspicious"
    return "incomplete" if context.not_looked else "clean"


def files(root: Path) -> Iterator[Path]:
    """Yield the files below a folder in a stable order; links are not followed."""
    if not root.is_dir():
        yield root
        return
    for folder, names, entries in os.walk(root):
        names[:] = sorted(
            name for name in names if name not in {".git", ".mantlet", "__pycache__", "node_modules"}
        )
        for entry in sorted(entries):
            path = Path(folder, entry)
            if path.is_file() and not path.is_symlink():
                yield path

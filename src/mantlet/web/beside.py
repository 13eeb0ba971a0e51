"""What lies beside a model file and counts when it is judged: the project's own rules, and what scans found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from mantlet.base.limits import is_folder
from mantlet.catalogue.load import Catalogue
from mantlet.findings.evidence import Evidence, gather
from mantlet.findings.finding import FOLDER, CheckResult
from mantlet.findings.keeping import SUPPRESSIONS, load
from mantlet.model.entries import Sections
from mantlet.project.api import catalogue_for
from mantlet.project.places import RULES_FOLDER

Stamps = dict[str, tuple[int, int, int] | None]
MOST = 2000
"""Files below one folder that are looked at."""


class Beside:
    """Reads rules and evidence, each anew only when its files changed."""

    def __init__(self, model: Path) -> None:
        self.model = model
        self.root = model.parent
        self._rules: tuple[Any, Catalogue] | None = None
        self._evidence: tuple[Any, list[CheckResult]] | None = None
        self._digest: tuple[Any, bytes] | None = None

    @property
    def folders(self) -> set[Path]:
        """The folders below which anything counts."""
        return {folder for folder in (self.root / RULES_FOLDER, self.root / ".mantlet") if is_folder(folder)}

    def stamps(self) -> Stamps:
        """Return what tells whether anything changed."""
        return stamps([*self._below(RULES_FOLDER), *self._found()])

    def catalogue(self) -> Catalogue:
        """Return the catalogue with the project's own rules; raises what is wrong with these."""
        stamp = stamps(self._below(RULES_FOLDER))
        if self._rules is None or self._rules[0] != stamp:
            self._rules = (stamp, catalogue_for(self.model))
        return self._rules[1]

    def evidence(self, sections: Sections, catalogue: Catalogue, today: date) -> Evidence | None:
        """Return what scans found, placed on a model; None where nothing was scanned."""
        if not is_folder(self.root / FOLDER):
            return None
        stamp = stamps(self._found()), today
        if self._evidence is None or self._evidence[0] != stamp:
            self._evidence = (stamp, load(self.root, today))
        results = self._evidence[1]
        return gather(results, sections, catalogue) if results else None

    def digest(self, today: date) -> bytes:
        """Return what stands for all of it in the name of a revision; nothing where there is nothing."""
        stamp = self.stamps(), today
        if not stamp[0]:
            return b""
        if self._digest is None or self._digest[0] != stamp:
            whole = hashlib.sha256(today.isoformat().encode())
            for name in stamp[0]:
                with suppress(OSError):
                    whole.update(hashlib.sha256(Path(name).read_bytes()).digest())
            self._digest = (stamp, whole.digest())
        return self._digest[1]

    def _found(self) -> list[Path]:
        silenced = self.root / SUPPRESSIONS
        return [*self._below(FOLDER), *([silenced] if silenced.exists() else [])]

    def _below(self, folder: str) -> list[Path]:
        place = self.root / folder
        return sorted(islice(place.rglob("*"), MOST)) if is_folder(place) else []


def stamps(paths: Iterable[Path]) -> Stamps:
    """Return each file's time, size and number, which change with whatever is written; None for what isn't there."""
    found: Stamps = {}
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            found[str(path)] = None
        else:
            found[str(path)] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return found

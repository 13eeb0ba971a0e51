"""What the workbench shows at one moment: the model as the files say it, judged and rated. Never changed, only replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mantlet.base.errors import MantletError
from mantlet.project.api import Assessment
from mantlet.store.convert import to_raw
from mantlet.store.document import Document
from mantlet.store.include import MERGED, Source
from mantlet.web.inherited import Facts, inherited
from mantlet.web.table import RiskTable


@dataclass
class State:
    """One revision."""

    revision: str
    source: Source
    raw: dict[str, Any]
    """The whole model as plain data: what the first file holds, with the entries that it includes."""
    included: dict[str, dict[str, str]]
    """Of entries that other files hold, by section and id, the file's name."""
    layout: dict[str, Any]
    layout_print: str
    """Of the layout file's bytes; empty where there is none."""
    assessment: Assessment
    table: RiskTable
    """The register in the form that browsers get."""

    @property
    def is_new(self) -> bool:
        """Whether it is in no file yet."""
        return self.source.document.fingerprint == ""

    @property
    def prints(self) -> tuple[dict[str, str | None], str]:
        """Of the bytes of the model's files and of the layout, by which one can tell whether they are the same."""
        return {name: item.fingerprint for name, item in self.source.documents.items()}, self.layout_print

    @cached_property
    def inherited(self) -> Facts:
        """Facts that things have without anybody writing them there, with where they come from."""
        return inherited(self.assessment)


def revision_of(documents: dict[str, Document], besides: bytes) -> str:
    """Return a short name for what the files say; ``besides`` is the layout, rules and evidence."""
    digest = hashlib.sha256(besides)
    for name in sorted(documents):
        digest.update(hashlib.sha256(documents[name].data).digest())
    return digest.hexdigest()[:16]


def raw_of(source: Source) -> dict[str, Any]:
    """Return the whole model as plain data; without `include:` that is just what the file holds."""
    own = source.document.raw
    raw: dict[str, Any] = own if isinstance(own, dict) else {}
    if not source.owners:
        return raw
    whole = dict(raw)
    for section in MERGED:
        foreign = {
            name: entry
            for name, entry in getattr(source.sections, section).items()
            if (section, name) in source.owners
        }
        if foreign:
            whole[section] = {
                **(raw.get(section) or {}),
                **{name: _plain(entry) for name, entry in foreign.items()},
            }
    return whole


def _plain(entry: Any) -> Any:
    return to_raw(entry) if hasattr(entry, "__struct_fields__") else entry


def included(source: Source) -> dict[str, dict[str, str]]:
    """Return where the entries of other files are."""
    found: dict[str, dict[str, str]] = {}
    for (section, name), part in source.owners.items():
        found.setdefault(section, {})[name] = Path(part.document.file).name
    return found


def problems_of(error: MantletError, limit: int = 100) -> Iterator[dict[str, Any]]:
    """Yield errors as the API lists problems of a file."""
    for item in error.errors[:limit]:
        where = item.where
        yield {
            "path": [],
            "message": item.what,
            "mend": item.mend,
            "file": Path(where.file).name if where else "",
            "line": where.line if where else 0,
            "column": where.column if where else 0,
        }

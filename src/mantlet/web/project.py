"""The files of a project, read into a state, written back, and looked at for changes that others made."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from mantlet.base.errors import MAX_ERRORS, MantletError
from mantlet.base.files import fingerprint, sweep, write_atomic
from mantlet.base.limits import inside
from mantlet.catalogue.load import Catalogue
from mantlet.model.entries import Sections
from mantlet.model.model import Model
from mantlet.model.problem import Problem
from mantlet.model.validate import check
from mantlet.project.api import judged
from mantlet.store.document import Document
from mantlet.store.explain import explain
from mantlet.store.include import Source, read_leniently, reread
from mantlet.store.layout import Layout, layout_path
from mantlet.store.load import check_source
from mantlet.store.shape import type_of
from mantlet.web.beside import Beside, stamps
from mantlet.web.errors import RefusedError
from mantlet.web.state import State, included, raw_of, revision_of
from mantlet.web.table import RiskTable


class Files:
    """One project's model file with all that is read beside it."""

    def __init__(self, path: Path, today: date | None = None) -> None:
        self.path = path
        self.root = path.parent
        self.fixed_day = today
        """The day to judge by, where it is not always the date of now."""
        self._beside = Beside(path)

    @property
    def today(self) -> date:
        """The day by which end dates are judged."""
        return self.fixed_day or date.today()

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue, with the project's own rules."""
        return self._beside.catalogue()

    def stamps(self, state: State | None) -> Any:
        """Return what tells whether anything on disk changed, or another day began."""
        files = [Path(name) for name in state.source.documents] if state else [self.path]
        return stamps([*files, layout_path(self.path)]), self._beside.stamps(), self.today

    def watched(self, state: State | None) -> tuple[set[Path], set[Path]]:
        """Return the folders in which files may change, and those in which anything below may."""
        files = [Path(name) for name in state.source.documents] if state else [self.path]
        return {file.parent for file in files} | {self.root}, self._beside.folders

    def read(self, *, new: bool = False) -> State:
        """Return what the files say now; raises every mistake. A file that isn't there is a ``new`` model, if it may be one."""
        layout = self._layout()
        if new and not os.path.lexists(self.path):
            return self._state(self._fresh(), layout.raw, layout.fingerprint or "")
        source = read_leniently(self.path)
        known = self.catalogue
        check_source(
            source, known.vocabulary, controls=known.controls, threats=known.threats, packs=known.pack_names
        )
        return self._state(source, layout.raw, layout.fingerprint or "")

    def checked(self, before: State, source: Source, layout: dict[str, Any]) -> State:
        """Return the state after edits in memory; raises `RefusedError` where the model is not sound with them."""
        known = self.catalogue
        try:
            after = reread(source)
        except MantletError as error:
            unfit = explain(source.document.raw, type_of(Sections))
            raise RefusedError(
                _told(unfit) or [_plain(item) for item in error.errors[:MAX_ERRORS]]
            ) from error
        found = check(after.sections, known.vocabulary, known.controls, known.threats, known.pack_names)
        if found:
            raise RefusedError(_told(found))
        return self._state(after, layout, before.layout_print)

    def arranged(self, before: State, layout: dict[str, Any]) -> State:
        """Return the state after things moved in the drawing; nothing needs to be judged anew."""
        return replace(before, revision=self._revision(before.source, layout), layout=layout)

    def _revision(self, source: Source, layout: dict[str, Any]) -> str:
        return revision_of(source.documents, Layout(layout).text.encode() + self._beside.digest(self.today))

    def sweep(self) -> None:
        """Take away what a server that was killed while saving left behind."""
        for file in (self.path, layout_path(self.path)):
            sweep(file)

    def save(self, before: State, after: State) -> None:
        """Write the files that differ, each whole; raises `StaleWriteError` where somebody else wrote one since."""
        for document in after.source.documents.values():
            if fingerprint(document.data) != document.fingerprint:
                document.save()
        if before.layout != after.layout:
            path = layout_path(self.path)
            inside(self.root, path)
            data = Layout(after.layout).text.encode()
            write_atomic(path, data, expected=before.layout_print)
            after.layout_print = fingerprint(data)

    def _state(self, source: Source, layout: dict[str, Any], layout_print: str) -> State:
        model = Model(source.sections)
        model.source = source
        known, today = self.catalogue, self.today
        proof = self._beside.evidence(source.sections, known, today)
        assessment = judged(model, source.sections, known, proof, today)
        return State(
            self._revision(source, layout),
            source,
            raw_of(source),
            included(source),
            layout,
            layout_print,
            assessment,
            RiskTable(assessment),
        )

    def _layout(self) -> Layout:
        path = layout_path(self.path)
        inside(self.root, path)
        return Layout.load(path)

    def _fresh(self) -> Source:
        """Return a first model, which is written with the first change."""
        name = self.root.resolve().name or "System"
        document = Document(
            f"mantlet: 1\nsystem:\n  name: {json.dumps(name, ensure_ascii=False)}\n", str(self.path)
        )
        document.fingerprint = ""
        documents = {os.path.realpath(self.path): document}
        return Source(document, document.sections(), root=self.root, documents=documents)


def _told(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        {"path": list(item.path), "message": item.message, "mend": item.mend}
        for item in problems[:MAX_ERRORS]
    ]


def _plain(error: MantletError) -> dict[str, Any]:
    return {"path": [], "message": error.what, "mend": error.mend}

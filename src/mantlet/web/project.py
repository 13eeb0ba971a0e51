"""The files of a project, read into a state, written back, and looked at for changes that others made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from mantlet.base.errors import MantletError
from mantlet.base.files import fingerprint, write_atomic
from mantlet.base.limits import inside, is_file, is_folder
from mantlet.catalogue.load import Catalogue
from mantlet.findings.finding import FOLDER, CheckResult
from mantlet.model.model import Model
from mantlet.model.validate import check
from mantlet.project.api import catalogue_for, judged
from mantlet.project.places import RULES_FOLDER
from mantlet.store.document import Document
from mantlet.store.include import Source, read_leniently, reread
from mantlet.store.layout import Layout, layout_path
from mantlet.store.load import check_source
from mantlet.web.errors import RefusedError
from mantlet.web.state import State, included, raw_of, revision_of

Stamp = tuple[int, int, int]
MAX_STAMPED = 2000


class Files:
    """One project's model file with all that is read beside it."""

    def __init__(self, path: Path, today: date | None = None) -> None:
        self.path = path
        self.root = path.parent
        self._day = today
        self._catalogue: tuple[Any, Catalogue] | None = None
        self._evidence: tuple[Any, list[CheckResult]] | None = None

    @property
    def today(self) -> date:
        """The day by which end dates are judged."""
        return self._day or date.today()

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue, with the project's own rules; read anew when these change."""
        stamp = _stamps(self._below(RULES_FOLDER))
        if self._catalogue is None or self._catalogue[0] != stamp:
            self._catalogue = (stamp, catalogue_for(self.path))
        return self._catalogue[1]

    def stamps(self, state: State | None) -> Any:
        """Return what tells whether anything on disk changed: size, time and number of each file."""
        files = [Path(name) for name in state.source.documents] if state else [self.path]
        beside = [*self._below(RULES_FOLDER), *self._below(FOLDER), self.root / ".mantlet/suppressions.yaml"]
        return _stamps([*files, layout_path(self.path), *beside]), self.today

    def watched(self, state: State | None) -> tuple[set[Path], set[Path]]:
        """Return the folders in which files may change, and those in which anything below may."""
        files = [Path(name) for name in state.source.documents] if state else [self.path]
        near = {file.parent for file in files} | {self.root}
        deep = {self.root / RULES_FOLDER, self.root / ".mantlet"}
        return near, {folder for folder in deep if is_folder(folder)}

    def read(self) -> State:
        """Return what the files say now; raises every mistake."""
        layout = self._layout()
        if not is_file(self.path) and not self.path.exists():
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
            listed = error.errors[:100]
            raise RefusedError(
                [{"path": [], "message": item.what, "mend": item.mend} for item in listed]
            ) from error
        found = check(after.sections, known.vocabulary, known.controls, known.threats, known.pack_names)
        if found:
            raise RefusedError(
                [
                    {"path": list(item.path), "message": item.message, "mend": item.mend}
                    for item in found[:100]
                ]
            )
        return self._state(after, layout, before.layout_print)

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
        known = self.catalogue
        assessment = judged(model, source.sections, known, self._proof(source, known), self.today)
        revision = revision_of(source.documents, Layout(layout).text.encode())
        return State(revision, source, raw_of(source), included(source), layout, layout_print, assessment)

    def _proof(self, source: Source, known: Catalogue) -> Any:
        """Return what scans found, placed on the model; what is kept on disk is read anew only when it changes."""
        if not is_folder(self.root / FOLDER):
            return None
        from mantlet.findings import keeping  # noqa: PLC0415
        from mantlet.findings.evidence import gather  # noqa: PLC0415

        stamp = _stamps([*self._below(FOLDER), self.root / ".mantlet/suppressions.yaml"]), self.today
        if self._evidence is None or self._evidence[0] != stamp:
            self._evidence = (stamp, keeping.load(self.root, self.today))
        results = self._evidence[1]
        return gather(results, source.sections, known) if results else None

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
        return Source(document, document.sections(), root=self.root, documents={str(self.path): document})

    def _below(self, folder: str) -> list[Path]:
        place = self.root / folder
        if not is_folder(place):
            return []
        found = []
        for path in place.rglob("*"):
            found.append(path)
            if len(found) > MAX_STAMPED:
                break
        return sorted(found)


def _stamps(paths: Iterable[Path]) -> dict[str, Stamp | None]:
    found: dict[str, Stamp | None] = {}
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            found[str(path)] = None
        else:
            found[str(path)] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return found

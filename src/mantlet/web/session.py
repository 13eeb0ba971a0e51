"""One open project: what it says now, who may change it how, and what it said before.

Every change is an operation. It is brought onto the state of now, judged, written to disk, and only then answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import structs

from mantlet.base.errors import InputError, MantletError, StaleWriteError, UsageError
from mantlet.changes.apply import apply_to_source
from mantlet.changes.operations import Change
from mantlet.project.api import Assessment
from mantlet.project.foreign import refuse_foreign
from mantlet.web import layouts, reversal
from mantlet.web.errors import BrokenError, ConflictError, ReadOnlyError, RefusedError
from mantlet.web.events import Broadcaster
from mantlet.web.memory import Kept, Memory
from mantlet.web.project import Files
from mantlet.web.rebase import rebased
from mantlet.web.state import State, problems_of

MAX_CHANGES = 20_000
LOOKS, PATIENCE = 10, 0.08
"""How often a file that does not read is looked at while somebody goes on writing it, and the seconds between."""
Made = Callable[[Assessment], Sequence[Change]]


class Session:
    """The one place that reads and writes a project's files while the workbench runs; safe to call from any thread."""

    def __init__(self, path: Path, *, read_only: bool = False, today: date | None = None) -> None:
        refuse_foreign(path)
        self.files = Files(path, today)
        self.read_only = read_only
        self.events = Broadcaster()
        self.lock = threading.RLock()
        self.problems: list[dict[str, Any]] = []
        """What is wrong with the files as they are on disk; the last state that was sound stays."""
        self._memory = Memory()
        self._stamps: Any = None
        self._state: State | None = None
        self._reload("")
        if self._state is None:
            raise self._trouble
        if not read_only:
            self.files.sweep()

    @property
    def path(self) -> Path:
        """The model file."""
        return self.files.path

    @property
    def root(self) -> Path:
        """The project's folder; nothing outside of it is read or written."""
        return self.files.root

    @property
    def today(self) -> date:
        """The day by which end dates are judged."""
        return self.files.today

    @property
    def state(self) -> State:
        """What there is now, after a look at the disk."""
        with self.lock:
            self.sync()
            return self._now

    @property
    def known(self) -> State:
        """What there was at the last look at the disk; never waits."""
        return self._now

    def watched(self) -> tuple[set[Path], set[Path]]:
        """Return the folders to watch: those in which files may change, and those in which anything below may."""
        return self.files.watched(self._state)

    @property
    def assessment(self) -> Assessment:
        """The model of now, judged and rated."""
        return self.state.assessment

    @property
    def revision(self) -> str:
        """The name of the state of now."""
        return self.state.revision

    @property
    def _now(self) -> State:
        assert self._state is not None  # noqa: S101  (the first state is read before anything else)
        return self._state

    def at(self, revision: str) -> Kept | None:
        """Return an earlier revision, as long as it is kept."""
        with self.lock:
            return self._memory.get(revision)

    def sync(self) -> bool:
        """Read the files anew if any changed on disk, and tell the listeners; tell whether one did."""
        with self.lock:
            stamps = self.files.stamps(self._state)
            if stamps == self._stamps:
                return False
            return self._reload("disk")

    def _reload(self, cause: str) -> bool:
        try:
            state = self._read()
        except MantletError as error:
            self._trouble = error
            found = list(problems_of(error))
            if found != self.problems:
                self.problems = found
                self.events.send("broken", {"problems": found})
            return True
        healed, self.problems = bool(self.problems), []
        if self._state is not None and state.revision == self._state.revision and not healed:
            return False
        if cause and not healed and state.prints == self._now.prints:
            cause = "evidence"  # or rules; the model itself is the same
        elif cause:
            self._memory.overtake()
        self._adopt(state)
        self._stamps = self.files.stamps(state)
        if cause:
            self.events.send("changed", {"revision": state.revision, "client": "", "cause": cause})
        return True

    def _read(self) -> State:
        """Return what the files say; one that does not read may be half written, so it is looked at again."""
        new = self._state is None or self._state.is_new
        for _ in range(LOOKS):
            self._stamps = self.files.stamps(self._state)
            with suppress(MantletError):
                return self.files.read(new=new)
            time.sleep(PATIENCE)
            if self.files.stamps(self._state) == self._stamps:
                break
        self._stamps = self.files.stamps(self._state)
        return self.files.read(new=new)

    def _adopt(self, state: State) -> None:
        self._state = state
        self._memory.add(state)

    def writable(self) -> None:
        """Raise where nothing may be changed now."""
        if self.read_only:
            raise ReadOnlyError
        if self.problems:
            raise BrokenError(
                "the file on disk does not read, so nothing can be changed here",
                mend="mend it in your editor; it is shown again as soon as it reads",
            )

    def change(
        self,
        changes: Sequence[Change] | Made,
        *,
        base: str = "",
        layout: layouts.Sections | None = None,
        author: str = "",
        client: str = "",
    ) -> dict[str, Any]:
        """Do changes, all or none, and return what a client needs to follow: see `docs/workbench.md`.

        ``changes`` may be a function that makes them from the state of now. ``base`` is the revision that they were made on.
        Raises `ConflictError`, `RefusedError`, `BrokenError` or `ReadOnlyError`; then nothing was written.
        """
        with self.lock:
            self.writable()
            self.sync()
            self.writable()
            for last in (False, True):
                try:
                    return self._change(changes, base, layout or {}, author, client)
                except StaleWriteError:  # somebody wrote between our look and our save
                    if last:
                        raise
                    base = base or self._now.revision
                    self._reload("disk")
                    self.writable()
        raise AssertionError

    def _change(
        self,
        changes: Sequence[Change] | Made,
        base: str,
        layout: layouts.Sections,
        author: str,
        client: str,
    ) -> dict[str, Any]:
        now = self._now
        wanted = list(changes(now.assessment) if callable(changes) else changes)
        if len(wanted) > MAX_CHANGES:
            raise UsageError(f"more than {MAX_CHANGES:,} changes at once", mend="send fewer at a time")
        moved = bool(base) and base != now.revision
        known = self._memory.get(base or now.revision)
        done = self._rebased(known, now, wanted, layout) if moved and not callable(changes) else wanted
        if author:
            done = [structs.replace(change, author=author) for change in done]
        back = reversal.inverse(now.raw, done)
        after, layout_back = self._applied(now, done, layout, moved=moved)
        if after.revision != now.revision:
            self.files.save(now, after)
            self._adopt(after)
            self._stamps = self.files.stamps(after)
            self.events.send("changed", {"revision": after.revision, "client": client, "cause": "edit"})
        return {
            "revision": after.revision,
            "rebased": moved,
            "changes": done,
            "inverse": back,
            "inverse_layout": layout_back,
            "normalised": reversal.normalised(after.raw, wanted),
            "register": after.table.since(known.signs if known is not None else None),
            "problems": [],
        }

    def _rebased(
        self, base: Kept | None, now: State, changes: list[Change], layout: layouts.Sections
    ) -> list[Change]:
        done, conflicts = rebased(base.raw if base else {}, now.raw, changes)
        held = base.layout if base else {}
        for section, entries in layout.items():
            for name, entry in entries.items():
                was, there = ((side.get(section) or {}).get(name) for side in (held, now.layout))
                if there not in (was, entry):
                    conflicts.append(
                        {"path": ["layout", section, name], "base": was, "mine": entry, "theirs": there}
                    )
        if conflicts:
            raise ConflictError(conflicts, now.revision)
        return done

    def _applied(
        self, now: State, changes: list[Change], layout: layouts.Sections, *, moved: bool
    ) -> tuple[State, layouts.Sections]:
        if not changes:  # something moved in the drawing
            placed, back = layouts.changed(now.layout, layout)
            return self.files.arranged(now, placed), back
        source = now.source.copy()
        try:
            touched = apply_to_source(source, changes)
            self._memory.restore(now.source, touched, changes)
            placed, back = layouts.changed(layouts.renamed(now.layout, changes), layout)
            return self.files.checked(now, source, placed), back
        except RefusedError as error:
            if not moved:
                raise
            raise ConflictError(  # each side was sound by itself
                [{**item, "base": None, "mine": None, "theirs": None} for item in error.problems],
                now.revision,
            ) from error
        except InputError as error:
            raise RefusedError([{"path": [], "message": error.what, "mend": error.mend}]) from error

"""The budget of a data set: what was promised, what each release has spent, in a chain that shows tampering.

A ledger is a file of JSON lines. The first says the budget; each later one a release, with the digest of the line before it.
With a key, digests are keyed, so that whoever lacks it cannot write the chain anew.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from mantlet.base.errors import InputError, Location, MantletError, UsageError
from mantlet.base.limits import read_text
from mantlet.privacy.keys import Key

_SLACK = 1e-9
"""Rounding that sums of epsilons may have."""
_BROKEN = "take the ledger from a backup; nothing is released on a broken one"


class Entry(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line: the budget (the first), or what a release spent."""

    what: str
    epsilon: float
    delta: float = 0.0
    data: str = ""
    unit: str = ""
    """Whose presence is hidden: a column that names people, or empty for a row."""
    rows_per_unit: int = 1
    before: str = ""
    digest: str = ""


class OverspentError(MantletError):
    """A release would cost more than is left of the budget."""

    exit_code = 1


@dataclass(frozen=True)
class Balance:
    """What a ledger says."""

    budget: Entry
    releases: tuple[Entry, ...]

    @property
    def spent(self) -> tuple[float, float]:
        """Epsilon and delta spent: sums, which hold whatever the releases were (basic composition)."""
        return sum(entry.epsilon for entry in self.releases), sum(entry.delta for entry in self.releases)

    @property
    def left(self) -> tuple[float, float]:
        """Epsilon and delta that may still be spent."""
        epsilon, delta = self.spent
        return max(self.budget.epsilon - epsilon, 0.0), max(self.budget.delta - delta, 0.0)


class Ledger:
    """The budget of one data set, in a file."""

    def __init__(self, path: Path, key: Key | None = None) -> None:
        self.path = path
        self._key = key

    def open(
        self, *, epsilon: float, delta: float, data: str, unit: str = "", rows_per_unit: int = 1
    ) -> Balance:
        """Write the first line of a new ledger; raises `UsageError` where there is one, or the budget makes no sense."""
        if not (0 < epsilon < 100) or not (0 <= delta < 0.01) or rows_per_unit < 1:
            raise UsageError(
                "a budget has epsilon above 0 and below 100, delta below 0.01, and at least one row for each unit",
                mend="most publications need an epsilon of 1 or less",
            )
        entry = Entry("budget", float(epsilon), float(delta), data, unit, rows_per_unit)
        with self._locked():
            if os.path.lexists(self.path):
                raise UsageError(
                    "there is a ledger already",
                    where=Location(str(self.path)),
                    mend="a data set has one budget for all its releases; use it",
                )
            self._append(msgspec.structs.replace(entry, digest=self._digest(entry)))
        return self.read()

    def read(self) -> Balance:
        """Return what is promised and spent; raises `InputError` where a line was changed, dropped or moved."""
        if not os.path.lexists(self.path):
            raise InputError(
                "there is no such ledger",
                where=Location(str(self.path)),
                mend="`mantlet privacy dp budget` opens one",
            )
        before, entries = "", self._entries()
        for number, entry in enumerate(entries, 1):
            if (
                entry.before != before
                or not hmac.compare_digest(entry.digest.encode(), self._digest(entry).encode())
                or entry.epsilon < 0
                or entry.delta < 0
            ):
                raise InputError(
                    "this line is not as it was written",
                    where=Location(str(self.path), number, 1),
                    mend=_BROKEN,
                )
            before = entry.digest
        return Balance(entries[0], tuple(entries[1:]))

    def _entries(self) -> list[Entry]:
        found = []
        for number, line in enumerate(read_text(self.path).removesuffix("\n").split("\n"), 1):
            try:
                found.append(msgspec.json.decode(line, type=Entry))
            except (msgspec.DecodeError, RecursionError):
                raise InputError(
                    "this line is none of a ledger", where=Location(str(self.path), number, 1), mend=_BROKEN
                ) from None
        return found

    def check(self, epsilon: float, delta: float = 0.0) -> Balance:
        """Return the balance if this can still be spent; raises `OverspentError` otherwise."""
        balance = self.read()
        if not (0 < epsilon < math.inf and 0 <= delta < math.inf):
            raise UsageError(
                "a release costs an epsilon above 0 and a delta of 0 or more",
                mend="such as --epsilon 0.1; both are taken from the budget",
            )
        left = balance.left
        if epsilon > left[0] + _SLACK or delta > left[1] + _SLACK * balance.budget.delta:
            raise OverspentError(
                f"this would cost epsilon {epsilon:g}, delta {delta:g}; {left[0]:g} and {left[1]:g} are left of the budget",
                where=Location(str(self.path)),
                mend="ask for less, or stop here: a budget that grows with its use protects nobody",
            )
        return balance

    def spend(self, what: str, epsilon: float, delta: float = 0.0) -> Balance:
        """Write a release into the ledger, before anything is released; raises `OverspentError` where too little is left."""
        with self._locked():
            balance = self.check(epsilon, delta)
            last = (balance.budget, *balance.releases)[-1]
            entry = Entry(what, float(epsilon), float(delta), before=last.digest)
            self._append(msgspec.structs.replace(entry, digest=self._digest(entry)))
        return self.read()

    def _digest(self, entry: Entry) -> str:
        text = msgspec.json.encode(msgspec.structs.replace(entry, digest=""))
        if self._key is None:
            return hashlib.sha256(text).hexdigest()
        return hmac.digest(self._key.derive("ledger", "").encode(), text, "sha256").hex()

    def _append(self, entry: Entry) -> None:
        """Write a line, wholly or not at all."""
        line = msgspec.json.encode(entry) + b"\n"
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                size = os.fstat(handle).st_size
                try:
                    if os.write(handle, line) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    os.fsync(handle)
                except BaseException:
                    os.ftruncate(handle, size)
                    if not size:
                        self.path.unlink(missing_ok=True)
                    raise
            finally:
                os.close(handle)
        except OSError as error:
            raise InputError(
                f"the ledger cannot be written: {error.strerror}",
                where=Location(str(self.path)),
                mend="nothing was spent and nothing released",
            ) from None

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the ledger for one writer: two releases at once must not both spend the last of it."""
        lock = self.path.with_name(self.path.name + ".lock")
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            raise UsageError(
                "another release is writing to this ledger",
                mend=f"wait for it; if none is running, remove {lock}",
            ) from None
        except OSError as error:
            raise InputError(
                f"the ledger cannot be written: {error.strerror}",
                where=Location(str(self.path)),
                mend="nothing was spent and nothing released",
            ) from None
        try:
            yield
        finally:
            os.close(handle)
            lock.unlink(missing_ok=True)

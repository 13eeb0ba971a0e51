"""The vault of tokens: which random token stands for which value, in a SQLite file that its owner alone can read."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from mantlet.base.errors import InputError, Location

_TABLE = (
    "CREATE TABLE IF NOT EXISTS tokens (value TEXT PRIMARY KEY, token TEXT UNIQUE NOT NULL) WITHOUT ROWID"
)


class Vault:
    """Tokens kept in a file, which is made when it is first written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def tokens(self, values: Iterable[str], prefix: str) -> dict[str, str]:
        """Return a token for each value, new ones for values that have none; all or none of the new ones are kept."""
        wanted = sorted(set(values))
        try:
            with closing(self._open()) as base, base:
                known = self._known(base, wanted)
                new = {value: prefix + secrets.token_hex(12) for value in wanted if value not in known}
                base.executemany("INSERT INTO tokens (value, token) VALUES (?, ?)", new.items())
        except sqlite3.Error as error:
            raise InputError(
                f"the vault cannot be written: {error}",
                where=Location(str(self.path)),
                mend="nothing was masked; see that it is a vault and that there is room",
            ) from None
        return known | new

    def values(self, tokens: Iterable[str]) -> dict[str, str]:
        """Return the value behind each token that the vault knows."""
        if not self.path.is_file():
            raise InputError(
                "there is no such vault",
                where=Location(str(self.path)),
                mend="name the file that `mantlet privacy mask --vault` wrote",
            )
        with closing(self._open()) as base:
            found: dict[str, str] = {}
            for token in set(tokens):
                row = base.execute("SELECT value FROM tokens WHERE token = ?", (token,)).fetchone()
                if row:
                    found[token] = row[0]
            return found

    def _known(self, base: sqlite3.Connection, values: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for value in values:
            row = base.execute("SELECT token FROM tokens WHERE value = ?", (value,)).fetchone()
            if row:
                found[value] = row[0]
        return found

    def _open(self) -> sqlite3.Connection:
        made = False
        try:
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                made = True
            base = sqlite3.connect(self.path)
            base.execute(_TABLE)
        except (OSError, sqlite3.Error):
            if made:
                self.path.unlink(missing_ok=True)
            raise InputError(
                "cannot be used as a vault", where=Location(str(self.path)), mend="name another file"
            ) from None
        return base

"""Keys for pseudonyms: from the environment, a file or the system's keyring; never from a plan, a command line or a log."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from mantlet.base.errors import InputError, Location, UsageError

MIN_LENGTH = 32
"""Characters: 32 hexadecimal digits are 128 bits."""
MAX_LENGTH = 4096


class Key:
    """A secret that is never printed."""

    def __init__(self, secret: str, name: str = "") -> None:
        self._secret = secret
        self.name = name

    def __repr__(self) -> str:
        return f"Key({self.name!r})"

    def __reduce__(self) -> tuple[type[Key], tuple[str, str]]:
        return (Key, (self._secret, self.name))

    def derive(self, purpose: str, domain: str) -> str:
        """Return the key of one purpose and domain, as hexadecimal digits: knowing one tells nothing of the others."""
        return hmac.digest(self._secret.encode(), f"mantlet\0{purpose}\0{domain}".encode(), "sha256").hex()


def variable(name: str) -> str:
    """Return the environment variable that holds a key."""
    return "MANTLET_KEY" + ("_" + re.sub(r"[^A-Z0-9]+", "_", name.upper()) if name else "")


def find_key(name: str, file: Path | None = None) -> Key:
    """Return the key of a name: from the file given, else the environment, else the keyring.

    Raises `UsageError` where there is none, and `InputError` where it is too short or others can read its file.
    """
    if file is not None:
        return _checked(_read(file), name, str(file))
    found = os.environ.get(variable(name), "") or _from_keyring(name)
    if not found:
        raise UsageError(
            f"the key '{name or 'default'}' is not there",
            mend=f"set {variable(name)}, give --key-file, or keep it in the keyring; `mantlet privacy key` makes one",
        )
    return _checked(found, name, variable(name))


def new_key() -> str:
    """Return a new random key of 256 bits."""
    return secrets.token_hex(32)


def _read(file: Path) -> str:
    """Return what a file or a pipe holds, such as that of another program that keeps the key."""
    where, mend = Location(str(file)), "name a file with what `mantlet privacy key` printed"
    try:
        mode = file.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise InputError("the key cannot be read: it is no file", where=where, mend=mend)
        if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH):
            raise InputError("others can read this key", where=where, mend=f"chmod 600 {file}")
        with file.open(encoding="utf-8") as opened:
            text = opened.read(MAX_LENGTH + 1)
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"the key cannot be read: {what}", where=where, mend=mend) from None
    if len(text) > MAX_LENGTH:
        raise InputError(f"a key has at most {MAX_LENGTH:,} characters", where=where, mend=mend)
    return text.strip()


def _from_keyring(name: str) -> str:
    try:
        import keyring  # noqa: PLC0415  # used where people have it
    except ImportError:
        return ""
    try:
        return keyring.get_password("mantlet", name or "default") or ""
    except keyring.errors.KeyringError:
        return ""


def _checked(secret: str, name: str, where: str) -> Key:
    if len(secret) < MIN_LENGTH:
        raise InputError(
            f"the key is shorter than {MIN_LENGTH} characters",
            where=Location(where),
            mend="`mantlet privacy key` makes one",
        )
    return Key(secret, name)

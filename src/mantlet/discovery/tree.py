"""The files of a repository that are worth reading; what is left out is said with its reason."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path

from mantlet.base.errors import InputError, Location
from mantlet.base.limits import is_folder
from mantlet.discovery.draft import Skipped

MAX_FILE = 1_500_000
"""Bytes of one file; code that people write is far smaller."""
MAX_FILES = 200_000
VENDORED = frozenset(
    [
        "node_modules",
        "site-packages",
        "dist-packages",
        "bower_components",
        "vendor",
        "vendored",
        "third_party",
        "third-party",
        "thirdparty",
        "external",
        "venv",
        ".venv",
        "virtualenv",
        "env.bak",
        "__pycache__",
        ".tox",
        ".nox",
        ".eggs",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".ipynb_checkpoints",
        "dist",
        "build",
        ".next",
        ".nuxt",
        ".svelte-kit",
        "coverage",
        "htmlcov",
        ".idea",
        ".vscode",
        ".hg",
        ".svn",
        ".terraform",
        ".serverless",
        "mlruns",
        "wandb",
    ]
)
_TESTS = re.compile(r"^(tests?|testing|unit_?tests?|integration_?tests?|e2e|__tests__|spec|cypress)$")
_TEST_FILES = re.compile(r"(^test_.*|_test|\.(test|spec)|^conftest)\.(py|js|jsx|ts|tsx|go)$")
_BUNDLED = re.compile(
    r"\.min\.(js|css)$|\.map$|^(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|Pipfile\.lock)$"
)

_OWN = re.compile(r"^threatmodel(\.[\w.-]+)?\.(ya?ml|json)$")
"""A threat model and what lies beside it: what it says of the code is no evidence of it."""
_OWN_FOLDERS = frozenset([".git", ".mantlet"])


class Tree:
    """The files found, by path relative to the root with forward slashes."""

    def __init__(self) -> None:
        self.files: list[str] = []
        """Every file, also those that aren't read."""
        self.readable: list[str] = []
        self.skipped: list[Skipped] = []
        self.huge: list[Skipped] = []
        """Files that are too large to be read; most of them are data, which nobody would read anyway."""


def walk(root: Path, scope: Sequence[str] = ()) -> Tree:
    """Return the files under a root, in order; no link is followed.

    Raises `InputError` where nothing of ``scope`` is there; what of several parts isn't is among the skipped.
    """
    if not is_folder(root):
        raise InputError(
            "there is no such folder", where=Location(str(root)), mend="name the folder of a repository"
        )
    tree = Tree()
    parts = [posixpath.normpath(part.strip("/") or ".") for part in scope] or ["."]
    for part in parts:
        if part.startswith(".."):
            raise InputError(
                f"'{part}' lies outside the repository",
                where=Location(str(root)),
                mend="name folders inside it",
            )
    root = Path(os.path.realpath(root))
    none = not any((root / part).exists() for part in parts)
    for part, given in sorted(dict(zip(parts, scope or ["."], strict=True)).items()):
        start = root if part == "." else root / part
        if Path(given).is_absolute() or none:
            raise InputError(
                f"'{given}' isn't in the repository",
                where=Location(str(root)),
                mend="name its folders or files, relative to its root",
            )
        if not start.exists():
            tree.skipped.append(Skipped(part, "not there"))
        if start.is_symlink():
            tree.skipped.append(Skipped(part, "a link"))
        elif start.is_file():
            _file(tree, start, part)
        elif start.is_dir():
            _folder(tree, start, "" if part == "." else part)
    tree.files = sorted(set(tree.files))
    tree.readable = sorted(set(tree.readable))
    tree.skipped = sorted(set(tree.skipped))
    return tree


def _folder(tree: Tree, start: Path, prefix: str) -> None:
    pending = [(start, prefix)]
    while pending:
        folder, path = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            tree.skipped.append(Skipped(path or ".", f"cannot be read: {error.strerror or error}"))
            continue
        for entry in entries:
            inner = f"{path}/{entry.name}" if path else entry.name
            if not _is_text(inner):
                shown = inner.encode("utf-8", "backslashreplace").decode()
                tree.skipped.append(Skipped(shown, "a name that isn't UTF-8"))
                continue
            if len(tree.files) >= MAX_FILES:
                tree.skipped.append(Skipped(inner, f"more than {MAX_FILES:,} files"))
                return
            if entry.is_symlink():
                tree.skipped.append(Skipped(inner, "a link"))
            elif entry.is_dir(follow_symlinks=False):
                reason = _left_out(entry.name, Path(entry.path))
                if reason:
                    tree.skipped.append(Skipped(inner, reason))
                elif entry.name not in _OWN_FOLDERS:
                    pending.append((Path(entry.path), inner))
            elif not entry.is_file(follow_symlinks=False):
                tree.skipped.append(Skipped(inner, "a pipe or device"))
            elif _TEST_FILES.search(entry.name):
                tree.skipped.append(Skipped(inner, "a test"))
            else:
                _file(tree, Path(entry.path), inner)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _left_out(name: str, path: Path) -> str:
    if name in VENDORED or name.endswith((".egg-info", ".dist-info")):
        return "vendored or generated"
    if (path / "pyvenv.cfg").exists():
        return "a virtual environment"
    used = (path / "Dockerfile").exists()  # a step of a pipeline that is called test
    return "tests" if _TESTS.match(name) and not used else ""


def _file(tree: Tree, path: Path, inner: str) -> None:
    tree.files.append(inner)
    if _BUNDLED.search(path.name):
        return
    if _OWN.search(path.name):
        tree.skipped.append(Skipped(inner, "the threat model itself"))
        return
    try:
        size = path.stat().st_size
    except OSError as error:
        tree.skipped.append(Skipped(inner, f"cannot be read: {error.strerror or error}"))
        return
    if size > MAX_FILE:
        tree.huge.append(Skipped(inner, f"huge ({size / 2**20:.1f} MiB)"))
        return
    tree.readable.append(inner)


def read(root: Path, path: str) -> str | None:
    """Return a file's text, or None where it is binary or cannot be read."""
    try:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        handle = os.open(root / path, flags)
        with os.fdopen(handle, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError:
        return None
    if b"\0" in data[:8192] or len(data) > MAX_FILE:
        return None
    return data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")

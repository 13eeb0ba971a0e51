"""The whole of discovery: files to clues, Python to a trace, both linked to a draft."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mantlet.discovery import tree
from mantlet.discovery.clues import Clue, Unclear, Where
from mantlet.discovery.draft import Draft
from mantlet.discovery.link.draft_of import link
from mantlet.discovery.python.notebooks import code_of
from mantlet.discovery.reader import Source
from mantlet.discovery.readers import readers


def discover(root: Path, scope: Sequence[str] = (), *, tests: bool = False) -> Draft:
    """Return a proposal for a repository, without running any of it; `scope` narrows it to folders or files."""
    found = tree.walk(root, scope, tests=tests)
    clues: list[Clue] = []
    python: dict[str, str] = {}
    for path in found.readable:
        clues += read_file(root, path, python)
    draft = link(clues, python, frozenset(found.files), lambda path: tree.read(root, path))
    draft.skipped = found.skipped
    draft.files = len(found.readable)
    return draft


def read_file(root: Path, path: str, python: dict[str, str]) -> list[Clue]:
    """Return one file's clues; Python is kept to be read as a whole."""
    claiming = [reader for reader in readers().values() if reader.claims(path)]
    is_python = path.endswith((".py", ".ipynb"))
    if not claiming and not is_python:
        return []
    text = tree.read(root, path)
    if text is None:
        return [Unclear(Where(path), "binary, or cannot be read")]
    clues: list[Clue] = []
    if path.endswith(".py"):
        python[path] = text
    elif path.endswith(".ipynb"):
        found = code_of(text)
        if found is None:
            return [Unclear(Where(path), "not readable as a notebook")]
        python[path] = found[0]
        clues += [Unclear(Where(path, line), "a cell that isn't Python") for line in found[1]]
    for reader in claiming:
        try:
            clues += reader.read(Source(path, text))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
            clues.append(
                Unclear(Where(path), f"a reader could not make sense of it ({type(error).__name__})")
            )
    return clues

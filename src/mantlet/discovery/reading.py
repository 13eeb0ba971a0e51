"""What one file of a repository says: the readers that claim it are asked, and its Python is kept."""

from __future__ import annotations

from pathlib import Path

from mantlet.discovery import tree
from mantlet.discovery.clues import Clue, Unclear, Where
from mantlet.discovery.python.notebooks import code_of
from mantlet.discovery.reader import Source
from mantlet.discovery.readers import readers

PYTHON = (".py", ".ipynb")


def is_read(path: str) -> bool:
    """Tell whether a file's path says that somebody reads it."""
    return path.endswith(PYTHON) or any(reader.claims(path) for reader in readers().values())


def read_file(root: Path, path: str, python: dict[str, str]) -> list[Clue]:
    """Return one file's clues; Python is kept to be read as a whole."""
    claiming = [reader for reader in readers().values() if reader.claims(path)]
    if not claiming and not path.endswith(PYTHON):
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

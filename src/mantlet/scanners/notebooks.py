"""Code cells of a notebook as one Python text, with the cell and line that each line comes from."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mantlet.base.errors import MantletError
from mantlet.base.limits import read_text

MAX_BYTES = 128 * 2**20
_PYTHON_MAGICS = frozenset(
    {"time", "timeit", "capture", "prun", "python", "python3", "pypy", "debug", "memit", "mprun"}
)
_MAGIC = re.compile(r"^(\s*)[%!?]|^(\s*)[\w.()\[\]]+\?{1,2}\s*$")
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w, .\[\]'\"]+=\s*)[!%].*$")


@dataclass(slots=True)
class NotebookCode:
    """The code of a notebook."""

    text: str = ""
    lines: list[tuple[int, int]] = field(default_factory=list)
    """Per line of the text, from the first: its cell and its line there, both from 1."""
    left_out: list[tuple[int, str]] = field(default_factory=list)
    """Cells that are no Python, and why."""

    def place(self, line: int) -> tuple[int, int]:
        """Return the cell and line of a line of the text."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else (0, 0)


class NotebookError(Exception):
    """A file that is no notebook."""


def read(path: Path) -> NotebookCode:
    """Read a notebook of any version; raises `NotebookError`."""
    try:
        document = json.loads(read_text(path, MAX_BYTES, "clear its outputs"))
    except MantletError as error:
        raise NotebookError(error.what) from None
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"it is no JSON: {error}") from None
    language = _language(document)
    if language not in {"", "python"}:
        raise NotebookError(f"its language is {language}")
    code = NotebookCode()
    rows: list[str] = []
    for number, cell in enumerate(_cells(document), 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        lines, why = _python(source)
        if why:
            code.left_out.append((number, why))
            continue
        rows += lines
        code.lines += [(number, line) for line in range(1, len(lines) + 1)]
    code.text = "\n".join(rows) + "\n"
    return code


def _cells(document: Any) -> list[Any]:
    if not isinstance(document, dict):
        raise NotebookError("it is no notebook")
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = document.get("worksheets")
    if isinstance(sheets, list):
        return [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells", [])]
    raise NotebookError("it has no cells")


def _language(document: Any) -> str:
    meta = document.get("metadata", {}) if isinstance(document, dict) else {}
    spec = meta.get("kernelspec", {}) if isinstance(meta, dict) else {}
    return str(spec.get("language", "")).lower() if isinstance(spec, dict) else ""


def _python(source: str) -> tuple[list[str], str]:
    """Return a cell's lines as Python, magics made harmless; or why it is none."""
    lines = source.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%"):
        name = first[2:].split()[0] if first[2:].split() else ""
        if name not in _PYTHON_MAGICS:
            return [], f"it is a cell of %%{name}"
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        lines = [_tamed(line) for line in lines]
        try:
            ast.parse("\n".join(lines))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return [], "it is no Python"
    return lines, ""


def _tamed(line: str) -> str:
    """Replace a line that only notebooks understand by one that does nothing."""
    match = _MAGIC.match(line)
    if match:
        return f"{match.group(1) or match.group(2) or ''}pass"
    return _ASSIGNED_MAGIC.sub(r"\1None", line)

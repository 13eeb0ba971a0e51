"""Notebooks as Python: the code of the cells, each line where it stands in the notebook's file."""

from __future__ import annotations

import json
from typing import Any

from mantlet.discovery.python.modules import parse


def code_of(text: str) -> tuple[str, list[int]] | None:
    """Return a notebook's code with its lines at their places in the file, and the lines of cells that aren't Python.

    None where the text is no notebook.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = data.get("cells") if isinstance(data, dict) else None
    sheets = data.get("worksheets") if isinstance(data, dict) else None
    if cells is None and isinstance(sheets, list):  # notebooks of before 2015
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or []]
    if not isinstance(cells, list):
        return None
    lines = text.split("\n")
    out: list[str] = []
    broken: list[int] = []
    position = 0
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", []))
        parts = source if isinstance(source, list) else str(source).splitlines(keepends=True)
        lines_of_cell = _python([str(part) for part in parts])
        if parse("".join(lines_of_cell))[0] is None:
            place = _find(
                lines,
                json.dumps(lines_of_cell[0], ensure_ascii=False),
                json.dumps(lines_of_cell[0]),
                position,
            )
            broken.append((place if place is not None else position) + 1)
            continue
        for code in lines_of_cell:
            found = _find(lines, json.dumps(code, ensure_ascii=False), json.dumps(code), position)
            if found is not None:
                position = found + 1
                out += [""] * (found - len(out))
            out.append(code.rstrip("\n"))
    return "\n".join(out), broken


def _find(lines: list[str], raw: str, escaped: str, start: int) -> int | None:
    """Return the line of the file that holds a line of code."""
    for number in range(start, len(lines)):
        bare = lines[number].strip().rstrip(",")
        if bare in (raw, escaped):
            return number
    return None


def _python(parts: list[str]) -> list[str]:
    """Leave out what only notebooks understand: `%magic`, `!shell`, `?help`."""
    if parts and parts[0].lstrip().startswith("%%"):
        return []
    return [
        f"{' ' * (len(part) - len(part.lstrip()))}pass\n"
        if part.lstrip().startswith(("%", "!", "?"))
        else part
        for part in parts
    ]

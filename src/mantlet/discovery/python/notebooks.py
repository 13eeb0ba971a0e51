"""Notebooks as Python: the code of the cells, each line where it stands in the notebook's file."""

from __future__ import annotations

import json
from typing import Any


def code_of(text: str) -> str | None:
    """Return a notebook's code with its lines at their places in the file, or None where it is no notebook."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        return None
    lines = text.split("\n")
    out: list[str] = []
    position = 0
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", [])
        parts = source if isinstance(source, list) else str(source).splitlines(keepends=True)
        for code in _python([str(part) for part in parts]):
            found = _find(lines, json.dumps(code, ensure_ascii=False), json.dumps(code), position)
            if found is not None:
                position = found + 1
                out += [""] * (found - len(out))
            out.append(code.rstrip("\n"))
    return "\n".join(out)


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

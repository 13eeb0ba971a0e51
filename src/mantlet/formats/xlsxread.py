"""The first sheet of a spreadsheet as rows of texts, opened within bounds; formulas are read as what they last showed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.etree.ElementTree import Element

from mantlet.base.errors import InputError, LimitError
from mantlet.formats.content import Content
from mantlet.formats.safexml import parse_xml

MAX_PART = 128 * 2**20
MAX_COLUMNS = 500
_COLUMN = re.compile(r"[A-Z]{1,3}")


def read_sheet(content: Content) -> list[list[str]]:
    """Return the rows of the first sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as book:
            names = set(book.namelist())
            sheets = sorted(name for name in names if name.startswith("xl/worksheets/sheet"))
            if not sheets:
                raise InputError("the spreadsheet has no sheet", where=content.where)
            shared = (
                _shared(_part(book, "xl/sharedStrings.xml", content))
                if "xl/sharedStrings.xml" in names
                else []
            )
            return _rows(_part(book, sheets[0], content), shared)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise InputError(
            "this is no sound spreadsheet", where=content.where, mend="save it again as .xlsx"
        ) from None


def _part(book: zipfile.ZipFile, name: str, content: Content) -> Element:
    with book.open(name) as part:
        data = part.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        raise LimitError("the spreadsheet opens to more than mantlet reads", where=content.where)
    return parse_xml(data, f"{content.name} ({name})")


def _shared(root: Element) -> list[str]:
    return [_text(item) for item in root.iterfind("si")]


def _text(item: Element) -> str:
    return "".join(part.text or "" for part in item.iter("t"))


def _rows(root: Element, shared: list[str]) -> list[list[str]]:
    found = []
    for row in root.iterfind("sheetData/row"):
        cells: dict[int, str] = {}
        for number, cell in enumerate(row.iterfind("c")):
            column = _column(cell.get("r", ""), number)
            if column < MAX_COLUMNS:
                cells[column] = _value(cell, shared)
        found.append([cells.get(column, "") for column in range(max(cells, default=-1) + 1)])
    return found


def _column(reference: str, number: int) -> int:
    letters = _COLUMN.match(reference)
    if letters is None:
        return number
    total = 0
    for letter in letters[0]:
        total = total * 26 + ord(letter) - 64
    return total - 1


def _value(cell: Element, shared: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.find("v")
    text = (value.text or "") if value is not None else ""
    if kind == "s":
        return shared[int(text)] if text.isdecimal() and len(text) < 9 and int(text) < len(shared) else ""
    return text

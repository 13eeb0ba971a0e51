"""The register and inventory as a spreadsheet (XLSX) or CSV; cells are never read as formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from mantlet.base.printable import printable
from mantlet.report.model import Report, RiskView

RISK_COLUMNS = (
    "id",
    "severity",
    "worst",
    "state",
    "title",
    "element",
    "likelihood",
    "impact",
    "harm",
    "vector",
    "categories",
    "controls",
    "decision",
    "text",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Spreadsheet programs take the wide signs of East Asian keyboards for the plain ones."""
SEVERITY_COLOURS = {
    "critical": ("#F7DFE1", "#8F1D2C"),
    "high": ("#FBE5D3", "#B3470B"),
    "medium": ("#FBF0C8", "#7D6108"),
    "low": ("#D9EEF0", "#1D6A73"),
    "note": ("#E8ECEF", "#5B6670"),
}
_EPOCH = datetime(2000, 1, 1)
Sheet = tuple[str, Sequence[str], Sequence[Sequence[str | float]], dict[int, int]]
MAX_CELL = 32_000
"""Spreadsheet programs refuse longer cells."""


def risk_rows(report: Report) -> list[list[str | float]]:
    """Return the register's rows, open ones first, in the order of `RISK_COLUMNS`."""
    groups = (
        ("open", report.risks),
        ("settled", report.settled),
        ("to-confirm", report.to_confirm),
        ("mitigated", report.mitigated),
    )
    return [_row(risk, state) for state, risks in groups for risk in risks]


def _row(risk: RiskView, state: str) -> list[str | float]:
    return [
        risk.id,
        risk.severity,
        risk.worst,
        state,
        risk.title,
        risk.element,
        risk.likelihood,
        risk.impact,
        risk.harm,
        risk.vector,
        ", ".join(risk.categories),
        "; ".join(risk.controls),
        risk.decision,
        risk.text,
    ]


def safe(value: str | float) -> str | float:
    """Return a cell that spreadsheet programs show and never run: text that looks like a formula gets an apostrophe."""
    if not isinstance(value, str):
        return value
    text = printable(value)[:MAX_CELL]
    return "'" + text if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text


def to_csv(report: Report) -> str:
    """Return the register as CSV (RFC 4180, UTF-8)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(RISK_COLUMNS)
    for row in risk_rows(report):
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue()


def to_xlsx(report: Report) -> bytes:
    """Return a workbook: register, entities, data, flows, decisions."""
    sheets: list[Sheet] = [
        ("Register", RISK_COLUMNS, risk_rows(report), {0: 34, 4: 52, 9: 30, 11: 44, 13: 80})
    ]
    for title, rows in (
        ("Entities", report.entities),
        ("Data", report.data),
        ("Flows", report.flows),
        ("Decisions", report.decisions),
        *([("Contradictions", report.contradictions)] if report.contradictions else []),
        *((f"Evidence {key}", rows) for key, rows in report.evidence.items() if rows),
    ):
        columns = tuple(rows[0]) if rows else ("name",)
        cells = [[row[key] for key in columns] for row in rows]
        sheets.append((title, columns, cells, dict.fromkeys(range(len(columns)), 22)))
    return workbook(f"Threat model: {report.system['name']}", sheets)


def workbook(title: str, sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of sheets: name, columns, rows, and widths of columns that are not narrow."""
    import xlsxwriter  # noqa: PLC0415  (only this output needs it)

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": printable(title)[:200], "created": _EPOCH})
    for name, columns, rows, widths in sheets:
        _sheet(book, name, columns, rows, widths)
    book.close()
    return out.getvalue()


def _sheet(
    book: Any,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | float]],
    widths: dict[int, int],
) -> None:
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bottom": 1, "font_color": "#54616E"})
    plain = book.add_format({"valign": "top", "text_wrap": True})
    tones = {
        word: book.add_format({"valign": "top", "bg_color": ground, "font_color": ink})
        for word, (ground, ink) in SEVERITY_COLOURS.items()
    }
    for column, name in enumerate(columns):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, widths.get(column, 12))
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            style = tones.get(str(value), plain) if columns[column] in {"severity", "worst"} else plain
            if isinstance(value, str):
                sheet.write_string(number, column, printable(value)[:MAX_CELL], style)
            else:
                sheet.write_number(number, column, value, style)
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)

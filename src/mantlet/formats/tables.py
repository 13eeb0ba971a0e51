"""Threats as tables: CSV, spreadsheet, JSON, and CSV for Jira. Decisions come back from CSV and spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

from msgspec import UNSET

from mantlet.analysis.engine import State
from mantlet.base.errors import InputError, LimitError
from mantlet.base.printable import printable
from mantlet.formats.content import Content
from mantlet.formats.interface import Format, Imported, Incoming, Note, Outgoing, Written
from mantlet.formats.threatlist import Threat, rated
from mantlet.model.entries import Decision

DECIDED = ("treatment", "status", "owner", "due", "until", "reason", "approved_by", "ticket", "controls")
"""Columns that people fill; empty means that nothing was decided."""
COLUMNS = (
    "id", "severity", "worst", "state", "title", "place", "element", "categories", "likelihood", "impact", "vector", *DECIDED, "text",
)  # fmt: skip
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheet programs take for the beginning of a formula."""
MAX_CELL = 32_000
MAX_ROWS = 200_000
_LOST = Note("lost", "the model: it holds the threats and what was decided about them")
_PRIORITY = {"critical": "Highest", "high": "High", "medium": "Medium", "low": "Low", "note": "Lowest"}


def row_of(threat: Threat) -> dict[str, str]:
    """Return a threat as a row."""
    decision = threat.decision
    return {
        "id": threat.id,
        "severity": threat.severity,
        "worst": threat.worst,
        "state": "decided" if threat.settled else threat.state,
        "title": threat.title,
        "place": threat.place,
        "element": threat.element,
        "categories": ", ".join([*threat.stride, *threat.cia, *threat.linddun]),
        "likelihood": f"{threat.likelihood:.1f}",
        "impact": f"{threat.impact:.1f}",
        "vector": threat.vector,
        **decision_cells(decision),
        "text": threat.text,
    }


def decision_cells(decision: Decision | None) -> dict[str, str]:
    """Return a decision as the cells of its columns."""
    if decision is None:
        return dict.fromkeys(DECIDED, "")
    held = {name: getattr(decision, name) for name in DECIDED}
    texts = {
        name: "" if value is UNSET else ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in held.items()
    }
    return {**texts, "status": "" if decision.status == "open" else decision.status}


def safe(text: str) -> str:
    """Return a cell that is shown and never run: an apostrophe before what looks like a formula."""
    shown = printable(text)[:MAX_CELL]
    return f"'{shown}" if shown.lstrip().startswith(STARTS) or shown.startswith(STARTS) else shown


def unsafe(text: str) -> str:
    """Return what a cell said before it was made safe."""
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(STARTS) else text


def _rows(outgoing: Outgoing) -> list[dict[str, str]]:
    states = (State.OPEN, State.TO_CONFIRM, State.MITIGATED)
    return [row_of(threat) for threat in rated(outgoing, *states)]


def _csv(outgoing: Outgoing) -> Written:
    return Written(_as_csv(COLUMNS, _rows(outgoing)), [_LOST])


def _as_csv(columns: tuple[str, ...], rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe(row[name]) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8", "replace")


def _xlsx(outgoing: Outgoing) -> Written:
    import xlsxwriter  # noqa: PLC0415

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet("Threats")
    head, body = (
        book.add_format({"bold": True, "bg_color": "#E8ECEF"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    rows = _rows(outgoing)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, head)
        sheet.set_column(
            column, column, {"title": 50, "text": 60, "reason": 40, "id": 34}.get(name, 14), body
        )
        for row, values in enumerate(rows, 1):
            sheet.write_string(row, column, safe(values[name]), body)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)
    treatments = ["mitigate", "avoid", "transfer", "accept", "not-applicable"]
    column = COLUMNS.index("treatment")
    sheet.data_validation(1, column, max(len(rows), 1), column, {"validate": "list", "source": treatments})
    book.close()
    return Written(out.getvalue(), [_LOST])


def _json(outgoing: Outgoing) -> Written:
    document = {"mantlet-threats": 1, "system": outgoing.sections.system.name, "threats": _rows(outgoing)}
    return Written(
        (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace"), [_LOST]
    )


def _jira(outgoing: Outgoing) -> Written:
    """Return one issue per risk, for Jira's import of CSV."""
    columns = (
        "Summary",
        "Description",
        "Issue Type",
        "Priority",
        "Labels",
        "Assignee",
        "Due Date",
        "External issue ID",
    )
    risks: dict[str, Threat] = {}
    for threat in rated(outgoing):
        if not threat.settled:
            risks.setdefault(f"{threat.type}@{threat.element or threat.place}", threat)
    rows = [
        {
            "Summary": threat.title[:250],
            "Description": f"{threat.text}\n\nSeverity: {threat.severity} ({threat.vector})\nControls: {', '.join(threat.controls)}",
            "Issue Type": "Task",
            "Priority": _PRIORITY.get(threat.severity, "Medium"),
            "Labels": " ".join(["threat-model", *threat.stride]),
            "Assignee": threat.decision.owner if threat.decision else "",
            "Due Date": str(threat.decision.due)
            if threat.decision and threat.decision.due is not UNSET
            else "",
            "External issue ID": name,
        }
        for name, threat in risks.items()
    ]
    return Written(_as_csv(columns, rows), [_LOST])


def is_table(content: Content) -> bool:
    """Tell whether a file is a table of threats that mantlet wrote and people filled."""
    if content.is_zip:
        return content.suffix == "xlsx"
    head = content.start.partition(b"\n")[0]
    return content.suffix == "csv" and b"id" in head and b"treatment" in head


def read_table(content: Content) -> list[dict[str, str]]:
    """Return the rows of a table by their columns' names."""
    if content.is_zip:
        from mantlet.formats.xlsxread import read_sheet  # noqa: PLC0415

        cells = read_sheet(content)
    else:
        try:
            cells = list(csv.reader(io.StringIO(content.text), _dialect(content.text)))
        except csv.Error as error:
            raise InputError(f"this is no CSV: {error}", where=content.where) from None
    if not cells or not {"id", "treatment"} <= {name.strip().lower() for name in cells[0]}:
        raise InputError(
            "the table has no columns 'id' and 'treatment'",
            where=content.where,
            mend="fill what `mantlet export --to xlsx` writes",
        )
    if len(cells) > MAX_ROWS:
        raise LimitError(f"more than {MAX_ROWS:,} rows", where=content.where)
    names = [name.strip().lower() for name in cells[0]]
    return [
        {name: unsafe(value) for name, value in zip(names, row, strict=False)}
        for row in cells[1:]
        if any(row)
    ]


def _dialect(text: str) -> type[csv.Dialect]:
    """Return how a CSV separates its cells; spreadsheet programs of many countries write semicolons."""
    head = text.partition("\n")[0]
    comma: type[csv.Dialect] = csv.excel
    if head.count(";") > head.count(","):
        return type("Semicolons", (csv.excel,), {"delimiter": ";"})
    return csv.excel_tab if head.count("\t") > head.count(",") else comma


def _refuse(incoming: Incoming) -> Imported:
    raise InputError(
        "this is a table of threats, not a model",
        where=incoming.content.where,
        mend="mantlet import it with --output MODEL to take its decisions into that model",
    )


_CANNOT = "the model: a table holds the threats and what was decided about them"
CSV = Format(
    "csv",
    "CSV of threats",
    ("csv",),
    sniff=is_table,
    read=_refuse,
    write=_csv,
    brings="decisions",
    cannot=_CANNOT,
)
XLSX = Format(
    "xlsx", "spreadsheet of threats", ("xlsx",), read=_refuse, write=_xlsx, brings="decisions", cannot=_CANNOT
)
JSON = Format("json", "JSON of threats", ("threats.json",), write=_json, cannot=_CANNOT)
JIRA = Format("jira", "CSV for Jira", ("jira.csv",), write=_jira, cannot=_CANNOT)

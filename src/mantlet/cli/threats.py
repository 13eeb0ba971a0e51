"""`mantlet threats`: every threat below the register, and the whole matrix of what was considered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain
from mantlet.cli.remarks import new_since, remarks

if TYPE_CHECKING:
    from mantlet.analysis.considered import Cell
    from mantlet.project.api import Assessment

FILTERS = "Filters"


Places = Annotated[
    list[str] | None,
    typer.Option("--element", help="Only at this element or flow; repeat for more.", rich_help_panel=FILTERS),
]
Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--category",
        "-c",
        help="Only this STRIDE, CIA, LINDDUN or TRIM category (spoofing, confidentiality, DD, retention …).",
        rich_help_panel=FILTERS,
    ),
]
AtLeast = Annotated[
    str,
    typer.Option(
        "--severity",
        "-s",
        help="Only at least this severity: note, low, medium, high, critical.",
        rich_help_panel=FILTERS,
    ),
]
Statuses = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        help="Only in this state: open, to-confirm, mitigated. Default: open and to-confirm.",
        rich_help_panel=FILTERS,
    ),
]
Matrix = Annotated[
    bool,
    typer.Option(
        "--considered",
        help="The whole matrix: each cell of the frameworks' tables, and why it was dismissed.",
    ),
]


def threats(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    element: Places = None,
    category: Categories = None,
    severity: AtLeast = "note",
    status: Statuses = None,
    considered: Matrix = False,
    environment: options.Environment = "",
    packs: options.Packs = None,
    rules: options.Rules = None,
    impact_mode: options.ImpactModeOption = "method",
    today: options.Today = "",
    as_json: options.Json = False,
) -> None:
    """List threats one by one: each threat type at each place, with its rating and state."""
    from mantlet.project.choosing import chosen_cells, chosen_threats

    result = options.assess(model, environment, packs, rules, impact_mode, today)
    if considered:
        _considered(chosen_cells(result, element or (), category or ()), as_json=as_json)
        return
    rows = chosen_threats(result, element or (), category or (), severity, status or ())
    if as_json:
        from mantlet.report.records import threats_json

        plain.write_bytes(threats_json(result.register, rows))
    else:
        _print(result, rows)


def _print(result: Assessment, rows: list[int]) -> None:
    from mantlet.base.counts import how_many
    from mantlet.cli.terminal import console, headline

    out = console()
    out.print(headline(result.register))
    remarks(result)
    fresh = [result.register.analysis.is_new(item) for item in result.register.analysis.types]
    kinds = result.register.analysis.threats.type
    known, new = ([row for row in rows if fresh[kinds[row]] is wanted] for wanted in (False, True))
    out.print(_table(result, known))
    if new:
        out.print(f"\n[bold]{new_since(result)}[/bold]")
        out.print(_table(result, new))
    out.print(f"[dim]{how_many(len(rows), 'threat')}[/dim]")


def _table(result: Assessment, rows: list[int]) -> object:
    from mantlet.analysis.engine import State
    from mantlet.cli.terminal import grid, severity_text, words
    from mantlet.report.records import Records
    from mantlet.risk.owasp import Severity

    records = Records(result.register)
    table = grid("severity", "state", "threat", "id", "categories")
    for row in rows:
        record = records.threat(row)
        rating = record["rating"]
        labels = [*(name[:1].upper() for name in record["stride"]), *record["linddun"]]
        table.add_row(
            severity_text(Severity.of(rating["severity"]), Severity.of(rating["worst"])),
            words(
                "decided"
                if record["decision"] and result.register.settled[row]
                else State(int(result.register.analysis.threats.state[row])).word
            ),
            words(record["title"]),
            words(record["id"], style="dim"),
            words(" ".join(labels), style="dim"),
        )
    return table


def _considered(cells: Iterator[Cell], *, as_json: bool) -> None:
    if as_json:
        import msgspec

        plain.write_bytes([b'{"mantlet": 1, "considered": ', msgspec.json.encode(list(cells)), b"}\n"])
    else:
        _print_cells(cells)


def _print_cells(cells: Iterator[Cell]) -> None:
    from collections import Counter

    from mantlet.cli.terminal import console, grid, words

    out, counts = console(), Counter[str]()
    table = grid("table", "place", "at", "category", "became", "by", "because")
    for cell in cells:
        counts[cell.state] += 1
        style = "bold" if cell.state == "open" else "dim" if cell.state == "dismissed" else ""
        texts = (cell.table, cell.place, cell.at, cell.category, cell.state, cell.type, cell.reason)
        table.add_row(*(words(text, style=style) for text in texts))
    out.print(table)
    out.print(", ".join(f"{number} {state}" for state, number in counts.most_common()))

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
STATES = ("open", "to-confirm", "mitigated")


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
    result = options.assess(model, environment, packs, rules, impact_mode, today)
    _check_places(result, element or [])
    if considered:
        _considered(result, set(element or ()), {_category(item) for item in category or ()}, as_json=as_json)
        return
    rows = _chosen(
        result, set(element or ()), [_category(item) for item in category or ()], severity, status or []
    )
    if as_json:
        from mantlet.report.records import threats_json

        plain.write_bytes(threats_json(result.register, rows))
    else:
        _print(result, rows)


def _category(name: str) -> str:
    return name if name.isupper() else name.lower().replace(" ", "-")


def _chosen(
    result: Assessment, places: set[str], categories: list[str], severity: str, status: list[str]
) -> list[int]:
    """Return the rows that pass the filters, in the order of the register."""
    import numpy as np

    from mantlet.analysis.engine import State
    from mantlet.base.errors import UsageError
    from mantlet.base.suggest import suggest
    from mantlet.risk.owasp import Severity
    from mantlet.risk.ratings import BEST

    register = result.register
    for name in status:
        if name not in STATES:
            raise UsageError(
                f"unknown state '{name}'", mend=suggest(name, STATES) or f"one of {', '.join(STATES)}"
            )
    wanted = {State[name.upper().replace("-", "_")] for name in status or STATES[:2]}
    _check_categories(result, categories)
    floor = Severity.of(severity)
    rows = register.rows(*wanted)
    rows = rows[register.ratings.severity[BEST, rows] >= floor]
    if categories:
        fitting = [all(_in_category(item, name) for name in categories) for item in register.analysis.types]
        rows = rows[np.array(fitting, bool)[register.analysis.threats.type[rows]]]
    return [row for row in rows.tolist() if not places or _at(result, row, places)]


def _check_places(result: Assessment, places: list[str]) -> None:
    """Refuse a place that the model doesn't have; that nothing is found there would be no answer."""
    from mantlet.base.errors import UsageError
    from mantlet.base.suggest import suggest
    from mantlet.rules.tree import SCOPES

    if not places:
        return
    analysis = result.register.analysis
    known = {place for scope in set(SCOPES.values()) for place in analysis.places(scope)}
    known.update(analysis.columns.elements.ids)
    for place in places:
        if place not in known:
            raise UsageError(
                f"the model has no element or flow '{place}'",
                mend=suggest(place, known) or "`mantlet validate` says whether the model is right",
            )


def _check_categories(result: Assessment, categories: list[str]) -> None:
    from mantlet.base.errors import UsageError
    from mantlet.base.suggest import suggest

    known = {
        name
        for item in result.catalogue.threats.values()
        for name in (
            *item.stride,
            *item.cia,
            *item.trim,
            *item.linddun,
            *(node.partition(".")[0] for node in item.linddun),
        )
    }
    for name in categories:
        if name not in known:
            raise UsageError(
                f"unknown category '{name}'", mend=suggest(name, known) or "see `mantlet catalogue list`"
            )


def _in_category(item: object, name: str) -> bool:
    fields = (getattr(item, field) for field in ("stride", "cia", "trim"))
    linddun: list[str] = item.linddun  # type: ignore[attr-defined]
    return any(name in field for field in fields) or any(
        node == name or node.startswith(f"{name}.") for node in linddun
    )


def _at(result: Assessment, row: int, places: set[str]) -> bool:
    from mantlet.rules.tree import SCOPES

    register = result.register
    table = register.analysis.threats
    scope = SCOPES[register.analysis.types[int(table.type[row])].at]
    place = register.analysis.place_id(scope, int(table.place[row]))
    return register.element_id(row) in places or place in places or place.removesuffix(".returns") in places


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


def _considered(result: Assessment, places: set[str], categories: set[str], *, as_json: bool) -> None:
    import msgspec

    from mantlet.analysis.considered import considered

    cells = (
        cell
        for cell in considered(result.register.analysis)
        if (not places or cell.place.removesuffix(".returns") in places)
        and (not categories or cell.category in categories)
    )
    if as_json:
        plain.write_bytes([b'{"mantlet": 1, "considered": ', msgspec.json.encode(list(cells)), b"}\n"])
        return
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

"""A register as a notebook shows it: the matrix and the worst risks. Every name is escaped."""

from __future__ import annotations

from html import escape

import numpy as np

from mantlet.base.counts import listed
from mantlet.base.printable import printable
from mantlet.risk.owasp import MATRIX, Severity
from mantlet.risk.ratings import BEST, levels
from mantlet.risk.register import Register

COLOURS = {
    Severity.CRITICAL: "#f7dfe1",
    Severity.HIGH: "#fbe5d3",
    Severity.MEDIUM: "#fbf0c8",
    Severity.LOW: "#d9eef0",
    Severity.NOTE: "#e8ecef",
}
INK = "#16202b"
LEVELS = ("low", "medium", "high")
SHOWN = 15
_CELL = f"text-align:left;padding:3px 10px;color:{INK}"


def matrix_of(register: Register) -> list[list[int]]:
    """Return how many risks are open by likelihood, low first, then impact, low first."""
    made = np.zeros((3, 3), int)
    ratings = register.ratings
    likelihood, impact = levels(ratings.likelihood[BEST]), levels(ratings.impact[BEST])
    for risk in register.open:
        made[int(likelihood[risk.worst]), int(impact[risk.worst])] += 1
    counts: list[list[int]] = made.tolist()
    return counts


def matrix_html(register: Register) -> str:
    """Return the matrix as an HTML table."""
    counts = matrix_of(register)
    rows = []
    for level in (2, 1, 0):
        cells = "".join(
            f'<td style="{_CELL};text-align:center;min-width:4em;background:{COLOURS[MATRIX[level][impact]]}">'
            f"{counts[level][impact] or ''}</td>"
            for impact in range(3)
        )
        rows.append(f'<tr><th style="text-align:left">{LEVELS[level]}</th>{cells}</tr>')
    heads = "".join(f"<th>{word}</th>" for word in LEVELS)
    return f"<table><caption>Likelihood by impact</caption><tr><th></th>{heads}</tr>{''.join(rows)}</table>"


def register_html(register: Register, shown: int = SHOWN) -> str:
    """Return the register as HTML: counts, matrix and the worst risks."""
    name = _text(register.analysis.sections.system.name)
    counts = listed(register.counts())
    rows = [
        f'<tr><td style="{_CELL};background:{COLOURS[risk.severity]}">{risk.severity.word}'
        f"{f' ≤ {risk.worst_case.word}' if risk.worst_case > risk.severity else ''}</td>"
        f'<td style="text-align:left">{_text(risk.title)}</td><td style="text-align:left"><code>{_text(risk.id)}</code></td></tr>'
        for risk in register.open[:shown]
    ]
    more = len(register.open) - shown
    rest = f"<p>… {more} more</p>" if more > 0 else ""
    head = '<tr><th style="text-align:left">severity</th><th style="text-align:left">risk</th><th style="text-align:left">id</th></tr>'
    table = f"<table>{head}{''.join(rows)}</table>" if rows else ""
    return f"<div><p><b>{name}</b>: open risks: {counts}</p>{matrix_html(register)}{table}{rest}</div>"


def _text(text: str) -> str:
    return escape(printable(text))

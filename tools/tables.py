"""Markdown that the generated parts are made of."""

from __future__ import annotations

import typing

Parts = dict[str, str]
"""Texts by the name of the markers that they stand between."""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in [head, *cells]]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def code(words: typing.Iterable[object]) -> str:
    """Return words as code, with commas."""
    return ", ".join(f"`{word}`" for word in words)

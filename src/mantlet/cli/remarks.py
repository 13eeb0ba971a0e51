"""What needs a look besides risks: decisions that no longer count, and facts that evidence refutes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mantlet.project.api import Assessment

SHOWN = 8


def remarks(result: Assessment, *, everything: bool = False) -> None:
    """Print what needs a look, the first few unless all is wanted."""
    from mantlet.cli.terminal import console, escape

    found = [*_decisions(result), *_contradictions(result), *_catalogue(result)]
    shown = len(found) if everything else SHOWN
    for what, text in found[:shown]:
        console().print(f"[yellow]{what}:[/yellow] {escape(text)}")
    if len(found) > shown:
        console().print(f"[dim]… {len(found) - shown} more of these: mantlet risks --all[/dim]")


def new_since(result: Assessment) -> str:
    """Return the heading of what is there only because the catalogue grew."""
    return f"New in the catalogue since version {result.model.sections.catalogue.version}"


def _decisions(result: Assessment) -> Iterator[tuple[str, str]]:
    for ruling in result.register.rulings.all:
        if not ruling.rows:
            yield "decision without a threat", f"{ruling.key} (kept; its threat is gone)"
        elif ruling.standing in {"expired", "changed", "incomplete"} or ruling.note.startswith("overdue"):
            yield f"decision {ruling.standing}", f"{ruling.key} ({ruling.note})"


def _contradictions(result: Assessment) -> Iterator[tuple[str, str]]:
    for item in result.contradictions:
        yield "evidence against the model", str(item)


def _catalogue(result: Assessment) -> Iterator[tuple[str, str]]:
    judged, there = result.model.sections.catalogue.version, result.catalogue.version
    if judged > there:
        yield (
            "catalogue older than the model",
            f"it was judged by version {judged}, this is {there}; a newer mantlet may find more",
        )

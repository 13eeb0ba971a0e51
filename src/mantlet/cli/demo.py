"""`mantlet demo`: a whole example, from project to report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT = "churn"
FILES = (
    ("report.html", "the report: open it in a browser"),
    ("diagram.svg", "the data flow diagram"),
    ("report.pdf", "the report to print"),
)
"""What is made of an example; the last only when asked for."""


def demo(
    name: Annotated[str, typer.Argument(help="Which example; --list names them.")] = DEFAULT,
    folder: Annotated[
        Path | None, typer.Argument(help="A new folder for it.", show_default="mantlet-demo-NAME")
    ] = None,
    *,
    show: Annotated[bool, typer.Option("--list", help="Name the examples and stop.")] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Write the report as PDF too (needs mantlet\\[pdf]).")
    ] = False,
) -> None:
    """Write an example ML project with its threat model, and make diagram and report from it."""
    from mantlet.project.demo import list_examples, write_example

    if show:
        _print_list()
        return
    from mantlet.cli.terminal import console, err, escape, headline
    from mantlet.project.api import analyse

    target = folder or Path(f"mantlet-demo-{name}")
    model = write_example(name, target)
    files = FILES if pdf else FILES[:-1]
    with err().status("Finding and rating threats …") as status:
        result = analyse(model)
        for file, _ in files:
            status.update(f"Writing {file} …")
            save = result.save_diagram if file.endswith(".svg") else result.save_report
            save(target / file)
    out = console()
    title = next(example.title for example in list_examples() if example.id == name)
    out.print(f"[bold]{title}[/bold]")
    out.print(headline(result.register))
    out.print()
    for path, what in (
        (model, "the model: read and change this"),
        *((target / file, what) for file, what in files),
    ):
        out.print(f"  {escape(str(path))}  [dim]{what}[/dim]")
    out.print(
        f"\n[dim]Next: cd {escape(str(target))}, then mantlet risks · mantlet explain {result.risks[0].id if result.risks else 'ID'} · mantlet ask · mantlet serve[/dim]"
    )


def _print_list() -> None:
    from rich.text import Text

    from mantlet.cli.terminal import console, grid, words
    from mantlet.project.demo import list_examples

    table = grid("name", "example", show_header=False)
    for example in list_examples():
        table.add_row(
            words(example.id, style="bold"),
            Text.assemble(example.title, "\n", (example.summary, "dim"), "\n"),
        )
    console().print(table)

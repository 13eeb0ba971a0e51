"""`mantlet init`: the first model of a system."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.project.interview import Question


def init(
    output: Annotated[Path, typer.Argument(help="Where to write the model.")] = Path("threatmodel.yaml"),
    *,
    template: Annotated[str, typer.Option("--from", help="Start from a pattern; --list names them.")] = "",
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            "-a",
            metavar="QUESTION=ANSWER",
            help="Answer an interview question without being asked; repeat for more.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take the defaults.")] = False,
    show: Annotated[bool, typer.Option("--list", help="Name the templates and stop.")] = False,
    as_json: options.Json = False,
) -> None:
    """Write a first threatmodel.yaml: a minimal commented one, or a pattern fitted to your system by a short interview."""
    from mantlet.project.interview import MINIMAL, apply_answers, questions

    if show:
        _print_list(as_json=as_json)
        return
    _refuse_overwrite(output)
    name = template or MINIMAL
    asked = questions(name)
    given = _given(answers or [])
    if template and not yes and sys.stdin.isatty():
        given = _interview([question for question in asked if question.id not in given], given)
    text = apply_answers(name, given)
    from mantlet.base.files import write_atomic

    write_atomic(output, text.encode(), expected="")
    plain.say(f"wrote {output}")
    if template:
        _first_register(output)
    else:
        plain.say(
            "next: describe your system in it, then run mantlet risks (or mantlet init --list for patterns to start from)"
        )


def _refuse_overwrite(output: Path) -> None:
    import os

    from mantlet.base.errors import Location, UsageError

    if os.path.lexists(output):
        raise UsageError(
            "is there already", where=Location(str(output)), mend="name another file; init never overwrites"
        )


def _given(answers: list[str]) -> dict[str, str]:
    from mantlet.base.errors import UsageError

    found = {}
    for answer in answers:
        question, equals, value = answer.partition("=")
        if not equals:
            raise UsageError(f"'{answer}' is no answer", mend="write --answer question=answer")
        found[question.strip()] = value.strip()
    return found


def _interview(asked: list[Question], given: dict[str, str]) -> dict[str, str]:
    from mantlet.base.counts import how_many
    from mantlet.cli.terminal import console, escape

    out = console()
    out.print(
        f"[bold]{how_many(len(asked), 'question')}[/bold] [dim](Enter takes the answer in brackets; everything can be changed later)[/dim]"
    )
    for number, question in enumerate(asked, 1):
        out.print(f"\n[bold]{number}. {escape(question.ask)}[/bold]")
        if question.why:
            out.print(f"[dim]{escape(question.why)}[/dim]")
        given[question.id] = _answer(question)
    return given


def _answer(question: Question) -> str:
    from mantlet.cli.terminal import console, escape

    out = console()
    if question.suggest:
        out.print(f"[dim]such as {escape(', '.join(question.suggest))}[/dim]")
    if not question.choices:
        return str(
            typer.prompt(
                "", default=question.default, prompt_suffix="> ", show_default=bool(question.default)
            )
        )
    for number, choice in enumerate(question.choices, 1):
        mark = " [dim](default)[/dim]" if choice.value == question.default else ""
        out.print(f"  {number}  {escape(choice.title)}{mark}")
    default = next(
        (
            str(number)
            for number, choice in enumerate(question.choices, 1)
            if choice.value == question.default
        ),
        "1",
    )
    while True:
        typed = str(typer.prompt("", default=default, prompt_suffix="> ", show_default=False)).strip()
        if typed.isdigit() and 1 <= int(typed) <= len(question.choices):
            return question.choices[int(typed) - 1].value
        if typed in {choice.value for choice in question.choices}:
            return typed
        out.print(f"[yellow]a number from 1 to {len(question.choices)}, please[/yellow]")


def _first_register(path: Path) -> None:
    from mantlet.cli.risks import print_short
    from mantlet.project.api import analyse

    plain.say("")
    print_short(analyse(path), path)


def _print_list(*, as_json: bool) -> None:
    from mantlet.project.interview import questions, templates

    found = templates()
    if as_json:
        shapes = [
            {"id": item.id, "title": item.title, "summary": item.summary, "questions": questions(item.id)}
            for item in found
        ]
        plain.write_json(shapes)
        return
    from rich.text import Text

    from mantlet.cli.terminal import console, grid, words

    table = grid("", "", show_header=False)
    for item in found:
        table.add_row(
            words(item.id, style="bold"), Text.assemble(item.title, "\n", (item.summary, "dim"), "\n")
        )
    console().print(table)

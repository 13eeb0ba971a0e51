"""`mantlet ask`: find out what matters, and write the answers into the model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.project.api import Assessment
    from mantlet.review.questions import Question

SHOWN = 20


def ask(
    model: options.ModelFile = options.DEFAULT_MODEL,
    *,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            "-a",
            metavar="FACT@PLACE=VALUE",
            help="Answer without being asked, such as encrypted@load=yes; repeat for more.",
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the questions and stop.")] = False,
    rules: options.Rules = None,
    as_json: options.Json = False,
) -> None:
    """Go through the open questions, the most telling first, and write the answers into the model.

    Only facts whose answer changes at least one risk are asked. Enter skips a question, q stops.
    """
    path = options.model_path(model)
    result = options.assess(path, rules=rules)
    if answers:
        _write(path, result, answers)
    elif as_json:
        _print_json(result)
    elif show or not sys.stdin.isatty():
        _print_list(result)
    else:
        _go_through(path, result, rules)


def _print_json(result: Assessment) -> None:

    found = [
        {
            "id": item.id,
            "question": item.text,
            "why": item.why,
            "answers": list(item.answers),
            "path": list(item.path),
            "settles": len(item.threats),
            "worst": item.worst.word,
        }
        for item in result.questions
    ]
    plain.write_json({"mantlet": 1, "questions": found})


def _print_list(result: Assessment) -> None:
    from mantlet.cli.terminal import console, grid, severity_text, words

    table = grid("up to", "settles", "question", "id")
    for item in result.questions[:SHOWN]:
        table.add_row(
            severity_text(item.worst),
            str(len(item.threats)),
            words(item.text),
            words(item.id, style="dim"),
        )
    out = console()
    out.print(table)
    more = len(result.questions) - SHOWN
    if more > 0:
        out.print(f"[dim]… {more} more[/dim]")
    if not result.questions:
        out.print("Nothing to ask: every fact that matters is known.")


def _write(path: Path, result: Assessment, answers: list[str]) -> None:
    from mantlet.base.counts import how_many
    from mantlet.base.errors import UsageError
    from mantlet.base.suggest import suggest
    from mantlet.project.editing import answer_value, write_answers

    known = {item.id: item for item in result.questions}
    chosen: list[tuple[Question, Any]] = []
    for answer in answers:
        name, equals, value = answer.partition("=")
        if not equals:
            raise UsageError(f"'{answer}' is no answer", mend="write FACT@PLACE=VALUE")
        if name not in known:
            raise UsageError(
                f"there is no question '{name}'",
                mend=suggest(name, known) or "`mantlet ask --list` names them",
            )
        chosen.append((known[name], answer_value(known[name], value, result.model.assets)))
    write_answers(path, chosen)
    plain.say(f"wrote {how_many(len(chosen), 'answer')} into {path}")


def _go_through(path: Path, result: Assessment, rules: list[Path] | None) -> None:
    from mantlet.cli.terminal import console, headline
    from mantlet.project.editing import write_answers

    out = console()
    skipped: set[tuple[str, str]] = set()
    while True:
        open_questions = [item for item in result.questions if (item.fact, item.at) not in skipped]
        if not open_questions:
            out.print("\nNothing more to ask.")
            return
        out.print(headline(result.register))
        question = open_questions[0]
        alike = [
            item
            for item in open_questions[1:]
            if (item.fact, item.holder) == (question.fact, question.holder) and item.path
        ]
        value = _ask_one(question, len(open_questions), result)
        if value is _STOP:
            return
        if value is None:
            skipped.add((question.fact, question.at))
            continue
        chosen = [(question, value)]
        if alike and typer.confirm(
            f"The same for {len(alike)} alike ({', '.join(item.at for item in alike[:6])}{' …' if len(alike) > 6 else ''})?",
            default=False,
        ):
            chosen += [(item, value) for item in alike]
        write_answers(path, chosen)
        result = options.assess(path, rules=rules)
        out.print()


_STOP = object()


def _ask_one(question: Question, remaining: int, result: Assessment) -> Any:
    """Ask until the answer fits; None skips, `_STOP` ends."""
    from mantlet.base.counts import how_many
    from mantlet.base.errors import UsageError
    from mantlet.cli.terminal import console, escape
    from mantlet.project.editing import answer_value

    out = console()
    out.print(
        f"\n[bold]{escape(question.text)}[/bold]  [dim]settles {len(question.threats)}, up to {question.worst.word}; {how_many(remaining, 'question')}[/dim]"
    )
    if question.why:
        out.print(f"[dim]{escape(question.why)}[/dim]")
    if not question.path:
        out.print(f"[dim]Not asked here; in the model file, {escape(question.by_hand)}.[/dim]")
        return None
    hints = ", ".join(question.answers) or (
        "names of data: " + ", ".join(result.model.assets)
        if question.fact in {"data", "holds"}
        else "any words, or none"
    )
    out.print(f"[dim]{escape(hints)}[/dim]")
    while True:
        typed = str(typer.prompt("", default="", prompt_suffix="> ", show_default=False)).strip()
        if typed in {"", "?"}:
            return None
        if typed.lower() in {"q", "quit"}:
            return _STOP
        short = {"y": "yes", "n": "no"}
        try:
            return answer_value(
                question,
                short.get(typed.lower(), typed) if "yes" in question.answers else typed,
                result.model.assets,
            )
        except UsageError as error:
            out.print(f"[yellow]{escape(error.diagnostics())}[/yellow]")

"""`mantlet discover`: draft the model from the repository, and bring what changed in the code into a model that is there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mantlet.cli import options, plain

if TYPE_CHECKING:
    from mantlet.discovery.update.items import Item
    from mantlet.project.discovering import Discovered, Update

HERE = [Path()]
UPDATE, OUTPUT = "Update", "Output"


Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Folders of the system's code. Default: this one.",
        show_default=False,
    ),
]
Scope = Annotated[
    list[str] | None,
    typer.Option("--scope", help="Only this folder or file below PATH counts; repeat for more."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="GLOB",
        help="What does not belong to the system, such as examples/**; repeat for more.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="The model file. Default: threatmodel.yaml in PATH.", show_default=False
    ),
]
UpdateIt = Annotated[
    bool,
    typer.Option(
        "--update",
        "-u",
        help="Bring what changed in the code into the model that is there.",
        rich_help_panel=UPDATE,
    ),
]
Interactive = Annotated[
    bool, typer.Option("--interactive", "-i", help="Ask about each change.", rich_help_panel=UPDATE)
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Show what would be written.", rich_help_panel=UPDATE)
]
Again = Annotated[
    bool,
    typer.Option("--again", help="Propose once more what was declined before.", rich_help_panel=UPDATE),
]
Detail = Annotated[
    bool, typer.Option("--detail", help="Show everything: parts, facts, lines.", rich_help_panel=OUTPUT)
]
Inventory = Annotated[
    bool,
    typer.Option(
        "--inventory",
        help="List frameworks, models, data sets and images with their versions, and stop.",
        rich_help_panel=OUTPUT,
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Read every file anew.", rich_help_panel=OUTPUT)]


def discover(
    paths: Folders = None,
    *,
    scope: Scope = None,
    exclude: Exclude = None,
    output: Output = None,
    update: UpdateIt = False,
    interactive: Interactive = False,
    dry_run: DryRun = False,
    again: Again = False,
    detail: Detail = False,
    inventory: Inventory = False,
    no_cache: NoCache = False,
    as_json: options.Json = False,
) -> None:
    """Draft threatmodel.yaml from a repository, without running any of it.

    Every entry says which line shows it. What was not understood is listed, because silence would read as safety.
    With --json the proposal is printed and nothing is written unless -o names a file.
    """
    from mantlet.project.discovering import discover as look
    from mantlet.project.discovering import refuse_overwrite

    asked = paths or HERE
    updating = update or interactive
    model = _model(asked, output)
    if not updating and not inventory and not dry_run and (output is not None or not as_json):
        refuse_overwrite(model)
    found = look(
        asked, scope or (), exclude=exclude or (), model=model if updating else None, cached=not no_cache
    )
    if inventory:
        _inventory(found, as_json=as_json)
    elif updating:
        _update(found, model, interactive=interactive, dry_run=dry_run, again=again, as_json=as_json)
    else:
        _first(
            found,
            model if output is not None or not as_json else None,
            detail=detail,
            dry_run=dry_run,
            as_json=as_json,
        )


def _model(asked: list[Path], output: Path | None) -> Path:
    """Return the model file that is meant: named, or in the folder that holds all paths."""
    from mantlet.base.limits import is_folder
    from mantlet.project.discovering import root_of
    from mantlet.project.places import DEFAULT_FILE

    if output is not None:
        return output / DEFAULT_FILE if is_folder(output) else output
    return root_of(asked)[0] / DEFAULT_FILE


def _first(found: Discovered, model: Path | None, *, detail: bool, dry_run: bool, as_json: bool) -> None:
    from mantlet.project.discovering import refuse_nothing, shape, write_first

    if as_json:
        plain.write_json(shape(found.draft, detail=detail))
    else:
        from mantlet.cli.found import print_found

        print_found(found, detail=detail)
    if model is not None and not dry_run:
        refuse_nothing(found)
        write_first(found, model)
    if as_json:
        return
    if model is not None and not dry_run:
        name = "" if model.parent == Path() else f" {model.parent}"
        plain.say(f"\nwrote {model}; next: correct and complete it, then mantlet risks{name}")


def _inventory(found: Discovered, *, as_json: bool) -> None:
    if as_json:
        plain.write_json({"mantlet": 1, "inventory": found.components})
        return
    from mantlet.cli.found import print_inventory

    print_inventory(found)


def _update(
    found: Discovered, model: Path, *, interactive: bool, dry_run: bool, again: bool, as_json: bool
) -> None:
    from mantlet.base.counts import how_many
    from mantlet.base.limits import is_file
    from mantlet.cli.found import drift_shape, print_items
    from mantlet.project.discovering import Update

    if not is_file(model):
        from mantlet.base.errors import InputError, Location

        raise InputError(
            "there is no model to update",
            where=Location(str(model)),
            mend="`mantlet discover` writes a first one; -o names one that lies elsewhere",
        )
    news = Update(found, model, again=again)
    if as_json:
        plain.write_json(drift_shape(news))
    else:
        print_items(news, minor=True)
    if dry_run:
        return
    accepted = (
        _chosen(news) if interactive else [item for item in news.comparison.items if item.kind != "differs"]
    )
    news.write(accepted)
    if not as_json:
        done = sum(bool(item.changes) for item in accepted)
        plain.say(f"wrote {model}: {how_many(done, 'change')}" if done else f"{model} is as it was")


def _chosen(news: Update) -> list[Item]:
    """Ask about each item; what needs something that was declined is declined with it."""
    from mantlet.base.errors import UsageError
    from mantlet.cli.found import item_line
    from mantlet.cli.terminal import console

    asked = [item for item in news.comparison.items if item.changes and not item.supporting]
    if asked and not sys.stdin.isatty():
        raise UsageError("nobody is there to ask", mend="leave --interactive out, or run it in a terminal")
    accepted: list[Item] = []
    declined: set[str] = set()
    for number, item in enumerate(asked, 1):
        if declined & set(item.needs):
            declined.add(item.id)
            continue
        console().print(item_line(item))
        answer = str(
            typer.prompt(
                f"{number}/{len(asked)}  take it? y, n, a (all that is left), q (none that is left)",
                default="y",
            )
        )
        if answer.lower().startswith("a"):
            return [*accepted, *(item for item in asked[number - 1 :] if item.kind != "differs")]
        if answer.lower().startswith("q"):
            break
        if answer.lower().startswith("y"):
            accepted.append(item)
        elif item.kind == "new":
            declined.add(item.id)
    return accepted

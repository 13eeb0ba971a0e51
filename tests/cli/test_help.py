"""What help texts say reaches the reader."""

import pytest
import typer
from rich.markup import render

from mantlet.cli.app import app


def commands(command, path=("mantlet",)):
    yield " ".join(path), command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


@pytest.mark.parametrize(("name", "command"), list(commands(typer.main.get_command(app))))
def test_brackets_in_help_are_no_styles(name, command):
    texts = [command.help or "", *(getattr(one, "help", None) or "" for one in command.params)]
    for text in texts:
        assert {str(span.style) for span in render(text).spans} <= {"bold", "dim"}, text

"""What CI systems have in common: jobs that run commands, with secrets, variables and images."""

from __future__ import annotations

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Move, Thing
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._commands import command_clues
from mantlet.discovery.readers._context import Context
from mantlet.discovery.readers._shell import Command, commands


def script(item: Item) -> list[Command]:
    """Return the commands of a script: a list of lines, or a block of text."""
    found: list[Command] = []
    for part in item.each():
        if isinstance(part.value, list):
            found += script(part)
        elif part.text:
            found += commands(part.text, part.line + 1 if part.block else part.line)
    return found


def script_clues(context: Context, item: Item) -> list[Clue]:
    """Return what a script's commands say."""
    return command_clues(context, script(item))


def secret_clues(name: str, key: str, source: Source, line: int, data: str = "credential") -> list[Clue]:
    """Return that a job is handed a secret."""
    at = source.at(line)
    return [
        Thing(f"secret:{name}", "secret-store", name, at, 0.8),
        Move(f"secret:{name}", key, at, data, 0.8, opened_by=key),
    ]

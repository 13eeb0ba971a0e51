"""Where commands stand."""

from __future__ import annotations

from mantlet.discovery.clues import Where
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._shell import Command


class Context:
    """Where commands stand: the key that runs them, the file, and the working folder they start in."""

    def __init__(
        self, key: str, source: Source, folder: str = "", *, step: bool = True, registry: str = ""
    ) -> None:
        self.key = key
        self.source = source
        self.folder = folder
        self.registry = registry
        """The container registry that was logged in to, as it is written."""
        self.step = step
        """Whether the key is a thing that data goes to and comes from (a Makefile's target is none)."""

    def at(self, command: Command) -> Where:
        """Return the command's place."""
        return self.source.at(command.line)

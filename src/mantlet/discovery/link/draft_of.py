"""Clues and what was seen in Python to a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from mantlet.discovery.clues import Clue, Thing
from mantlet.discovery.draft import Draft
from mantlet.discovery.link import commands, places, servers, web
from mantlet.discovery.link.assemble import assemble
from mantlet.discovery.link.linker import Linker
from mantlet.discovery.link.seen import Seen
from mantlet.discovery.link.unread import unread
from mantlet.discovery.python.machine import Settings
from mantlet.discovery.readers._ambiguous import settled

Runs = dict[str, list[tuple[str, tuple[str, ...]]]]
"""Per script, the keys of the steps that run it, with the arguments that they give."""


class Look(Protocol):
    """How the Python of a repository is looked at: at once, or part by part, some of it remembered."""

    def __call__(self, python: dict[str, str], settings: Settings, scripts: Iterable[str], /) -> list[Seen]:
        """Return what each part says."""


def link(
    clues: list[Clue],
    python: dict[str, str],
    files: frozenset[str],
    read: Callable[[str], str | None],
    look: Look,
) -> Draft:
    """Return the draft of a repository."""
    runs = commands.scripts(clues, files)
    arguments = {script: [argv for _, argv in steps] for script, steps in runs.items()}
    for script, given in commands.in_strings(python, files).items():
        arguments.setdefault(script, given)
    settings = Settings(
        commands.environment(clues), arguments, read, files, commands.working_folders(clues, files)
    )
    settings.own = commands.own_environments(clues, runs)
    settings.services = frozenset(
        clue.key[8:] for clue in clues if isinstance(clue, Thing) and clue.key.startswith("service:")
    )
    steps = {clue.key for clue in clues if isinstance(clue, Thing) and not clue.key.startswith("job:")}
    declared = [script for script, keys in runs.items() if any(key in steps for key, _ in keys)]
    draft = linked(clues, look(python, settings, declared), runs, files)
    draft.not_understood += unread(files)
    return draft


def linked(clues: list[Clue], parts: list[Seen], runs: Runs, files: frozenset[str]) -> Draft:
    """Return the draft that clues and what was seen in Python make together."""
    linker = Linker()
    declared = {clue.key for clue in clues if isinstance(clue, Thing)}
    for script, steps in runs.items():
        named: dict[str, str] = {}
        for number, (key, _) in enumerate(steps[:8]):
            if key.startswith("stage:"):  # a step of the same name that runs the same: two files tell of one
                linker.unite(named.setdefault(key.rpartition("#")[2], key), key)
            code = f"code:{script}" if not number else f"code:{script}@{number}"
            linker.unite(key, code)
            if key not in declared:  # a target of a Makefile: only a way to start the script
                linker.unite(f"code:{script}", code)
    for seen in parts:
        for one, other in seen.same:
            linker.unite(one, other)
        for script, steps in commands.scripts(seen.clues, files).items():
            for key, _ in steps:
                linker.unite(key, f"code:{script}")
        linker.add(seen.clues)
        for key, lines in seen.places.items():
            linker.places[key] += lines
    linker.add(settled(clues))
    for seen in parts:
        linker.unclear += seen.unclear
        places.unite_alternatives(linker, seen.alternatives)
    places.unite_hubs(linker)
    places.unite_paths(linker, clues, files)
    places.unite_outputs(linker)
    places.unite_tables(linker)
    web.unite_hosts(linker)
    servers.unite_servers(linker)
    servers.name_ports(linker)
    web.connect_routes(linker)
    web.brokers(linker)
    web.secrets(linker)
    web.people(linker, next((seen.auth for seen in parts if seen.auth is not None), None))
    places.siblings(linker)
    places.fold_secrets(linker)
    return assemble(linker)

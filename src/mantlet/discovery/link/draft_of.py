"""Clues and Python texts to a draft."""

from __future__ import annotations

from collections.abc import Callable

from mantlet.discovery.clues import Clue, Same, Where
from mantlet.discovery.draft import Draft
from mantlet.discovery.link import commands, places, web
from mantlet.discovery.link.assemble import assemble
from mantlet.discovery.link.components import Components
from mantlet.discovery.link.linker import Linker
from mantlet.discovery.link.moves import Moves
from mantlet.discovery.python.machine import Machine, Settings
from mantlet.discovery.python.runner import read_python
from mantlet.discovery.python.trace import Trace


def link(
    clues: list[Clue], python: dict[str, str], files: frozenset[str], read: Callable[[str], str | None]
) -> Draft:
    """Return the draft of a repository."""
    runs = commands.scripts(clues, files)
    arguments = {script: [argv for _, argv in steps] for script, steps in runs.items()}
    settings = Settings(commands.environment(clues), arguments, read, files)
    trace, machine = read_python(python, settings)
    components = Components(trace, [f"code:{script}" for script in runs])
    moves = Moves(machine, trace, components)
    linker = Linker()
    for script, steps in runs.items():
        for number, (key, _) in enumerate(steps[:8]):
            code = f"code:{script}" if not number else f"code:{script}@{number}"
            linker.unite(key, code)
    _apps(linker, machine, trace)
    found = moves.clues()
    for script, steps in commands.scripts(found, files).items():
        for key, _ in steps:
            linker.unite(key, f"code:{script}")
    linker.add(found)
    for key, lines in moves.places.items():
        linker.places[key] += lines
    linker.add(clues)
    linker.unclear += machine.project.unclear
    places.unite_alternatives(linker, machine.alternatives)
    places.unite_hubs(linker)
    places.unite_paths(linker, clues, files)
    places.unite_tables(linker)
    web.connect_routes(linker)
    web.people(linker, _auth_line(trace))
    places.siblings(linker)
    return assemble(linker)


def _apps(linker: Linker, machine: Machine, trace: Trace) -> None:
    """The script that makes a service is that service."""
    roots = {
        frame.number: frame.code for frame in trace.frames if frame.parent is None and frame.entry == "script"
    }
    seen: set[str] = set()
    for app in machine.apps:
        entry, root = app.extra.get("entry"), app.extra.get("root")
        code = roots.get(root) if root is not None else None
        if entry is not None and code and code not in seen:
            seen.add(code)
            linker.unite(entry.code, code)


def _auth_line(trace: Trace) -> Where | None:
    """Return where callers are asked who they are."""
    return next(
        (at for entry in trace.entries for fact, (_, at) in entry.facts.items() if fact == "authenticated"),
        None,
    )


_ = Same

"""What Python files that belong together say, as plain data: it can be kept, and sent between processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from mantlet.discovery.clues import Clue, Unclear, Where
from mantlet.discovery.link.components import Components
from mantlet.discovery.link.moves import Moves
from mantlet.discovery.python.machine import Machine, Settings
from mantlet.discovery.python.runner import read_python
from mantlet.discovery.python.trace import Trace


class Seen(Struct):
    """All that linking wants to know of the Python of a repository, or of a part of it."""

    clues: list[Clue]
    places: dict[str, list[Where]]
    """Further lines that show a key."""
    same: list[tuple[str, str]]
    """Keys that name one thing."""
    alternatives: list[tuple[str, ...]]
    unclear: list[Unclear]
    auth: Where | None = None
    """Where callers are asked who they are."""


def see(python: dict[str, str], settings: Settings, scripts: Iterable[str]) -> Seen:
    """Read Python files that import only each other; ``scripts`` are those that declared steps run."""
    trace, machine = read_python(python, settings)
    moves = Moves(
        machine, trace, Components(trace, [f"code:{script}" for script in scripts], machine.imported)
    )
    clues = moves.clues()
    return Seen(
        clues,
        dict(moves.places),
        [*_apps(machine, trace), *_commands(trace)],
        list(machine.alternatives),
        machine.project.unclear,
        _auth_line(trace),
    )


def _apps(machine: Machine, trace: Trace) -> Iterable[tuple[str, str]]:
    """The script that makes a service is that service: of several, the one that answers most."""
    roots = {
        frame.number: frame.code for frame in trace.frames if frame.parent is None and frame.entry == "script"
    }
    seen: set[str] = set()
    routes = Counter(entry.parent for entry in trace.entries if entry.kind == "endpoint")
    made = [app for app in machine.apps if app.extra.get("entry") is not None]
    for app in sorted(made, key=lambda app: -routes[app.extra["entry"].code]):
        entry, root = app.extra.get("entry"), app.extra.get("root")
        code = roots.get(root) if root is not None else None
        if code and code not in seen:
            seen.add(code)
            yield entry.code, code


def _commands(trace: Trace) -> Iterable[tuple[str, str]]:
    """A script with one command is that command."""
    by_file: dict[str, list[str]] = {}
    for entry in trace.entries:
        if entry.kind == "command" and entry.code not in by_file.setdefault(entry.code.partition("#")[0], []):
            by_file[entry.code.partition("#")[0]].append(entry.code)
    for script, codes in by_file.items():
        if len(codes) == 1:
            yield script, codes[0]


def _auth_line(trace: Trace) -> Where | None:
    return next(
        (at for entry in trace.entries for fact, (_, at) in entry.facts.items() if fact == "authenticated"),
        None,
    )

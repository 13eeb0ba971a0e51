"""Read a repository's Python as its entries would run it: scripts, services, tasks, what is left over."""

from __future__ import annotations

from mantlet.discovery.python import wire
from mantlet.discovery.python.driven import read_services, read_tasks
from mantlet.discovery.python.loose import read_conventions, read_left_over
from mantlet.discovery.python.machine import Machine, Settings
from mantlet.discovery.python.scripts import read_factories, read_scripts
from mantlet.discovery.python.trace import Trace


def read_python(texts: dict[str, str], settings: Settings) -> tuple[Trace, Machine]:
    """Return what is seen in Python files, by path relative to the repository's root."""
    machine = wire.machine(texts, settings)
    machine.project.roots = settings.roots
    read_scripts(machine)
    read_factories(machine)
    read_services(machine)
    read_tasks(machine)
    read_conventions(machine)
    read_left_over(machine)
    return machine.trace, machine

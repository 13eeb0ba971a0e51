"""Options of commands: what `argparse` declares, with the arguments that declared steps give."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python import documents
from mantlet.discovery.python.values import HOLE, NONE, UNKNOWN, Instance, Sequence, Soft, Value, constant

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

Args = list[Value]
Named = dict[str, Value]


def add_argument(m: Machine, owner: Instance, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Declare an option."""
    del node
    flags = [text for value in args for text in value.texts()]
    m.options += 1
    if not flags:
        return UNKNOWN
    dest = named["dest"].text() if "dest" in named else None
    long = next((flag for flag in flags if flag.startswith("--")), flags[0])
    name = dest or long.lstrip("-").replace("-", "_")
    declared = owner.extra.setdefault("arguments", [])
    declared.append((name, flags, named.get("default", UNKNOWN), "action" in named))
    return UNKNOWN


def subparser(m: Machine, owner: Instance, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Take a group of options for the whole parser."""
    del m, args, named, node
    return Value((owner,))


def parse_args(m: Machine, owner: Instance, args: Args, named: Named, node: ast.AST) -> Value | None:
    """Return the options with what the command gives, else their defaults."""
    del args, named, node
    given = documents.options(m.argv) if m.argv is not None else ({}, [])
    parsed = Instance("argparse.Namespace")
    positions = iter(given[1])
    for name, flags, fallback, is_switch in owner.extra.get("arguments", ()):
        value = fallback
        if not flags[0].startswith("-"):
            text = next(positions, None)
            value = constant(Soft(text)) if text is not None else fallback
        elif not is_switch:
            text = next((given[0][flag] for flag in flags if flag in given[0]), None)
            value = constant(Soft(text)) if text is not None else fallback
        soft = tuple(
            Soft(a) if type(a) is str else a for a in value.atoms if a is not NONE and not isinstance(a, bool)
        )
        parsed.attrs[name] = Value(soft) if soft else constant(Soft(HOLE))
    return Value((parsed,))


def parse_known(m: Machine, owner: Instance, args: Args, named: Named, node: ast.AST) -> Value | None:
    """`parse_known_args()` also returns what it didn't understand."""
    return Value((Sequence([parse_args(m, owner, args, named, node) or UNKNOWN, UNKNOWN]),))

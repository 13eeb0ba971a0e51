"""The arguments of a call, taken together."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import Value

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def everything(args: list[Value], named: dict[str, Value]) -> list[Value]:
    """Return all arguments."""
    return [*args, *named.values()]


def use_all(m: Machine, values: list[Value], node: ast.AST, into: Resource | None = None) -> None:
    """Note that the frame works with all of these."""
    for value in values:
        m.use(value, node, into)

"""The parts of the reader put together."""

from __future__ import annotations

from mantlet.discovery.python import (
    attributes,
    calls,
    decorators,
    effects,
    expressions,
    intrinsics,
    items,
    statements,
)
from mantlet.discovery.python.catalogue import catalogue
from mantlet.discovery.python.machine import Acts, Machine, Settings
from mantlet.discovery.python.modules import Project

_ACTS = Acts(
    evaluate=expressions.evaluate,
    attribute=attributes.attribute,
    set_attribute=attributes.set_attribute,
    iterate=items.iterate,
    run=statements.run,
    assign=statements.assign,
    call=calls.call,
    call_node=calls.call_node,
    call_function=calls.call_function,
    library=effects.library,
    apply=effects.apply,
    open=intrinsics.FUNCTIONS["builtins.open"],
    decorated=decorators.decorated,
    decorated_class=decorators.decorated_class,
)


def machine(texts: dict[str, str], settings: Settings) -> Machine:
    """Return a reader of Python files, by path relative to the repository's root."""
    known = catalogue()
    return Machine(Project(texts, frozenset(known.tops)), known, settings, _ACTS)

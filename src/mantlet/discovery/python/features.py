"""Feature stores and results of steps, declared in code."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mantlet.discovery.python import paths
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import argument
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Instance,
    Value,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


_READS = re.compile(r"\b(?:from|join)\s+([a-zA-Z_][\w.\"`]*)", re.IGNORECASE)


def result(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Where a framework keeps what a task returns."""
    del recv, name
    folder = one(named.get("dir") or (args[0] if args else UNKNOWN))
    location = one(named.get("location") or UNKNOWN)
    text = folder.rstrip("/") + "/" + re.sub(r"\{[^}]*\}", HOLE, location) if location != HOLE else folder
    key = paths.of_path(text, m.script, m.settings)
    resource = (
        m.resource(key, paths.type_of(key, "dataset-store"), paths.name_of(key), m.at(node)) if key else None
    )
    return Value((Instance(api.returns or "task.result", resource),))


def feature_source(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Make a source of a feature store: a table or a file."""
    del recv
    text = one(argument(api.arg, args, named, UNKNOWN))
    found = _READS.search(text)
    if name.endswith("FileSource"):
        key = paths.of_path(text, m.script, m.settings)
    else:
        table = found[1] if found else text if re.fullmatch(r"[\w.\"`]+", text) else ""
        key = f"table:{table.strip('`')}" if table else ""
    resource = m.resource(key, "dataset-store", paths.name_of(key), m.at(node)) if key else None
    return Value((Instance("feast.source", resource),))


def feature_view(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Declare features over a source: who asks the store gets them from there."""
    del recv, name
    text = one(argument(api.arg, args, named, UNKNOWN)).replace(HOLE, "")
    if not text:
        return UNKNOWN
    view = m.resource(f"view:{text}", "dataset-store", text, m.at(node))
    source = join(
        *[named[key] for key in ("batch_source", "source", "online_store", "stream_source") if key in named],
        *args[1:4],
    )
    for atom in source.atoms:
        if isinstance(atom, Instance) and atom.resource is not None:
            m.moves.append((atom.resource, view, m.at(node), "features"))
    m.event("view", node, view)
    store = m.resource("feast:store", "retriever", "Feast feature store", m.at(node))
    m.moves.append((view, store, m.at(node), "features"))
    return Value((Instance("feast.FeatureView", view),))

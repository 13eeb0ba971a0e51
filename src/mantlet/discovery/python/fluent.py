"""Readers and writers of Spark, set up call by call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python import paths, sql
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import argument, find, named_resource
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Instance,
    Origin,
    Value,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def fluent(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`reader.format("kafka").option("subscribe", topic)`: remembered until `load` or `start`."""
    del m, node
    made = Instance(api.returns)
    for atom in recv.atoms:
        if isinstance(atom, Instance):
            made.extra.update(atom.extra)
    last = name.rpartition(".")[2]
    if last == "format" and args:
        made.extra["format"] = one(args[0]).lower()
    elif last == "option" and len(args) > 1:
        made.extra[one(args[0]).lower()] = args[1]
    elif last == "options":
        made.extra.update({key.lower(): value for key, value in named.items()})
    return Value((made,), recv.origins)


def fluent_end(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Read or write what the calls before set up."""
    extra = next((atom.extra for atom in recv.atoms if isinstance(atom, Instance)), {})
    target = argument(api.arg, args, named, UNKNOWN)
    reads = api.data == "reads"
    kind = extra.get("format", "")
    text = one(extra.get("subscribe") or extra.get("topic") or UNKNOWN)
    if kind == "kafka":
        found = named_resource(m, Api(call="", key="topic:{}", type="queue"), text, node)
    elif kind in {"jdbc", "redshift", "snowflake", "bigquery"}:
        table_name = one(extra.get("dbtable") or extra.get("table") or UNKNOWN)
        address = paths.of_address(one(extra.get("url") or UNKNOWN).removeprefix("jdbc:"))
        database = m.resource(
            address or f"db:{kind}", "database", paths.name_of(address or f"db:{kind}"), m.at(node)
        )
        found = sql.table(m, table_name, database, node) if HOLE not in table_name else database
    else:
        resources = find(
            m,
            Api(call="", do="load", arg="0", type="dataset-store"),
            target if target.atoms else extra.get("path", UNKNOWN),
            node,
            UNKNOWN,
        )
        found = resources[0] if resources else None
    if found is None:
        return Value((Instance(api.returns or name),))
    m.event("load" if reads else "store", node, found)
    if reads:
        return Value((Instance("pyspark.sql.DataFrame"),), frozenset({Origin(resource=found)}))
    m.use(recv, node, found)
    return Value((Instance(name),))

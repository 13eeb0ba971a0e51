"""Requests over HTTP: which address, and what comes back."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python import paths
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.given import everything, use_all
from mantlet.discovery.python.resources import argument
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import (
    UNKNOWN,
    Instance,
    Origin,
    Value,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def _address(
    m: Machine, api: Api, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> list[Resource]:
    target = argument(api.arg, args, named, UNKNOWN)
    texts = target.texts()
    base = next(
        (a.extra.get("base") for a in recv.atoms if isinstance(a, Instance) and a.extra.get("base")), ""
    )
    found: list[Resource] = []
    for text in texts[:3]:
        whole = base.rstrip("/") + "/" + text.lstrip("/") if base and "://" not in text else text
        key = paths.of_address(whole)
        if key:
            found.append(
                m.resource(key, "external-system", paths.host_of(key) or paths.name_of(key), m.at(node))
            )
    if (
        not found
        and target.origins
        and any(frame.entry in {"endpoint", "task", "serve", "tool"} for frame in m.current().up())
    ):
        found.append(m.resource("url:given", "web-source", "address given by the caller", m.at(node)))
    if not found:
        m.unclear(node, "calls an address that isn't clear")
    return found


def http_get(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Ask an address."""
    del name
    use_all(m, everything(args, named), node)
    origins: set[Origin] = set()
    for resource in _address(m, api, args, named, node, recv):
        m.event("call", node, resource, detail="GET")
        sends = [named[key] for key in ("params", "json", "data") if key in named]
        if sends:
            use_all(m, sends, node, resource)
        origins.add(Origin(resource=resource))
    return Value((Instance("http.response"),), frozenset(origins))


def http_send(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Send to an address."""
    if name.endswith((".request", ".stream")) and len(args) > 1:
        verb, args = one(args[0]).upper(), args[1:]
    else:
        verb = name.rpartition(".")[2].upper()
    payload = everything(args, named)
    origins: set[Origin] = set()
    for resource in _address(m, api, args, named, node, recv):
        m.event("call", node, resource, detail="WS" if "CONNECT" in verb else verb)
        use_all(m, payload, node, resource)
        origins.add(Origin(resource=resource))
    use_all(m, payload, node)
    return Value((Instance("http.response"),), frozenset(origins))


def data(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Plain data, which has no methods that do anything."""
    del m, api, name, args, named, node
    return Value((), recv.origins)

"""Which function of a JavaScript server a line belongs to: routes by file name, handlers of routers."""

from __future__ import annotations

import re

from mantlet.discovery.readers._javascript import Node, text_of, walk

_APP = re.compile(r"(?:^|/)app/(.*?)/?route\.[jt]sx?\Z")
_PAGES = re.compile(r"(?:^|/)pages/(api(?:/.*?)?)(?:/index)?\.[jt]sx?\Z")
_OTHERS = re.compile(
    r"(?:^|/)(?:server|netlify/functions|src/routes)/(api/.*?)(?:/\+server|/index)?\.[jt]sx?\Z"
)
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))
_FUNCTIONS = frozenset(("arrow_function", "function_expression", "function_declaration", "function"))


def by_file(path: str, root: Node) -> list[tuple[str, str, Node]]:
    """Return verb, path and function of each handler that a file exports, where its place says the address."""
    app, pages = _APP.search(path), _PAGES.search(path) or _OTHERS.search(path)
    if app is None and pages is None:
        return []
    address = "/" + re.sub(r"\([^)/]*\)/?", "", (app or pages)[1])  # type: ignore[index]
    address = re.sub(r"\[\.{0,3}(\w+)\]", r":\1", address).rstrip("/") or "/"
    found: list[tuple[str, str, Node]] = []
    for node in walk(root):
        if node.type != "export_statement":
            continue
        for name, function in _exported(node):
            if name in _VERBS:
                found.append((name, address, function))
            elif app is None:
                found.append(("ANY", address, function))
    return found if app is not None else found[:1]


def _exported(node: Node) -> list[tuple[str, Node]]:
    """Return the functions that a statement exports, with their names."""
    inner = node.child_by_field_name("declaration") or node.child_by_field_name("value")
    if inner is None:
        return []
    if inner.type in _FUNCTIONS:
        return [(text_of(inner.child_by_field_name("name")), inner)]
    if inner.type == "lexical_declaration":
        return [
            (text_of(part.child_by_field_name("name")), part)
            for part in inner.named_children
            if part.type == "variable_declarator"
        ]
    return [("default", inner)] if inner.type in {"identifier", "call_expression"} else []


def inside(node: Node, owners: dict[int, str], otherwise: str) -> str:
    """Return the key of the handler that a node stands in."""
    above: Node | None = node if owners else None
    while above is not None:
        if above.id in owners:
            return owners[above.id]
        above = above.parent
    return otherwise


def secret_of(node: Node) -> str:
    """Return the variable that `process.env.NAME` or `import.meta.env.NAME` reads; empty for anything else."""
    found = re.fullmatch(
        r"(?:process\.env|import\.meta\.env|Deno\.env)\.([A-Z][A-Z0-9_]{2,60})", text_of(node)[:120]
    )
    return found[1] if found else ""

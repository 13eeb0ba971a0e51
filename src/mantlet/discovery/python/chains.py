"""Names of things outside the repository: a library's class, a method of a method."""

from __future__ import annotations

from typing import Any

from mantlet.discovery.python.values import Instance, Method, Object


def base_of(atom: Object) -> str:
    """Return the library's class that an object's class inherits from."""
    return next(iter(atom.cls.externals()), f"{atom.cls.name}")


def chain_of(method: Method) -> tuple[str, Any]:
    """Return the qualified name and the first owner of `client.chat.completions`."""
    names = [method.name]
    owner = method.owner
    while isinstance(owner, Method) and len(names) < 8:
        names.append(owner.name)
        owner = owner.owner
    head = owner.type if isinstance(owner, Instance) else base_of(owner) if isinstance(owner, Object) else ""
    return ".".join([head, *reversed(names)]), owner

"""Methods of `pathlib.Path`."""

from __future__ import annotations

import ast
import posixpath
from typing import TYPE_CHECKING

from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import find
from mantlet.discovery.python.texts import join_paths, one
from mantlet.discovery.python.values import UNKNOWN, Instance, Origin, PathText, Sequence, Value, constant

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

READ = Api(call="read", do="load", arg="0", type="file-store")
WRITE = Api(call="write", do="store", arg="0", type="file-store")
_SAME = {"resolve", "absolute", "expanduser", "as_posix", "relative_to", "as_uri", "__str__"}
_QUIET = {
    "exists",
    "mkdir",
    "is_file",
    "is_dir",
    "stat",
    "touch",
    "iterdir",
    "samefile",
    "is_absolute",
    "match",
}


def path_method(
    m: Machine,
    owner: PathText,
    name: str,
    args: list[Value],
    named: dict[str, Value],
    node: ast.AST,
    origins: frozenset[Origin],
) -> Value | None:
    """Call a method of a path; None where it is one of a string."""
    here = Value((owner,), origins)
    if name in {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "rename", "replace"}:
        return _touch(m, here, name, args, node)
    if name == "open":
        return m.acts.open(m, [here, *args], named, node)
    if name in {"glob", "rglob"}:
        pattern = one(args[0]).replace("**/", "") if args else "*"
        return Value((Sequence([], constant(PathText(posixpath.join(owner, pattern)))),), origins)
    if name == "iterdir":
        return Value((Sequence([], constant(PathText(posixpath.join(owner, "*")))),), origins)
    if name == "joinpath":
        joined = join_paths([here, *args])
        return Value(tuple(PathText(text) for text in joined.texts()), origins)
    if name in _SAME:
        return here
    if name in {"with_suffix", "with_name"} and args:
        head, _, tail = owner.rpartition("/")
        stem = tail.rpartition(".")[0] or tail
        changed = stem + one(args[0]) if name == "with_suffix" else one(args[0])
        return constant(PathText(f"{head}/{changed}" if head else changed))
    return UNKNOWN if name in _QUIET else None


def _touch(m: Machine, here: Value, name: str, args: list[Value], node: ast.AST) -> Value:
    reads = name.startswith("read")
    resources = find(m, READ if reads else WRITE, here, node, UNKNOWN)
    for resource in resources:
        m.event("load" if reads else "store", node, resource, "deletion" if name == "unlink" else "")
        for value in args:
            m.use(value, node, resource)
    if not reads:
        return UNKNOWN
    extra = {"path": str(here.text() or "")}
    origins = frozenset(Origin(resource=resource) for resource in resources)
    return Value((Instance("io.text", None, {}, extra),), origins)

"""Steps that libraries put together in calls: graphs of agents, operators of schedulers, containers of pipelines."""

from __future__ import annotations

import ast
import shlex
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Fact, Move, Runs, Same, Thing, Where
from mantlet.discovery.python import paths, sql, transfers
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.parts import Task
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    External,
    Function,
    Instance,
    Mapping,
    Partial,
    Sequence,
    Value,
)
from mantlet.discovery.readers._kinds import step_type

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

_ENDS = {"__start__": "who:user", "START": "who:user", "__end__": "who:user", "END": "who:user"}


def graph(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Make a graph whose nodes and edges follow."""
    del m, args, named, node, recv, name
    made = Instance(api.returns)
    made.extra["nodes"] = {}
    return Value((made,))


def add_node(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A node of a graph is a function that is called with the graph's state."""
    del api, name
    target = named.get("action") or named.get("node") or (args[-1] if args else UNKNOWN)
    label = one(args[0]) if args and args[0].texts() else ""
    for holder in recv.atoms:
        for atom in target.atoms:
            function = _function(atom)
            if isinstance(holder, Instance) and function is not None:
                label = label or function.name.rpartition(".")[2]
                holder.extra.setdefault("nodes", {})[label] = m.function_code(function)
                m.tasks.append(Task("task", function, m.at(node), label, "", "graph"))
            elif isinstance(holder, Instance) and isinstance(atom, Instance) and label:
                _tools(m, holder, label, atom, node)
    return recv


def _function(atom: Any) -> Function | None:
    if isinstance(atom, Function):
        return atom
    if isinstance(atom, Partial):
        return next((inner for inner in atom.target.atoms if isinstance(inner, Function)), None)
    return None


def _tools(m: Machine, holder: Instance, label: str, atom: Instance, node: ast.AST) -> None:
    """A node that calls tools."""
    at = m.at(node)
    key = f"stage:{at.path}#{label}"
    holder.extra.setdefault("nodes", {})[label] = key
    m.clues.append(Thing(key, "tool", label, at, 0.8))
    for part in atom.extra.get("parts", ()):
        if isinstance(part, Function):
            m.tasks.append(Task("tool", part, m.at(part.node), part.name, "tool"))
            m.clues += [
                Move(key, m.function_code(part), at, "tool call"),
                Move(m.function_code(part), key, at, "tool result"),
            ]
        elif isinstance(part, Instance) and part.resource is not None:
            m.uses_from(key, part.resource, at)


def add_edge(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """An edge hands the state from one node to the next."""
    del api, named
    nodes: dict[str, str] = {}
    for holder in recv.atoms:
        if isinstance(holder, Instance):
            nodes |= holder.extra.get("nodes", {})
    last = name.rpartition(".")[2]
    if last == "set_entry_point":
        pairs = [("__start__", target) for target in _labels(args[0])] if args else []
    elif last == "set_finish_point":
        pairs = [(source, "__end__") for source in _labels(args[0])] if args else []
    elif last == "add_conditional_edges":
        pairs = _conditional(args, nodes)
    else:
        pairs = (
            [(source, target) for source in _labels(args[0]) for target in _labels(args[1])]
            if len(args) > 1
            else []
        )
    for source, target in pairs:
        ends = (_ENDS.get(source) or nodes.get(source), _ENDS.get(target) or nodes.get(target))
        for holder in recv.atoms:
            if isinstance(holder, Instance):
                holder.extra.setdefault("leaving", set()).add(source)
        if ends[0] and ends[1] and ends[0] != ends[1]:
            m.clues.append(
                Move(ends[0], ends[1], m.at(node), "state" if "who:user" not in ends else "messages")
            )
            if "who:user" in ends:
                m.clues.append(Thing("who:user", "user", "user", m.at(node), 0.7))
    return recv


def compiled(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Nodes that no edge leaves answer whoever asked."""
    del api, name, args, named
    for holder in recv.atoms:
        if isinstance(holder, Instance):
            for label, key in holder.extra.get("nodes", {}).items():
                if label not in holder.extra.get("leaving", ()):
                    m.clues += [
                        Move(key, "who:user", m.at(node), "messages"),
                        Thing("who:user", "user", "user", m.at(node), 0.7),
                    ]
    return recv


def _labels(value: Value) -> list[str]:
    found = [str(text) for text in value.texts()]
    for atom in value.atoms:
        if isinstance(atom, External):
            found.append(atom.name.rpartition(".")[2])
        elif isinstance(atom, Sequence):
            found += [label for item in atom.items for label in _labels(item)]
        elif isinstance(atom, Function):
            found.append(atom.name.rpartition(".")[2])
    return found


def _conditional(args: list[Value], nodes: dict[str, str]) -> list[tuple[str, str]]:
    if not args:
        return []
    targets: list[str] = []
    for value in args[2:]:
        for atom in value.atoms:
            if isinstance(atom, Mapping):
                targets += [label for item in atom.items.values() for label in _labels(item)]
        targets += _labels(value)
    if not targets and len(args) > 1:
        targets = _returned(args[1], nodes)
    return [(source, target) for source in _labels(args[0]) for target in dict.fromkeys(targets)]


def _returned(value: Value, nodes: dict[str, str]) -> list[str]:
    """A router names the next node in what it returns or in its annotation."""
    found: list[str] = []
    for atom in value.atoms:
        if isinstance(atom, Function):
            for part in ast.walk(atom.node):
                if (
                    isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and (part.value in nodes or part.value in _ENDS)
                ):
                    found.append(part.value)
                elif isinstance(part, ast.Name) and part.id == "END":
                    found.append("END")
        elif isinstance(atom, External) and atom.name.endswith("tools_condition"):
            found += ["tools", "__end__"]
    return found


def operator(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A step of a scheduler that runs a command, a statement or a container."""
    del args, recv
    label = one(named.get("task_id") or named.get("name") or UNKNOWN).replace(HOLE, "*")
    at = m.at(node)
    key = f"stage:{at.path}#{label}"
    made = Instance("airflow.operator")
    made.extra["key"] = key
    command = named.get("bash_command") or named.get("command") or named.get("application")
    if command is not None:
        argv = _argv(command)
        m.clues.append(Runs(key, argv, at))
    image = one(named.get("image") or UNKNOWN)
    if HOLE not in image and image:
        m.clues.append(Same(key, f"image:{image}", at))
    m.clues.append(Thing(key, api.role or _role(f"{label} {name}"), label, at, 0.85))
    if "sql" in named and "To" not in name.rpartition(".")[2]:
        _statement(m, key, named, node, name)
    transfers.take(m, key, name, named, node)
    return Value((made,))


def _role(text: str) -> str:
    return step_type(text)


def _argv(command: Value) -> tuple[str, ...]:
    parts: list[str] = []
    for atom in command.atoms:
        if isinstance(atom, Sequence):
            parts += [one(item) for item in atom.items]
        elif isinstance(atom, str):
            try:
                parts += shlex.split(atom.replace(HOLE, "*").replace("\n", " ; "))
            except ValueError:
                parts += atom.split()
        if parts:
            break
    return tuple(parts[:64])


def _statement(m: Machine, key: str, named: dict[str, Value], node: ast.AST, name: str) -> None:
    connection = one(
        named.get("conn_id") or next((v for k, v in named.items() if k.endswith("conn_id")), UNKNOWN)
    ).replace(HOLE, "")
    kind = next(
        (
            word
            for word in ("mysql", "postgres", "sqlite", "snowflake", "redshift", "bigquery", "mssql")
            if word in name.lower()
        ),
        "sql",
    )
    address = paths.of_address(
        m.settings.environment.get(f"AIRFLOW_CONN_{connection.upper()}", ("", None))[0]
    )
    name_shown = paths.name_of(address) if address else connection or kind
    database = m.resource(address or f"conn:{connection or kind}", "database", name_shown, m.at(node))
    for text in sql.texts(named["sql"]) + [
        t for a in named["sql"].atoms if isinstance(a, Sequence) for i in a.items for t in i.texts()
    ]:
        content = m.settings.read(text) if text.endswith(".sql") and text in m.settings.files else text
        read, written = sql.tables(content or "")
        for table in read:
            m.clues.append(
                Move(sql.table(m, table, database, node).key, key, m.at(node), "records", opened_by=key)
            )
        for table in written:
            m.clues.append(
                Move(key, sql.table(m, table, database, node).key, m.at(node), "records", opened_by=key)
            )
        for table in [*read, *written]:
            m.shown(sql.table(m, table, database, node))


def container_op(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`dsl.ContainerOp(name, image, arguments, file_outputs)`: outputs of one are arguments of others."""
    del api, name, recv
    label = one(named.get("name") or (args[0] if args else UNKNOWN)).replace(HOLE, "*")
    at = m.at(node)
    key = f"stage:{at.path}#{label}"
    m.clues.append(Thing(key, _role(label), label, at, 0.9))
    image = one(named.get("image") or (args[1] if len(args) > 1 else UNKNOWN))
    if HOLE not in image:
        m.clues.append(Runs(key, ("docker", "run", image), at))
        m.clues.append(Same(key, f"image:{image}", at))
    made = Instance("kfp.ContainerOp")
    made.extra["key"] = key
    outputs = (named.get("file_outputs") or UNKNOWN).first(Mapping)
    results: dict[Any, Value] = {}
    for out, place in (outputs.items if outputs else {"output": UNKNOWN}).items():
        result = Instance("kfp.output")
        result.extra["from"] = key
        result.extra["name"] = str(out)
        written = one(place) if place.texts() else ""
        if written and HOLE not in written:
            result.extra["from"] = _written(m, key, f"/{label}/{written.lstrip('/')}", node)
        results[out] = Value((result,))
    made.attrs["outputs"] = Value((Mapping(results, next(iter(results.values()), UNKNOWN)),))
    made.attrs["output"] = next(iter(results.values()), UNKNOWN)
    for value in [*args[2:], *named.values()]:
        for source, said in _sources(value, 0):
            if source != key:
                m.clues.append(Move(source, key, at, said.replace("_", " ")))
    return Value((made,))


def _written(m: Machine, key: str, path: str, node: ast.AST) -> str:
    """Note a file that a step hands on; return its key."""
    store, at = f"path:{path}", m.at(node)
    fallback = "model-artifact" if "model" in path.rpartition("/")[2].lower() else "dataset-store"
    kind = paths.type_of(store, fallback)
    m.clues += [
        Thing(store, kind, path.rpartition("/")[2], at, 0.7),
        Move(key, store, at, opened_by=key),
        Fact(key, "writes", store, at),
    ]
    return store


def sources(value: Value) -> list[tuple[str, str]]:
    """Return the steps whose results a value holds, each with what the result is called."""
    return _sources(value, 0)


def _sources(value: Value, depth: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for atom in value.atoms:
        if isinstance(atom, Instance) and "from" in atom.extra:
            found.append((atom.extra["from"], atom.extra.get("name", "")))
        elif (
            isinstance(atom, Instance)
            and depth < 4
            and atom.extra.get("texts") is None
            and atom.extra.get("wraps")
        ):
            found += _sources(atom.extra["wraps"], depth + 1)
        elif isinstance(atom, Sequence) and depth < 4:
            found += [source for item in atom.items for source in _sources(item, depth + 1)]
        elif isinstance(atom, Mapping) and depth < 4:
            found += [source for item in atom.items.values() for source in _sources(item, depth + 1)]
    return found


def component(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`create_component_from_func(f)`: a function that is a step from here on."""
    del api, name, node, recv
    target = args[0] if args else named.get("func", UNKNOWN)
    for atom in target.atoms:
        if isinstance(atom, Function) and id(atom.node) not in m.steps_of:
            where = Where(atom.module.path, atom.node.lineno)
            task = Task("task", atom, where, atom.name.rpartition(".")[2])
            m.steps_of[id(atom.node)] = task
            m.tasks.append(task)
    return Value(target.atoms)


def wrap(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`dsl.InputArgumentPath(output)` stands for what it wraps."""
    del m, api, named, node, recv
    made = Instance(name)
    made.extra["wraps"] = args[0] if args else UNKNOWN
    return Value((made,))

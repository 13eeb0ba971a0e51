"""Agents of frameworks: who runs their model, which tools they call, whom they hand work to."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mantlet.discovery.clues import Move, Thing, Where
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.given import everything
from mantlet.discovery.python.parts import Task
from mantlet.discovery.python.prompts import by_provider
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import HOLE, UNKNOWN, Function, Instance, Mapping, Sequence, Value, join

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

_MODELS = ("llm", "model", "model_client", "chat_client", "function_calling_llm")
_OTHERS = ("handoffs", "sub_agents", "managed_agents", "agents", "team")


def make(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Make an agent: a process of its own that asks a model and calls tools."""
    del recv
    label = (
        one(named.get("role") or named.get("name") or (args[0] if args else UNKNOWN))
        .replace(HOLE, "")
        .strip()
    )
    at = m.at(node)
    key = f"stage:{at.path}#{label or name.rpartition('.')[2]}:{at.line}"
    m.clues.append(Thing(key, "agent", label or name.rpartition(".")[2], at, 0.9))
    model = _model(m, named, args, node, api)
    if model is not None:
        m.uses_from(key, model, at)
    _tools(m, key, join(named.get("tools", UNKNOWN)), node)
    for other in _keys(join(*[named[word] for word in _OTHERS if word in named])):
        m.clues += [Move(key, other, at, "task"), Move(other, key, at, "result")]
    made = Instance(api.returns or name)
    made.extra["key"] = key
    return Value((made,))


def _model(
    m: Machine, named: dict[str, Value], args: list[Value], node: ast.AST, api: Api
) -> Resource | None:
    for word in _MODELS:
        for atom in named.get(word, UNKNOWN).atoms:
            if isinstance(atom, Instance) and atom.resource is not None:
                return atom.resource
            if isinstance(atom, str) and HOLE not in atom:
                found = by_provider(m, api, "model", [Value((atom,))], {}, node, UNKNOWN)
                return next((a.resource for a in found.atoms if isinstance(a, Instance)), None)
    for value in args:
        for atom in value.atoms:
            if (
                isinstance(atom, Instance)
                and atom.resource is not None
                and atom.resource.type == "llm-service"
            ):
                return atom.resource
    if api.default:
        return m.resource(api.default, "llm-service", api.name, m.at(node))
    return None


def _tools(m: Machine, key: str, tools: Value, node: ast.AST) -> None:
    for part in _flat(tools):
        if isinstance(part, Function):
            code = m.function_code(part)
            m.tasks.append(Task("tool", part, m.at(part.node), part.name.rpartition(".")[2], "tool"))
            m.clues += [Move(key, code, m.at(node), "tool call"), Move(code, key, m.at(node), "tool result")]
        elif isinstance(part, Instance) and part.resource is not None:
            m.uses_from(key, part.resource, m.at(node))


def described(m: Machine, tools: Value, node: ast.AST) -> None:
    """`tools=[{"type": "function", "function": {"name": "search"}}]`: functions that the answer may call."""
    for part in _flat(tools):
        if not isinstance(part, Mapping):
            continue
        inner = part.items.get("function", UNKNOWN).first(Mapping) or part
        name = one(inner.items.get("name", UNKNOWN))
        found = m.module.scope.get(name) if m.module is not None and HOLE not in name else None
        function = found.first(Function) if found is not None else None
        if function is None or m.frame is None:
            continue
        code = m.function_code(function)
        if not any(task.function.node is function.node for task in m.tasks):
            where = Where(function.module.path, function.node.lineno)
            m.tasks.append(Task("tool", function, where, name, "tool"))
        m.asks.append((m.frame, code, code, m.at(node)))


def _flat(value: Value, depth: int = 0) -> list[Any]:
    found: list[Any] = []
    for atom in value.atoms:
        if isinstance(atom, Sequence) and depth < 3:
            for item in (*atom.items[:32], atom.rest):
                found += _flat(item, depth + 1)
        else:
            found.append(atom)
    return found


def _keys(value: Value) -> list[str]:
    return [atom.extra["key"] for atom in _flat(value) if isinstance(atom, Instance) and "key" in atom.extra]


def task(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A task of an agent: what it builds on comes from the agents of other tasks."""
    del args, recv
    made = Instance(api.returns or name)
    agent = next(iter(_keys(named.get("agent", UNKNOWN))), "")
    made.extra["key"] = agent
    for before in _keys(named.get("context", UNKNOWN)):
        if agent and before != agent:
            m.clues.append(Move(before, agent, m.at(node), "result"))
    return Value((made,))


def crew(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Agents that work one after the other."""
    del recv
    made = Instance(api.returns or name)
    keys = _keys(named.get("tasks", UNKNOWN)) or _keys(join(*everything(args, named)))
    made.extra["keys"] = list(dict.fromkeys(key for key in keys if key))
    for one_, other in pairwise(made.extra["keys"]):
        m.clues.append(Move(one_, other, m.at(node), "result"))
    return Value((made,))


def start(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Whoever starts the work asks the first and is answered by the last."""
    del api, name
    keys = [
        key
        for a in recv.atoms
        if isinstance(a, Instance)
        for key in a.extra.get("keys", [a.extra.get("key", "")])
    ]
    talking = not any(isinstance(a, Instance) and "keys" in a.extra for a in recv.atoms)
    keys += _keys(join(*everything(args, named)))
    keys = list(dict.fromkeys(key for key in keys if key))
    if keys and m.frame is not None:
        m.asks.append((m.frame, keys[0], keys[-1], m.at(node)))
        for one_, other in pairwise(keys) if talking else ():
            m.clues += [Move(one_, other, m.at(node), "message"), Move(other, one_, m.at(node), "message")]
    return Value((), m.made())

"""What calls of libraries do, as the catalogue says."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from mantlet.discovery.python import agents, django, frameworks, paths, prompts, specials, sql
from mantlet.discovery.python.attributes import of_class
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import argument, find, held
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import (
    UNKNOWN,
    Function,
    Instance,
    Object,
    Origin,
    Partial,
    Value,
    cap,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

ROLES = frozenset(
    {"fit", "predict", "transform", "evaluate", "aggregate", "generate", "embed", "forward", "track"}
)
_READING = frozenset({"load", "receive", "exchange", "source", "hub"})
SENDS = re.compile(
    r"^(a?)(add|insert|upsert|put|write|save|send|publish|upload|set|create|update|delete|remove|push|index|store|produce|emit|bulk|ingest|import|append|execute_many|drop)(_|$|[A-Z])"
)
GETS = re.compile(
    r"^(a?)(get|query|search|find|read|fetch|list|scan|select|download|consume|poll|receive|retrieve|similarity|lookup|export|sample|count|iter|all|one|first|invoke)(_|$|[A-Z])"
)


def library(
    m: Machine, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Call a name of a library."""
    api = m.catalogue.find(name)
    last = name.rpartition(".")[2]
    if api is None and (recv.atoms or recv.origins):
        resource = held(recv)
        if resource is not None and not resource.key.startswith("memory:"):
            by_verb = _verb(m, name, resource, [*args, *named.values()], node)
            if by_verb is not None:
                return by_verb
        api = m.catalogue.any.get(last)
    if api is None:
        return unknown(m, name, [recv, *args], named, node)
    return apply(m, api, name, args, named, node, recv)


def _verb(m: Machine, name: str, resource: Resource, given: list[Value], node: ast.AST) -> Value | None:
    """Understand a method of a connected client by its verb."""
    last = name.rpartition(".")[2]
    if name.rpartition(".")[0].endswith("Stub"):
        ask = Api(call="", do="exchange", arg="self", type="web-service", says="request")
        return apply(m, ask, name, given, {}, node, Value((Instance(name, resource),)))
    if SENDS.match(last):
        m.event("store", node, resource)
        for value in given:
            m.use(value, node, resource)
        return Value((Instance(_result_type(name), resource),))
    if GETS.match(last):
        m.event("receive", node, resource)
        for value in given:
            m.use(value, node)
        return Value((Instance(_result_type(name)),), m.asked(resource))
    return None


def method_of_object(
    m: Machine,
    owner: Object,
    name: str,
    args: list[Value],
    named: dict[str, Value],
    node: ast.AST,
    recv: Value,
) -> Value:
    """Call a method that an object has from a library's class."""
    kept = django.saved(m, owner, name, [*args, *named.values()], node)
    if kept is not None:
        return kept
    for base in owner.cls.externals():
        if m.catalogue.find(f"{base}.{name}") is not None:
            return library(m, f"{base}.{name}", args, named, node, recv)
    if not owner.cls.externals() and name in owner.attrs:
        return unknown(m, name, [recv, *args], named, node)
    return library(m, f"{next(iter(owner.cls.externals()), owner.cls.name)}.{name}", args, named, node, recv)


def construct(
    m: Machine, base: str, made: Object, args: list[Value], named: dict[str, Value], node: ast.AST
) -> None:
    """Make an object whose class inherits a library's constructor."""
    api = m.catalogue.find(base)
    if api is not None and api.do == "connect":
        result = apply(m, api, base, args, named, node, UNKNOWN)
        made.resource = held(result)


def is_model_class(externals: list[str]) -> bool:
    """Tell whether a class is a neural network or estimator."""
    return any(
        name.endswith(
            (
                ".Module",
                ".LightningModule",
                ".Model",
                ".PreTrainedModel",
                ".BaseEstimator",
                ".ClassifierMixin",
                "nn.Module",
            )
        )
        or name in {"torch.nn.Module", "tensorflow.keras.Model", "keras.Model"}
        for name in externals
    )


def unknown(m: Machine, name: str, args: list[Value], named: dict[str, Value], node: ast.AST) -> Value:
    """Call something that nobody described: it works with its arguments, and makes something of them."""
    results = [_called(m, value, [*args, *named.values()], node) for value in [*args, *named.values()]]
    everything = [*args, *named.values()]
    carrying = [value for value in everything if value.origins]
    for value in carrying:
        m.use(value, node)
    _handles(m, args, named, node)
    resource = held(join(*(args if name.endswith("Stub") else args[:1]))) if name.count(".") else None
    made = m.made() if carrying else frozenset()
    own = Value((Instance(_result_type(name), resource),), made)
    return join(own, *[value for value in results if value is not None])


def _result_type(name: str) -> str:
    """Return the type of what a call returns: a class's object, or just what that function made."""
    last = name.rpartition(".")[2]
    return name if last[:1].isupper() or not last else f"{name}()"


def _called(m: Machine, value: Value, others: list[Value], node: ast.AST) -> Value | None:
    """Call a function that is handed to a library."""
    items = [_item(m, atom, node) for atom in value.atoms if isinstance(atom, Object)]
    functions = tuple(atom for atom in value.atoms if isinstance(atom, Function))
    partial = next((atom for atom in value.atoms if isinstance(atom, Partial)), None)
    if partial is not None and not functions:
        carried = cap(frozenset().union(*(other.origins for other in others)))
        return m.acts.call(m, Value((partial,)), [Value((), carried)], {}, node)
    if not functions:
        return join(*items) if items else None
    carried = cap(frozenset().union(*(other.origins for other in others)))
    given = [other for other in others if other is not value]
    first = Value((), carried)
    needed = functions[0].needed
    args = [*given, *[first] * needed][:needed] if len(given) >= needed else [first] * needed
    return m.acts.call(m, Value(functions), args, {}, node)


def _item(m: Machine, atom: Object, node: ast.AST) -> Value:
    """A library that is given a data set asks it for its items."""
    if not any("Dataset" in base or "Sequence" in base for base in atom.cls.externals()):
        return UNKNOWN
    for name in ("__getitem__", "__iter__"):
        method = of_class(atom.cls, name, atom)
        function = method.first(Function) if method is not None else None
        if function is not None:
            asked = [UNKNOWN] if name == "__getitem__" else []
            return Value((), m.acts.call_function(m, function, asked, {}, node).origins)
    return UNKNOWN


def _driven(m: Machine, value: Value, name: str, node: ast.AST) -> None:
    """A library calls the methods of objects whose class it made (`start_client(client=MyClient())`)."""
    top = name.partition(".")[0]
    for atom in value.atoms:
        if isinstance(atom, Object) and any(base.partition(".")[0] == top for base in atom.cls.externals()):
            for part in atom.cls.attrs.values():
                for function in part.atoms:
                    if isinstance(function, Function) and not function.name.rpartition(".")[2].startswith(
                        "_"
                    ):
                        bound = Function(
                            function.node, function.module, function.name, function.outer, atom, atom.cls
                        )
                        given = [Value((), m.made())] * bound.needed
                        m.use(m.acts.call_function(m, bound, given, {}, node), node)


def _handles(m: Machine, args: list[Value], named: dict[str, Value], node: ast.AST) -> None:
    """Data that goes into an open file through a library (`json.dump(data, file)`)."""
    values = [*args, *named.values()]
    for value in values:
        for atom in value.atoms:
            if (
                isinstance(atom, Instance)
                and atom.type == "io.file"
                and atom.extra.get("writes")
                and atom.resource
            ):
                for other in values:
                    if other is not value:
                        m.use(other, node, atom.resource)


def _uses_secrets(m: Machine, values: tuple[Value, ...], node: ast.AST) -> None:
    """A credential that a library is given is used, whatever the call does with it."""
    for value in values:
        resources = [origin.resource for origin in value.origins if origin.resource is not None]
        if any(resource.key.startswith("secret:") for resource in resources):
            m.use(value, node)


def apply(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Do what the catalogue says of a call."""
    _uses_secrets(m, (*args, *named.values()), node)
    if api.do == "ignore":
        return Value((Instance(api.returns or _result_type(name)),))
    if api.do == "pass":
        return (
            args[0]
            if args and not recv.atoms
            else recv.with_origins(args[0].origins if args else frozenset())
        )
    if api.do in specials.SPECIALS:
        return specials.SPECIALS[api.do](m, api, name, args, named, node, recv)
    if api.do == "exchange" and any(
        isinstance(atom, Instance) and atom.extra.get("parts") for atom in recv.atoms
    ):
        chains = [atom for atom in recv.atoms if isinstance(atom, Instance)]
        return join(*[prompts.run_chain(m, atom, [*args, *named.values()], node) for atom in chains])
    if api.do in frameworks.DOES:
        return frameworks.do(m, api, name, args, named, node, recv)
    if api.do in {"load", "store", "connect", "send", "receive", "exchange", "delete", "source", "hub"}:
        return _resourceful(m, api, name, args, named, node, recv)
    if api.role or api.do in ROLES:
        m.event(api.do, node, held(recv), api.says, api.role)
    results = [_called(m, value, [*args, *named.values()], node) for value in [*args, *named.values()]]
    values = [*args, *named.values()]
    for value in values if api.do == "fit" else [recv, *values]:
        m.use(value, node)
    returned = Instance(api.returns or _result_type(name))
    if api.do in {"input", "show"}:
        m.event(api.do, node, None, _label(args, named))
        made = m.made() if api.do == "input" else frozenset()
        typed = tuple(text for key in ("value", "default") if key in named for text in named[key].texts())
        return Value((*typed, returned), made)
    if api.do == "fit":
        return Value(recv.atoms or (returned,), cap(m.made()))
    carrying = recv.origins or any(value.origins for value in values) or api.do in ROLES
    kept = [value for value in results if value is not None]
    return join(Value((returned,), m.made() if carrying else frozenset()), *kept)


def _label(args: list[Value], named: dict[str, Value]) -> str:
    label = named.get("label") or (args[0] if args else UNKNOWN)
    return paths.known_part(label.text() or "")[:80]


def _resourceful(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    target = argument(api.arg, args, named, recv) if api.arg else UNKNOWN
    resources = find(m, api, target, node, recv)
    if not resources and target.origins:
        m.use(target, node)
    if api.arg == "self" and resources and resources[0].type == "database":
        resources = sql.mapped(m, [*args, *named.values()], resources[0], node) or resources
    returned = Instance(api.returns or _result_type(name), resources[0] if resources else None)
    others = [value for value in [*args, *named.values()] if value is not target]
    for value in others:
        _called(m, value, others, node)
        _driven(m, value, name, node)
    _embeds(m, api, returned, recv, others, node)
    if api.do == "exchange" and "tools" in named:
        agents.described(m, named["tools"], node)
    if api.do == "connect":
        for resource in resources:
            m.event("connect", node, resource, api.says)
        return Value((returned,))
    payload = (
        join(*[argument(part, args, named, recv) for part in api.data.split()])
        if api.data
        else join(recv if api.arg != "self" else UNKNOWN, *others)
    )
    lazy = api.do in {"load", "source", "hub"}
    if api.also and (resources or not recv.atoms):
        origin = m.resource(api.also, "data-provider", api.also.partition(":")[2], m.at(node))
        resources = resources or [origin]
        m.moves += [(origin, resource, m.at(node), api.says) for resource in resources]
    asked = [m.asked(resource) for resource in resources]
    origins = frozenset(Origin(resource=r) for r in resources) if lazy else frozenset().union(*asked)
    for resource in resources:
        _note(m, api, resource, payload, node)
    for value in others if api.do in _READING or api.data else ():
        m.use(value, node)
    if api.do in _READING:
        if api.do != "exchange" and not api.returns.endswith("!"):
            returned.resource = None
        return Value((returned,), origins or (frozenset() if lazy else m.made()))
    return Value((returned,))


def _embeds(
    m: Machine, api: Api, returned: Instance, recv: Value, others: list[Value], node: ast.AST
) -> None:
    """An index that was given a service for embeddings asks it whenever something is added or searched."""
    held = [
        a.resource
        for v in others
        for a in v.atoms
        if isinstance(a, Instance) and a.type == "langchain.embedder" and a.resource
    ]
    for atom in recv.atoms:
        if isinstance(atom, Instance):
            held += atom.extra.get("embeds", [])
    if not held:
        return
    returned.extra["embeds"] = held
    if api.do in {"store", "send", "receive"}:
        for resource in held[:2]:
            m.event("store", node, resource, "text to embed")
            m.event("receive", node, resource, "embeddings")


def _note(m: Machine, api: Api, resource: Resource, payload: Value, node: ast.AST) -> None:
    if api.do in {"store", "send", "exchange", "delete"}:
        m.event("store", node, resource, api.says or ("deletion" if api.do == "delete" else ""), api.role)
        m.use(payload, node, resource)
        _refine(resource, payload)
    if api.do in {"load", "receive", "exchange", "source", "hub"}:
        said = "answer" if api.do == "exchange" and api.says else api.says
        detail = api.role or ("exchange" if api.do == "exchange" else "")
        m.event({"exchange": "receive"}.get(api.do, api.do), node, resource, said, detail)


def _refine(resource: Resource, payload: Value) -> None:
    """What is written tells what the file is: a trained model, or data."""
    if resource.type not in {"", "file-store", "dataset-store"} and not resource.key.endswith(
        (".bin", ".pkl", ".pickle")
    ):
        return
    for atom in payload.atoms:
        kind = atom.type if isinstance(atom, Instance) else ""
        if (isinstance(atom, Object) and is_model_class(atom.cls.externals())) or _is_model_type(kind):
            resource.type = "model-artifact"
            return


def _is_model_type(name: str) -> bool:
    return bool(
        re.match(
            r"^(sklearn\.(?!model_selection\.train_test_split|metrics|datasets|utils)|xgboost|lightgbm|catboost|statsmodels|keras|tensorflow\.keras|torch\.nn|prophet|implicit|surprise)",
            name,
        )
    ) or name.endswith((".state_dict", ".fit"))

"""Calls that the catalogue marks as needing a closer look: requests, SQL, chains, cloud clients, feature views."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mantlet.discovery.python import (
    actors,
    agents,
    django,
    documents,
    features,
    fluent,
    frameworks,
    graphs,
    hubs,
    luigi,
    prompts,
    queues,
    requests,
    sql,
)
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.given import everything, use_all
from mantlet.discovery.python.resources import argument, find
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Function,
    Instance,
    Mapping,
    Value,
    constant,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

_LOCAL = re.compile(r"(\bto\s+)?'([^']+\.(?:csv|parquet|json|jsonl|tsv))'", re.IGNORECASE)
Call = Callable[["Machine", Api, str, list[Value], dict[str, Value], ast.AST, Value], Value]


def _mode(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`model.train()` and `model.eval()` tell what the code round them does."""
    del name
    known = args[0].atoms[0] if args and args[0].atoms else True
    m.event("mode", node, None, detail=api.role if known is not False else "evaluation-job")
    del named
    return recv


def _forward(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    m.event("forward", node, None, detail=api.role)
    use_all(m, [recv, *everything(args, named)], node)
    return Value((Instance(name),), m.made())


def _respond(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Send to whoever is at the other end of a socket: the handler's answer, wherever it is sent."""
    del api, name, recv
    before = m.frame
    for frame in before.up() if before else ():
        if frame.entry == "endpoint":
            made = m.made()
            m.frame = frame
            m.event("respond", node)
            use_all(
                m,
                [
                    value.with_origins(made) if before is not frame else value
                    for value in everything(args, named)
                ],
                node,
            )
            m.frame = before
            break
    return UNKNOWN


def _answer(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    del api, recv
    values = [value for key, value in named.items() if key not in {"status_code", "status", "headers"}] + args
    use_all(m, values, node)
    carried = m.made() if any(value.origins or value.atoms for value in values) else frozenset()
    if name.endswith("Response") and not values:
        return constant(None)
    return Value((Instance(name),), carried)


def _cloud(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`boto3.client("s3")`: the class depends on an argument."""
    del m, name, node, recv
    service = one(argument(api.arg, args, named, UNKNOWN)).replace(HOLE, "")
    return Value((Instance(f"boto3.{service or 'client'}"),))


def _sql(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A statement's text tells whether it reads or writes, and which table."""
    del name
    return sql.run(m, api, args, named, node, recv)


def _to_sql(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    del name
    return sql.write(m, api, args, named, node, recv)


def _rows(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    del api, name, args, named
    return sql.rows(m, recv, node)


def _text(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Keep the text of a statement that is wrapped in an object."""
    del m, api, named, node, recv
    made = Instance(name)
    made.extra["texts"] = [str(text) for value in args[:1] for text in value.texts()]
    return Value((made,))


def _subscribe(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A consumer reads the topics that it subscribes to."""
    del name
    topics = find(m, api, argument(api.arg, args, named, UNKNOWN), node, UNKNOWN)
    for atom in recv.atoms:
        if isinstance(atom, Instance) and topics:
            atom.resource = topics[0]
    return UNKNOWN


def _show(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    del recv
    use_all(m, everything(args, named), node)
    m.event(api.do, node, None, detail=name)
    return Value((Instance(name),))


def _ui(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A user interface round a function: what people type goes in, what it returns is shown."""
    m.event("ui", node, None, detail=name)
    target = argument(api.arg, args, named, UNKNOWN) if api.arg else UNKNOWN
    for atom in target.atoms:
        if isinstance(atom, Function):
            count = len(atom.node.args.args) - (atom.owner is not None)
            m.event("input", node)
            m.use(m.acts.call(m, Value((atom,)), [Value((), m.made())] * count, {}, node), node)
            m.event("show", node)
    del recv
    return Value((Instance(name),))


def _dag(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    del api, recv
    label = one(named.get("dag_id") or (args[0] if args else UNKNOWN)).replace(HOLE, "*")
    m.event("dag", node, None, detail=label)
    return Value((Instance(name),))


def _log(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    del api, recv
    values = everything(args, named)
    for value in values:
        m.use(value, node)
    if any(value.origins for value in values):
        m.event("log", node, None, detail=name)
    return UNKNOWN


def _listen(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """The code that is read answers itself under a key."""
    del name, args, named, recv
    if m.frame is not None:
        m.listens.append((m.frame, api.key, m.at(node)))
        m.event("listen", node, None, detail=api.role)
    return UNKNOWN


def _parameter(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A declared parameter is worth its default."""
    del m, api, name, node, recv
    return named.get("default") or (args[1] if len(args) > 1 else UNKNOWN)


def _copy_object(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Copy from bucket to bucket."""
    del name, args, recv
    given = named.get("CopySource", UNKNOWN)
    mapping = given.first(Mapping)
    source = (
        one(mapping.items.get("Bucket", UNKNOWN)) if mapping is not None else one(given).partition("/")[0]
    )
    for text, do in ((source, "receive"), (one(named.get("Bucket", UNKNOWN)), "store")):
        if HOLE not in text and text:
            m.event(do, node, m.resource(f"bucket:s3:{text}", api.type, text, m.at(node)), "objects")
    return UNKNOWN


def _memmap(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """An array that lies in a file: read, or made there."""
    mode = one(named.get("mode") or (args[2] if len(args) > 2 else UNKNOWN))
    deed = Api(
        call="",
        do="store" if mode.startswith("w") else "load",
        arg=api.arg,
        type=api.type,
        returns="numpy.ndarray",
    )
    return m.acts.apply(m, deed, name, args, named, node, recv)


def _variable(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A variable of the orchestrator, as a file of the repository or the environment sets it."""
    del api, name, recv
    key = one(args[0]) if args else one(named.get("key") or UNKNOWN)
    for path in sorted(m.settings.files):
        if re.search(r"(^|/)variables[\w.-]*\.json$", path):
            found = documents.load(m, f"\x01/{path}")
            mapping = found.first(Mapping) if found is not None else None
            if mapping is not None and key in mapping.items:
                return mapping.items[key]
    fallback = named.get("default_var") or named.get("default") or (args[1] if len(args) > 1 else UNKNOWN)
    return m.environment(f"AIRFLOW_VAR_{key.upper()}", fallback, node) if HOLE not in key else fallback


def _sql_local(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """SQL over files and frames in memory: files are named in quotes, other names are variables."""
    for text in (text for value in args[:1] for text in sql.texts(value)):
        for to, path in _LOCAL.findall(text):
            deed = Api(call="", do="store" if to else "load", arg="path", data="data", type="dataset-store")
            made = {"path": constant(path), "data": Value((), m.made() if to else frozenset())}
            m.acts.apply(m, deed, name, [], made, node, UNKNOWN)
    del api, named, recv
    for value in args:
        m.use(value, node)
    return Value((Instance("pandas.DataFrame"),), m.made())


def _get_file(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Fetch something into a local file: `data` names the file."""
    got = m.acts.apply(m, replace(api, do="receive", data="", returns=""), name, args, named, node, recv)
    target = argument(api.data, args, named, UNKNOWN)
    if target.atoms:
        deed = Api(call="", do="store", arg="path", data="got", type="dataset-store")
        m.acts.apply(m, deed, name, [], {"path": target, "got": got}, node, UNKNOWN)
    return got


def _put_file(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Send a local file somewhere: `data` names the file."""
    source = argument(api.data, args, named, UNKNOWN)
    deed = Api(call="", do="load", arg="0", type="dataset-store")
    read = m.acts.apply(m, deed, name, [source], {}, node, UNKNOWN) if source.atoms else UNKNOWN
    kept = [value for value in args if value is not source]
    return m.acts.apply(m, replace(api, do="send", data=""), name, [*kept, read], named, node, recv)


SPECIALS: dict[str, Call] = {
    "django-get": django.fetched, "django-file": django.stored, "django-open": django.stored,
    "runner": actors.runner, "depends-on": actors.depends,
    "get-file": _get_file, "put-file": _put_file,
    "sql-local": _sql_local,
    "include-urls": frameworks.include, "engine": prompts.engine, "agent": agents.make, "agent-task": agents.task, "crew": agents.crew, "agent-run": agents.start,
    "variable": _variable,
    "memmap": _memmap,
    "celery": queues.make, "celery-settings": queues.configure, "broker": queues.broker, "enqueue": queues.enqueue, "enqueue-function": queues.enqueue_function, "task-result": queues.result, "xcom": queues.pulled,
    "copy-object": _copy_object,
    "listen": _listen, "parameter": _parameter,
    "load-dataset": hubs.load_dataset, "training-arguments": hubs.training_arguments,
    "data": requests.data,
    "pretrained": hubs.pretrained, "load-self": hubs.load_self, "graph": graphs.graph, "graph-node": graphs.add_node,
    "graph-edge": graphs.add_edge, "operator": graphs.operator, "graph-end": graphs.compiled, "container-op": graphs.container_op, "luigi-target": luigi.target, "luigi-open": luigi.opened, "luigi-input": luigi.given,
    "component": graphs.component, "wrap": graphs.wrap,
    "mode": _mode, "forward": _forward, "respond": _respond, "answer": _answer, "http-get": requests.http_get, "http-send": requests.http_send,
    "cloud": _cloud, "sql": _sql, "to-sql": _to_sql, "flask-database": sql.flask_database, "rows": _rows, "text": _text, "subscribe": _subscribe,
    "fluent": fluent.fluent, "fluent-end": fluent.fluent_end, "provider": prompts.by_provider, "chain": prompts.chain, "result": features.result, "feature-source": features.feature_source,
    "feature-view": features.feature_view, "show": _show, "ui": _ui, "dag": _dag, "log": _log, "print": _show,
}  # fmt: skip

"""Calls that the catalogue marks as needing a closer look: requests, SQL, chains, cloud clients, feature views."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mantlet.discovery.python import graphs, paths, sql
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.trace import Resource
from mantlet.discovery.python.values import (
    HOLE,
    NONE,
    UNKNOWN,
    External,
    Function,
    Instance,
    Mapping,
    Object,
    Origin,
    Sequence,
    Value,
    cap,
    join,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine

Call = Callable[["Machine", Api, str, list[Value], dict[str, Value], ast.AST, Value], Value]
_READS = re.compile(r"\b(?:from|join)\s+([a-zA-Z_][\w.\"`]*)", re.IGNORECASE)


def _all(args: list[Value], named: dict[str, Value]) -> list[Value]:
    return [*args, *named.values()]


def _use_all(m: Machine, values: list[Value], node: ast.AST, into: Resource | None = None) -> None:
    for value in values:
        m.use(value, node, into)


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
    _use_all(m, [recv, *_all(args, named)], node)
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
            _use_all(
                m,
                [value.with_origins(made) if before is not frame else value for value in _all(args, named)],
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
    _use_all(m, values, node)
    carried = m.made() if any(value.origins or value.atoms for value in values) else frozenset()
    if name.endswith("Response") and not values:
        from mantlet.discovery.python.values import constant

        return constant(None)
    return Value((Instance(name),), carried)


def _address(
    m: Machine, api: Api, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> list[Resource]:
    from mantlet.discovery.python.effects import argument

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
    if not found:
        m.unclear(node, "calls an address that isn't clear")
    return found


def _http_get(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    _use_all(m, _all(args, named), node)
    origins: set[Origin] = set()
    for resource in _address(m, api, args, named, node, recv):
        m.event("call", node, resource, detail="GET")
        sends = [named[key] for key in ("params", "json", "data") if key in named]
        if sends:
            _use_all(m, sends, node, resource)
        origins.add(Origin(resource=resource))
    return Value((Instance("http.response"),), frozenset(origins))


def _http_send(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    if name.endswith((".request", ".stream")) and len(args) > 1:
        verb, args = one(args[0]).upper(), args[1:]
    else:
        verb = name.rpartition(".")[2].upper()
    payload = _all(args, named)
    origins: set[Origin] = set()
    for resource in _address(m, api, args, named, node, recv):
        m.event("call", node, resource, detail="WS" if "CONNECT" in verb else verb)
        _use_all(m, payload, node, resource)
        origins.add(Origin(resource=resource))
    _use_all(m, payload, node)
    return Value((Instance("http.response"),), frozenset(origins))


def _cloud(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`boto3.client("s3")`: the class depends on an argument."""
    from mantlet.discovery.python.effects import argument

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
    from mantlet.discovery.python.effects import argument, find

    del name
    topics = find(m, api, argument(api.arg, args, named, UNKNOWN), node, UNKNOWN)
    for atom in recv.atoms:
        if isinstance(atom, Instance) and topics:
            atom.resource = topics[0]
    return UNKNOWN


def _fluent(
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


def _fluent_end(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    from mantlet.discovery.python.effects import argument, find, named_resource

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


def _by_provider(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`init_chat_model("openai/gpt-4o")`: who runs the model is a part of its name."""
    from mantlet.discovery.python.effects import argument

    del recv
    model = one(argument(api.arg, args, named, UNKNOWN)).replace(HOLE, "*")
    provider = one(named.get("model_provider") or UNKNOWN)
    if HOLE in provider:
        provider = re.split(r"[/:]", model)[0] if re.search(r"[/:]", model) else ""
    key, title = PROVIDERS.get(provider.replace("-", "_"), ("", ""))
    if not key:
        key, title = next(
            (found for prefix, found in _PREFIXES.items() if model.startswith(prefix)),
            ("saas:llm", "LLM provider"),
        )
    resource = m.resource(key, "llm-service", title, m.at(node))
    m.event("connect", node, resource)
    return Value((Instance(api.returns or name, resource),))


PROVIDERS = {
    "openai": ("saas:openai", "OpenAI API"), "azure_openai": ("saas:azure-openai", "Azure OpenAI"), "azure": ("saas:azure-openai", "Azure OpenAI"),
    "anthropic": ("saas:anthropic", "Anthropic API"), "google_genai": ("saas:gemini", "Google Gemini API"), "gemini": ("saas:gemini", "Google Gemini API"),
    "google_vertexai": ("saas:vertex-ai", "Vertex AI"), "vertex_ai": ("saas:vertex-ai", "Vertex AI"), "bedrock": ("saas:bedrock", "Amazon Bedrock"),
    "cohere": ("saas:cohere", "Cohere API"), "mistralai": ("saas:mistral", "Mistral API"), "mistral": ("saas:mistral", "Mistral API"),
    "groq": ("saas:groq", "Groq API"), "ollama": ("saas:ollama", "Ollama"), "fireworks": ("saas:fireworks", "Fireworks API"),
    "together": ("saas:together", "Together API"), "deepseek": ("saas:deepseek", "DeepSeek API"), "xai": ("saas:xai", "xAI API"),
    "huggingface": ("saas:huggingface-inference", "Hugging Face inference API"), "openrouter": ("saas:openrouter", "OpenRouter"),
    "voyageai": ("saas:voyage", "Voyage AI"),
}  # fmt: skip
_PREFIXES = {
    "gpt": PROVIDERS["openai"], "o1": PROVIDERS["openai"], "o3": PROVIDERS["openai"], "text-embedding": PROVIDERS["openai"],
    "claude": PROVIDERS["anthropic"], "gemini": PROVIDERS["gemini"], "command": PROVIDERS["cohere"], "mistral": PROVIDERS["mistral"],
    "deepseek": PROVIDERS["deepseek"], "llama": PROVIDERS["groq"],
}  # fmt: skip


def _chain(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A chain or agent calls the models, retrievers and tools that it is made of."""
    del name, recv
    made = Instance(api.returns or "langchain.chain")
    parts = [atom for value in _all(args, named) for atom in _flattened(value)]
    made.extra["parts"] = parts
    made.resource = next(
        (
            atom.resource
            for atom in parts
            if getattr(atom, "resource", None) is not None and atom.resource.type == "llm-service"
        ),
        None,
    )
    if api.role:
        m.event("agent", node, None, detail=api.role)
    return Value((made,), cap(frozenset().union(*(value.origins for value in _all(args, named)))))


def _flattened(value: Value, depth: int = 0) -> list[Any]:
    found: list[Any] = []
    for atom in value.atoms:
        if isinstance(atom, Sequence) and depth < 3:
            for item in atom.items[:16]:
                found += _flattened(item, depth + 1)
        elif isinstance(atom, Mapping) and depth < 3:
            for item in list(atom.items.values())[:16]:
                found += _flattened(item, depth + 1)
        else:
            found.append(atom)
    return found


def run_chain(m: Machine, atom: Instance, args: list[Value], node: ast.AST, depth: int = 0) -> Value:
    """Call a chain: each part gets what comes in, and the answer is the last one's."""
    from mantlet.discovery.python.calls import call

    origins: frozenset[Origin] = frozenset()
    for part in atom.extra.get("parts", ()):
        if isinstance(part, Instance) and part.extra.get("parts") and depth < 6:
            origins |= run_chain(m, part, args, node, depth + 1).origins
        elif isinstance(part, Instance) and part.resource is not None:
            m.event("receive", node, part.resource, _says(part))
            if part.resource.type == "llm-service" or part.type == "langchain.llm":
                m.event("store", node, part.resource, "prompt")
                _use_all(m, args, node, part.resource)
        elif isinstance(part, Function):
            origins |= call(m, Value((part,)), args[:1], {}, node).origins
    _use_all(m, args, node)
    return Value((Instance("langchain.answer"),), cap(origins | m.made()))


def _says(part: Instance) -> str:
    return "retrieved passages" if part.type.endswith(("vectorstore", "Engine")) else "answer"


def _result(
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


def _feature_source(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    from mantlet.discovery.python.effects import argument

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


def _feature_view(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    from mantlet.discovery.python.effects import argument

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


def _show(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    del recv
    _use_all(m, _all(args, named), node)
    m.event(api.do, node, None, detail=name)
    return Value((Instance(name),))


def _ui(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A user interface round a function: what people type goes in, what it returns is shown."""
    from mantlet.discovery.python.calls import call
    from mantlet.discovery.python.effects import argument

    m.event("ui", node, None, detail=name)
    target = argument(api.arg, args, named, UNKNOWN) if api.arg else UNKNOWN
    for atom in target.atoms:
        if isinstance(atom, Function):
            count = len(atom.node.args.args) - (atom.owner is not None)
            m.event("input", node)
            m.use(call(m, Value((atom,)), [Value((), m.made())] * count, {}, node), node)
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
    values = _all(args, named)
    for value in values:
        m.use(value, node)
    if any(value.origins for value in values):
        m.event("log", node, None, detail=name)
    return UNKNOWN


def _pretrained(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Weights that a constructor fetches when asked for them."""
    del recv
    asked = next((named[key] for key in api.arg.split("|") if key in named), None)
    if (asked is None and not api.default) or (
        asked is not None and asked.atoms and asked.atoms[0] in (NONE, False)
    ):
        return Value((Instance(api.returns or name),), m.made())
    for text in asked.texts() if asked is not None else ():
        if paths.SUFFIX_TYPES.get(text.rpartition(".")[2].lower()):
            key = paths.of_path(text, m.script, m.settings)
            resource = m.resource(key, "model-artifact", paths.name_of(key), m.at(node))
            m.event("load", node, resource)
            return Value((Instance(api.returns or name),), frozenset({Origin(resource=resource)}))
    resource = m.resource(api.key, api.type, api.name, m.at(node))
    m.event("hub", node, resource, "model weights")
    del args
    return Value((Instance(api.returns or name),), frozenset({Origin(resource=resource)}))


def _load_self(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`model.load_model(path)`: the object itself is what was loaded."""
    from mantlet.discovery.python.effects import argument, find

    del name
    found = find(m, api, argument(api.arg, args, named, UNKNOWN), node, UNKNOWN)
    for resource in found:
        m.event("load", node, resource)
    origins = frozenset(Origin(resource=resource) for resource in found)
    for atom in recv.atoms:
        if isinstance(atom, Instance):
            atom.extra["loaded"] = origins
    return Value(recv.atoms, origins)


def _data(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Plain data, which has no methods that do anything."""
    del m, api, name, args, named, node
    return Value((), recv.origins)


def _load_dataset(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`load_dataset("csv", data_files=path)` reads files; a name is one of the hub."""
    from mantlet.discovery.python.effects import apply, argument

    kind = one(argument(api.arg, args, named, UNKNOWN))
    files = named.get("data_files") or named.get("data_dir")
    if (
        kind in {"csv", "json", "parquet", "text", "imagefolder", "audiofolder", "arrow", "pandas"}
        and files is not None
    ):
        reading = Api(call="", do="load", arg="0", type="dataset-store", returns=api.returns)
        inner = files.first(Mapping)
        return apply(m, reading, name, [inner.any() if inner is not None else files], {}, node, recv)
    texts = argument(api.arg, args, named, UNKNOWN).texts()
    if texts and (
        texts[0].startswith((".", "/", "\x01")) or paths.SUFFIX_TYPES.get(texts[0].rpartition(".")[2].lower())
    ):
        return apply(
            m,
            Api(call="", do="load", arg="0|path", type="dataset-store", returns=api.returns),
            name,
            args,
            named,
            node,
            recv,
        )
    return apply(
        m,
        Api(
            call="", do="source", arg=api.arg, key=api.key, type=api.type, returns=api.returns, says=api.says
        ),
        name,
        args,
        named,
        node,
        recv,
    )


def _training_arguments(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Where checkpoints go, and which tracker hears of the run."""
    from mantlet.discovery.python.effects import apply

    reported = named.get("report_to", UNKNOWN)
    listed = reported.first(Sequence)
    for text in [*reported.texts(), *(t for item in (listed.items if listed else []) for t in item.texts())]:
        tracker = {
            "wandb": ("saas:wandb", "Weights & Biases"),
            "mlflow": ("saas:mlflow", "MLflow"),
            "comet_ml": ("saas:comet", "Comet"),
        }.get(text)
        if tracker:
            m.event(
                "store", node, m.resource(tracker[0], "experiment-tracker", tracker[1], m.at(node)), "metrics"
            )
    return apply(
        m,
        Api(call="", do="store", arg=api.arg, type=api.type, returns=api.returns),
        name,
        args,
        named,
        node,
        recv,
    )


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


SPECIALS: dict[str, Call] = {
    "copy-object": _copy_object,
    "listen": _listen, "parameter": _parameter,
    "load-dataset": _load_dataset, "training-arguments": _training_arguments,
    "data": _data,
    "pretrained": _pretrained, "load-self": _load_self, "graph": graphs.graph, "graph-node": graphs.add_node,
    "graph-edge": graphs.add_edge, "operator": graphs.operator, "graph-end": graphs.compiled, "container-op": graphs.container_op, "wrap": graphs.wrap,
    "mode": _mode, "forward": _forward, "respond": _respond, "answer": _answer, "http-get": _http_get, "http-send": _http_send,
    "cloud": _cloud, "sql": _sql, "to-sql": _to_sql, "rows": _rows, "text": _text, "subscribe": _subscribe,
    "fluent": _fluent, "fluent-end": _fluent_end, "provider": _by_provider, "chain": _chain, "result": _result, "feature-source": _feature_source,
    "feature-view": _feature_view, "show": _show, "ui": _ui, "dag": _dag, "log": _log, "print": _show,
}  # fmt: skip
_ = External

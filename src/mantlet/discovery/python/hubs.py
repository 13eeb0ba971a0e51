"""Models and data sets that are fetched, and where training leaves its results."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mantlet.discovery.python import paths
from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.resources import argument, find
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    NONE,
    UNKNOWN,
    Instance,
    Mapping,
    Origin,
    Sequence,
    Value,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def pretrained(
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


def load_self(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`model.load_model(path)`: the object itself is what was loaded."""
    del name
    found = find(m, api, argument(api.arg, args, named, UNKNOWN), node, UNKNOWN)
    for resource in found:
        m.event("load", node, resource)
    origins = frozenset(Origin(resource=resource) for resource in found)
    for atom in recv.atoms:
        if isinstance(atom, Instance):
            atom.extra["loaded"] = origins
    return Value(recv.atoms, origins)


def load_dataset(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`load_dataset("csv", data_files=path)` reads files; a name is one of the hub."""
    kind = one(argument(api.arg, args, named, UNKNOWN))
    files = named.get("data_files") or named.get("data_dir")
    if (
        kind in {"csv", "json", "parquet", "text", "imagefolder", "audiofolder", "arrow", "pandas"}
        and files is not None
    ):
        reading = Api(call="", do="load", arg="0", type="dataset-store", returns=api.returns)
        inner = files.first(Mapping)
        return m.acts.apply(m, reading, name, [inner.any() if inner is not None else files], {}, node, recv)
    texts = argument(api.arg, args, named, UNKNOWN).texts()
    if texts and (
        texts[0].startswith((".", "/", "\x01")) or paths.SUFFIX_TYPES.get(texts[0].rpartition(".")[2].lower())
    ):
        return m.acts.apply(
            m,
            Api(call="", do="load", arg="0|path", type="dataset-store", returns=api.returns),
            name,
            args,
            named,
            node,
            recv,
        )
    return m.acts.apply(
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


def training_arguments(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """Where checkpoints go, and which tracker hears of the run."""
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
    return m.acts.apply(
        m,
        Api(call="", do="store", arg=api.arg, type=api.type, returns=api.returns),
        name,
        args,
        named,
        node,
        recv,
    )

"""The last step: things and moves become a draft with names and ids that people would choose."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

import yaml

from mantlet.base.data import read_beside
from mantlet.catalogue.load import load_catalogue
from mantlet.discovery.draft import Draft, DraftElement, DraftFlow
from mantlet.discovery.link.linker import Linker, Node
from mantlet.model.vocabulary import Vocabulary

_DFD = {"external-entity": "external", "process": "process", "data-store": "store"}
_HOSTED = re.compile(r"^(saas|repo|data):")
_LEAST = 0.4
_SURE = 0.6
"""From here on a credential is shown though nothing is seen to read it."""
_CERTAIN = 0.85
_LIKELY = 0.7
_STANDING = frozenset(
    {
        "pipeline-orchestrator",
        "notebook",
        "experiment-tracker",
        "compute-cluster",
        "llm-service",
        "serverless-function",
    }
)
"""Services that do their work without any flow that files show."""
_STEP = 0.75
_QUIET_TYPES = frozenset({"config-store"})


@cache
def _kinds() -> dict[str, str]:
    data = yaml.safe_load(read_beside(__file__, "../kinds.yaml"))
    return {str(key): str(value) for key, value in data.items()}


@cache
def _vocabulary() -> Vocabulary:
    return load_catalogue().vocabulary


@cache
def _words() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = yaml.safe_load(read_beside(__file__, "../data.yaml"))
    return data


def _carried(source: Node, target: Node) -> str:
    """Return what travels, as far as the types of the ends tell."""
    kinds = [_vocabulary().kind(node.type or "process") for node in (source, target)]
    tries = [("from_store" if kinds[0] == "data-store" else "from_process", source)]
    tries.insert(
        0 if kinds[1] == "data-store" else 1,
        ("to_store" if kinds[1] == "data-store" else "to_process", target),
    )
    for table, node in tries:
        told = _words()[table]
        found = next((told[name] for name in _vocabulary().lineage(node.type) if name in told), "")
        if found:
            return found
    return "data"


def dfd_of(node: Node) -> str:
    """Return whether a thing is outside, a process or a store."""
    if node.key.startswith("who:"):
        return "external"
    if (
        any(_HOSTED.match(key) for key in node.keys) and node.type != "experiment-tracker"
    ) or "saas:wandb" in node.keys:
        return "external"
    return _DFD.get(_vocabulary().kind(node.type or "process"), "process")


def kind_of(node: Node) -> str:
    """Return the benchmark's label of a thing."""
    if node.endpoint or any(key.startswith("route:") for key in node.keys):
        return "endpoint"
    kinds = _kinds()
    for name in _vocabulary().lineage(node.type):
        if name in kinds:
            return kinds[name]
    return "service"


def assemble(linker: Linker) -> Draft:
    """Return the draft of all that was linked."""
    nodes = linker.nodes()
    flows = _flows(linker, nodes)
    _finer(nodes, flows, linker)
    _handed(nodes, flows)
    kept = _kept(nodes, flows, linker)
    ids = _ids([nodes[root] for root in kept])
    draft = Draft(parts=linker.parts, not_understood=linker.unclear)
    by_root = dict(zip(kept, ids, strict=True))
    for root in kept:
        draft.elements.append(_element(nodes[root], by_root[root], by_root, linker))
    for (source, target), flow in flows.items():
        if source in by_root and target in by_root:
            draft.flows.append(
                DraftFlow(
                    source=by_root[source],
                    target=by_root[target],
                    data=flow.data or _carried(nodes[source], nodes[target]),
                    evidence=flow.evidence,
                    confidence=flow.confidence,
                    opened_by=by_root.get(flow.opened_by, ""),
                )
            )
    return draft


def _flows(linker: Linker, nodes: dict[str, Node]) -> dict[tuple[str, str], DraftFlow]:
    flows: dict[tuple[str, str], DraftFlow] = {}
    for move in linker.moves:
        source, target = linker.find(move.source), linker.find(move.target)
        if source == target or source not in nodes or target not in nodes or move.confidence < _LEAST:
            continue
        flow = flows.get((source, target))
        opened = linker.find(move.opened_by) if move.opened_by else ""
        if flow is None:
            flows[source, target] = DraftFlow(
                source=source,
                target=target,
                data=move.data,
                evidence=[str(move.at)],
                confidence=move.confidence,
                opened_by=opened,
            )
            continue
        if str(move.at) not in flow.evidence and len(flow.evidence) < 6:
            flow.evidence.append(str(move.at))
        flow.data = flow.data or move.data
        flow.confidence = max(flow.confidence, move.confidence)
    return flows


def _finer(nodes: dict[str, Node], flows: dict[tuple[str, str], DraftFlow], linker: Linker) -> None:
    """Leave out what a whole does with a whole where their parts are known to do it."""
    parts: dict[str, set[str]] = defaultdict(set)
    for root, node in nodes.items():
        if node.parent:
            parts[linker.find(node.parent)].add(root)
    touching = {frozenset(pair) for pair in flows}
    for source, target in list(flows):
        ours, theirs = {source, *parts.get(source, ())}, {target, *parts.get(target, ())}
        finer = [frozenset((a, b)) for a in ours for b in theirs if (a, b) != (source, target)]
        if any(pair in touching for pair in finer if len(pair) == 2):
            del flows[source, target]


def _handed(nodes: dict[str, Node], flows: dict[tuple[str, str], DraftFlow]) -> None:
    """Leave out that one step gives another something, where the store is known that it goes through."""
    into: dict[str, set[str]] = defaultdict(set)
    for source, target in flows:
        if dfd_of(nodes[target]) == "store":
            into[source].add(target)
    for (source, target), flow in list(flows.items()):
        steps = all(any(key.startswith("stage:") for key in nodes[end].keys) for end in (source, target))
        if steps and not flow.data and any((store, target) in flows for store in into[source]):
            del flows[source, target]


def _kept(nodes: dict[str, Node], flows: dict[tuple[str, str], DraftFlow], linker: Linker) -> list[str]:
    """Return the things that take part: connected ones, and the parents of those."""
    real = {
        root
        for root, node in nodes.items()
        if node.things and node.type not in _QUIET_TYPES and node.confidence >= _LEAST
    }
    connected = {end for pair in flows for end in pair if pair[0] in real and pair[1] in real}
    parents = {
        linker.find(thing.parent) for root in connected for thing in nodes[root].things if thing.parent
    } | {linker.find(nodes[root].parent) for root in connected if nodes[root].parent}
    kept = {root for root in real if nodes[root].type == "secret-store" and nodes[root].confidence >= _SURE}
    served = {
        root for root in real if any(key.startswith("route:") and "@code:" in key for key in nodes[root].keys)
    }
    kept |= {root for root in served if linker.find(nodes[root].parent) in parents}
    kept |= {linker.find(key) for key in linker.declared} & real
    kept |= {root for root in real if _declared(nodes[root]) or _told(nodes[root])}
    return [root for root in nodes if root in real and (root in connected or root in parents or root in kept)]


def _declared(node: Node) -> bool:
    """Tell whether a deployment sets up a store, a model or the like, which is there whoever uses it."""
    lineage = set(_vocabulary().lineage(node.type))
    store = "data-store" in lineage and node.type != "log-store"
    return any(key.startswith(("service:", "resource:")) for key in node.keys) and (
        (node.confidence >= _CERTAIN and (store or "inference-service" in lineage))
        or (node.confidence >= _LIKELY and bool(lineage & _STANDING))
        or (
            node.confidence >= _LIKELY
            and node.type != "process"
            and any(k.startswith("service:") for k in node.keys)
        )
    )


def _told(node: Node) -> bool:
    """Tell whether code declares a step of a pipeline: it is one, whatever it does."""
    return node.confidence >= _STEP and any(
        key.startswith("stage:") and key.partition("#")[0].endswith(".py") for key in node.keys
    )


def _ids(nodes: list[Node]) -> list[str]:
    taken: dict[str, int] = defaultdict(int)
    ids = []
    for node in nodes:
        text = re.sub(r"[^a-z0-9]+", "-", node.name.lower()).strip("-") or "thing"
        text = text[:48].strip("-")
        taken[text] += 1
        ids.append(text if taken[text] == 1 else f"{text}-{taken[text]}")
    return ids


def _element(node: Node, name: str, by_root: dict[str, str], linker: Linker) -> DraftElement:
    parent = by_root.get(linker.find(node.parent), "") if node.parent else ""
    places = [str(place) for place in dict.fromkeys(node.places) if place.path]
    return DraftElement(
        id=name,
        name=node.name,
        type=node.type or "process",
        kind=kind_of(node),
        dfd=dfd_of(node),
        parent=parent if parent != name else "",
        evidence=places[:24],
        confidence=round(node.confidence, 2),
        aliases=node.also[:8],
        keys=node.keys[:8],
        facts={fact: (value, str(at)) for fact, (value, at) in node.facts.items()},
        personal={category: str(at) for category, at in node.personal.items()},
    )

"""Generated systems of any size, the same for every tool: N elements, 3 N flows, N/20 boundaries, nothing answered.

`system(n)` is a neutral description; the writers turn it into each tool's own file.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

KINDS = {
    "external-entity": ["user", "external-system", "data-provider", "data-scientist"],
    "process": [
        "web-service",
        "inference-service",
        "training-job",
        "preprocessing-job",
        "llm-app",
        "api-gateway",
        "notebook",
    ],
    "data-store": [
        "database",
        "object-store",
        "model-registry",
        "feature-store",
        "vector-index",
        "training-set",
    ],
}
SHARES = {"external-entity": 0.15, "process": 0.55, "data-store": 0.3}


@dataclass(frozen=True)
class System:
    """Elements as (id, kind, type, boundary), flows as (id, source, target)."""

    elements: list[tuple[str, str, str, str]]
    flows: list[tuple[str, str, str]]
    boundaries: list[str]


def system(n: int, seed: int = 7) -> System:
    """Make a system of n elements; the same n and seed give the same system."""
    rng = random.Random(seed)
    boundaries = [f"zone{number}" for number in range(max(1, n // 20))]
    kinds = rng.choices(list(SHARES), weights=list(SHARES.values()), k=n)
    elements = [
        (f"e{row}", kind, rng.choice(KINDS[kind]), rng.choice(boundaries)) for row, kind in enumerate(kinds)
    ]
    processes = [row for row, kind in enumerate(kinds) if kind == "process"] or [0]
    flows = []
    for number in range(3 * n):
        one, other = rng.choice(processes), rng.randrange(n)
        if one == other:
            other = (other + 1) % n
        source, target = (one, other) if rng.random() < 0.5 else (other, one)
        flows.append((f"f{number}", f"e{source}", f"e{target}"))
    return System(elements, flows, boundaries)


def mantlet_json(made: System) -> str:
    """Write the system as a mantlet model."""
    return json.dumps(
        {
            "mantlet": 1,
            "system": {"name": f"Generated, {len(made.elements)} elements"},
            "boundaries": {name: {"type": "network"} for name in made.boundaries},
            "elements": {name: {"type": kind, "in": [zone]} for name, _, kind, zone in made.elements},
            "flows": {name: {"from": source, "to": target} for name, source, target in made.flows},
        }
    )


PYTM = {"external-entity": "Actor", "process": "Process", "data-store": "Datastore"}


def pytm_json(made: System, only: str = "") -> str:
    """Write the system as pytm's JSON input; ``only`` makes every element of that class."""
    boundaries = [{"name": name} for name in made.boundaries]
    elements = [
        {"__class__": only or PYTM[kind], "name": name, "inBoundary": zone}
        for name, kind, _, zone in made.elements
    ]
    flows = [{"name": name, "source": source, "sink": target} for name, source, target in made.flows]
    return json.dumps({"name": "Generated", "boundaries": boundaries, "elements": elements, "flows": flows})


STRIDER = {
    "external-entity": "STRIDE:Interactor",
    "process": "STRIDE:Process",
    "data-store": "STRIDE:DataStore",
}


def flowstrider_json(made: System) -> str:
    """Write the system as flowstrider's JSON, with all its rule sets on."""
    inside: dict[str, list[str]] = {name: [] for name in made.boundaries}
    for name, _, _, zone in made.elements:
        inside[zone].append(name)
    nodes = {
        name: {"id": name, "name": name, "tags": [STRIDER[kind]], "attributes": {}}
        for name, kind, _, _ in made.elements
    }
    edges = {
        name: {
            "id": name,
            "source_id": source,
            "sink_id": target,
            "name": name,
            "tags": ["STRIDE:Dataflow"],
            "attributes": {},
        }
        for name, source, target in made.flows
    }
    clusters = {
        name: {"id": name, "node_ids": ids, "name": name, "tags": ["STRIDE:TrustBoundary"], "attributes": {}}
        for name, ids in inside.items()
    }
    dfd = {
        "id": "dfd",
        "nodes": nodes,
        "edges": edges,
        "clusters": clusters,
        "name": "Generated",
        "tags": ["stride", "bsi_rules", "linddun_rules"],
        "attributes": {},
    }
    return json.dumps({"dfd_version": "1.0", "dfd": dfd}, indent=1)

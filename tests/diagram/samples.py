"""Models that the diagram tests draw: written by hand in `models/`, the examples, and generated ones."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import msgspec
import yaml

from mantlet.model.entries import Sections
from mantlet.model.model import Model
from mantlet.model.vocabulary import FactDef, TypeDef, Vocabulary

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src/mantlet"


@cache
def vocabulary() -> Vocabulary:
    types = []
    for path in sorted((SOURCE / "catalogue/data/types").glob("*.yaml")):
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
        for name, entry in raw["types"].items():
            types.append(msgspec.convert({**entry, "id": name, "realm": raw["realm"]}, TypeDef, strict=False))
    return Vocabulary(types, list[FactDef]())


def read(path: Path) -> Model:
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
    return Model(msgspec.convert(raw, Sections, strict=False))


def written() -> dict[str, Model]:
    """The models in `models/` and the examples, by name."""
    paths = sorted((HERE / "models").glob("*.yaml"))
    found = {path.stem: read(path) for path in paths}
    for path in sorted((SOURCE / "project/examples").glob("*/threatmodel.yaml")):
        found[path.parent.name] = read(path)
    return found


_TYPES = {
    "external-entity": ("user", "web-source", "data-provider", "device", "labeller"),
    "process": (
        "inference-service",
        "training-job",
        "agent",
        "tool",
        "api-gateway",
        "preprocessing-job",
        "llm-service",
    ),
    "data-store": (
        "object-store",
        "vector-index",
        "model-registry",
        "feature-store",
        "database",
        "inference-log",
    ),
}
_WORDS = [
    "customer",
    "model",
    "raw",
    "feature",
    "index",
    "prompt",
    "label",
    "audit",
    "batch",
    "nightly",
    "edge",
    "score",
    "policy",
    "claim",
    "image",
    "token",
]


def generated(seed: int, elements: int, boundaries: int = 4, *, density: float = 1.35) -> Model:
    """A random connected model: a few hubs, pairs, flows that return, nested boundaries of several dimensions."""
    rng = random.Random(seed)  # noqa: S311
    model = Model(f"Generated {seed}")
    model.data("people", personal=["name"])
    model.data("weights", type="model")
    zones: list[str] = []
    for number in range(boundaries):
        within = rng.choice([*zones[-2:], ""]) if zones else ""
        zones.append(
            model.boundary(
                f"zone{number}",
                rng.choice(["cloud-network", "private-network"]),
                within=within,
                name=_name(rng, 2),
            )
        )
    model.boundary("box", "container", name="Runtime")
    model.boundary("abroad", "jurisdiction", name="Elsewhere")
    names: list[str] = []
    for number in range(elements):
        kind = rng.choice(list(_TYPES))
        within = (
            [] if kind == "external-entity" and rng.random() < 0.7 else [rng.choice([*zones, *zones, ""])]
        )
        within = [zone for zone in within if zone]
        if rng.random() < 0.15:
            within.append("box")
        if rng.random() < 0.1:
            within.append("abroad")
        names.append(
            model.element(
                f"e{number}",
                rng.choice(_TYPES[kind]),
                within=within,
                name=_name(rng, rng.randint(1, 3)),
                out_of_scope="not ours" if rng.random() < 0.05 else "",
            )
        )
    for number in range(1, elements):
        _connect(model, rng, names[rng.randrange(max(0, number - 6), number)], names[number])
    for _ in range(int(elements * (density - 1))):
        first, second = rng.sample(names, 2)
        _connect(model, rng, first, second)
    return model


def _connect(model: Model, rng: random.Random, first: str, second: str) -> None:
    if rng.random() < 0.4:
        first, second = second, first
    returns = ["weights"] if rng.random() < 0.35 else msgspec.UNSET
    sends = ["people"] if rng.random() < 0.4 else ["weights"]
    name = _name(rng, rng.randint(1, 3)).lower()
    opened = second if rng.random() < 0.3 else ""
    model.flow(first, second, sends=sends, returns=returns, name=name, opened_by=opened)
    if rng.random() < 0.15:
        model.flow(second, first, sends=["people"], name=_name(rng, 1).lower())


def _name(rng: random.Random, words: int) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(words)).capitalize()

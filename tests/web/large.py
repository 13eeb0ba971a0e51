"""A large model that looks like a real one: ML systems side by side, each in its own nest of boundaries, talking to each other."""

from __future__ import annotations

from typing import Any

ELEMENTS, FLOWS, BOUNDARIES = 500, 700, 90

_PARTS = (
    ("app", "user", ()),
    ("web", "web-app", ("edge",)),
    ("gateway", "api-gateway", ("edge",)),
    ("api", "inference-service", ("inner",)),
    ("model", "model-artifact", ("inner",)),
    ("features", "feature-store", ("inner",)),
    ("intake", "ingestion-job", ("work",)),
    ("train", "training-job", ("work",)),
    ("lake", "dataset-store", ("work",)),
    ("logs", "log-store", ("inner",)),
)
_FLOWS = (
    ("app", "web", ["requests"], ["scores"], {"protocol": "https"}),
    ("web", "gateway", ["requests"], ["scores"], {"protocol": "https"}),
    ("gateway", "api", ["requests"], ["scores"], {"client_auth": "api-key"}),
    ("model", "api", ["weights"], None, {"access": "read", "verifies_signature": "no"}),
    ("features", "api", ["records"], None, {}),
    ("intake", "lake", ["records"], None, {"encrypted": "yes"}),
    ("lake", "train", ["records"], None, {}),
    ("train", "model", ["weights"], None, {}),
    ("api", "logs", ["scores"], None, {}),
    ("lake", "features", ["records"], None, {}),
)
_NEST = (
    ("zone", "network", ""),
    ("edge", "network", "zone"),
    ("inner", "network", "zone"),
    ("work", "network", "zone"),
)


def large_model(elements: int = ELEMENTS, flows: int = FLOWS, boundaries: int = BOUNDARIES) -> dict[str, Any]:
    """Return a model of that size as plain data, the same every time."""
    systems = -(-elements // len(_PARTS))
    model: dict[str, Any] = {
        "mantlet": 1,
        "system": {"name": "Scoring platform", "business": {"criticality": "high"}},
        "data": {},
        "boundaries": {},
        "elements": {},
        "flows": {},
    }
    for number in range(systems):
        _system(model, number, boundaries)
    model["elements"] = dict(list(model["elements"].items())[:elements])
    _across(model, systems, flows)
    return model


def _system(model: dict[str, Any], number: int, boundaries: int) -> None:
    tag = f"s{number}"
    model["data"].update(
        {
            f"{tag}-records": {
                "name": f"Customer records {number}",
                "classification": "confidential",
                "personal": ["name", "email"],
            },
            f"{tag}-requests": {"name": f"Requests {number}", "personal": ["name"]},
            f"{tag}-weights": {
                "name": f"Weights {number}",
                "type": "model",
                "derived_from": {f"{tag}-records": "train"},
            },
            f"{tag}-scores": {
                "name": f"Scores {number}",
                "type": "prediction",
                "derived_from": {f"{tag}-records": "infer"},
            },
        }
    )
    here = {}
    for name, kind, around in _NEST:
        if len(model["boundaries"]) < boundaries:
            entry = {"type": kind, "name": f"{name.capitalize()} {number}"}
            if around in here:
                entry["in"] = here[around]
            here[name] = f"{tag}-{name}"
            model["boundaries"][here[name]] = entry
    for name, kind, around in _PARTS:
        entry: dict[str, Any] = {"type": kind, "name": f"{name.capitalize()} {number}"}
        if inside := [here[zone] for zone in around if zone in here]:
            entry["in"] = inside
        if name == "lake":
            entry["holds"] = {f"{tag}-records": {"retention": "P1Y"}}
        if name == "api":
            entry["facts"] = {"rate_limited": "no" if number % 2 else "yes"}
        model["elements"][f"{tag}-{name}"] = entry


def _across(model: dict[str, Any], systems: int, flows: int) -> None:
    """Add each system's own flows, then flows from one system to the next until there are enough."""
    for number in range(systems):
        tag = f"s{number}"
        for source, target, sends, returns, facts in _FLOWS:
            _flow(
                model,
                f"{tag}-{source}",
                f"{tag}-{target}",
                [f"{tag}-{name}" for name in sends],
                [f"{tag}-{name}" for name in returns or ()],
                facts,
                flows,
            )
    step = 1
    while len(model["flows"]) < flows and step < systems:
        for number in range(systems):
            here, there = f"s{number}", f"s{(number + step) % systems}"
            _flow(model, f"{here}-lake", f"{there}-train", [f"{here}-records"], [], {}, flows)
            _flow(model, f"{here}-api", f"{there}-logs", [f"{here}-scores"], [], {}, flows)
        step += 1


def _flow(
    model: dict[str, Any],
    source: str,
    target: str,
    sends: list[str],
    returns: list[str],
    facts: dict[str, str],
    flows: int,
) -> None:
    if len(model["flows"]) >= flows or source not in model["elements"] or target not in model["elements"]:
        return
    entry: dict[str, Any] = {"from": source, "to": target, "data": sends}
    if returns:
        entry["returns"] = returns
    if facts:
        entry["facts"] = dict(facts)
    model["flows"].setdefault(f"{source}-to-{target}", entry)

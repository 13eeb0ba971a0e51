"""The routes of the workbench's API with what they take, from its own description."""

from __future__ import annotations

import typing

from tables import Parts, code, table

from mantlet.web.app import api

EVERYWHERE = {"401", "403", "405", "413", "422"}
"""Errors that any request may get."""


def api_routes() -> Parts:
    """A table of the routes for each part of the API."""
    described = api().openapi()
    groups: dict[str, list[list[str]]] = {}
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            groups.setdefault(route["tags"][0], []).append(_row(described, path, method, route))
    return {
        "routes": "\n\n".join(
            f"### {name.capitalize()}\n\n{table(['route', 'what it does', 'takes', 'errors'], rows)}"
            for name, rows in groups.items()
        )
    }


def _row(described: dict[str, typing.Any], path: str, method: str, route: dict[str, typing.Any]) -> list[str]:
    asked = [f"?{item['name']}" for item in route.get("parameters", []) if item["in"] == "query"]
    body = route.get("requestBody", {}).get("content", {})
    shape = body.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields = list(described["components"]["schemas"].get(shape, {}).get("properties", {}))
    if body and not fields:
        fields = ["the file itself"]
    taken = (
        code([*asked, *fields])
        if "the file itself" not in fields
        else ", ".join([code(asked), *fields]).strip(", ")
    )
    statuses = [
        status for status in route["responses"] if status not in EVERYWHERE and not status.startswith("2")
    ]
    text = " ".join(route.get("description", "").split())
    return [f"`{method.upper()} {path.removeprefix('/api')}`", text, taken, " ".join(statuses)]

"""The generated parts of the documentation: commands, catalogue and notices, with the model file and the JSON shapes."""

from __future__ import annotations

import sys
import typing
from collections.abc import Iterator
from unittest import mock

import typer
from api_reference import api_routes
from covering import coverage_tables
from figures import register_figures
from file_reference import file_format
from json_reference import json_shapes
from sessions import screen
from tables import Parts, table

from mantlet.__main__ import run
from mantlet.catalogue.load import Catalogue, load_catalogue
from mantlet.catalogue.schema import Framework, ThreatType
from mantlet.cli.app import app


def commands() -> Parts:
    """The manual of every command, as `--help` prints it."""
    root = typer.main.get_command(app)
    return {
        "commands": "\n\n".join(
            f"## {' '.join(['mantlet', *path])}\n\n```text\n{_manual(path)}\n```" for path in _paths(root)
        )
    }


def _paths(command: typing.Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of a command and of all below it."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from _paths(below, (*path, name))


def _manual(path: tuple[str, ...]) -> str:
    with screen() as shown, mock.patch.object(sys, "argv", ["mantlet", *path, "--help"]):
        run()
        return "\n".join(line.rstrip() for line in shown().splitlines()).strip("\n")


def catalogue_tables(catalogue: Catalogue) -> Parts:
    """What the catalogue has, and how much of each published list it covers."""
    return {
        **coverage_tables(catalogue),
        **register_figures(catalogue),
        "threats": table(
            ["id", "threat", "pack", "categories"], [_threat(item) for item in catalogue.threats.values()]
        ),
        "controls": table(
            ["id", "control", "effort"],
            [[f"`{item.id}`", item.title, item.effort] for item in catalogue.controls.values()],
        ),
    }


def _threat(item: ThreatType) -> list[str]:
    letters = [name[:1].upper() for name in item.stride]
    return [
        f"`{item.id}`",
        item.title,
        item.pack,
        " ".join([*letters, *dict.fromkeys(node.partition(".")[0] for node in item.linddun)]),
    ]


def numbers(catalogue: Catalogue) -> Parts:
    """The catalogue's size in a sentence."""
    elements = sum(item.realm == "element" for item in catalogue.vocabulary.types.values())
    return {
        "numbers": f"The catalogue has {len(catalogue.threats)} threat types and {len(catalogue.controls)} controls in our own words, "
        f"{elements} types of elements, and references to {len(catalogue.frameworks)} published lists: MITRE ATLAS, NIST AI 100-2, OWASP "
        "(ML, LLM, agents, MCP, AI Exchange), Microsoft's, CoSAI, LINDDUN, CWE, CAPEC and more. [Coverage](docs/coverage.md) says, list by "
        "list, what they cover."
    }


def notices(catalogue: Catalogue) -> Parts:
    """The published lists that the catalogue refers to."""
    lists: list[Framework] = sorted(catalogue.frameworks.values(), key=lambda item: item.title.lower())
    return {
        "frameworks": table(
            ["list", "version", "source", "licence"],
            [[item.title, item.version, item.source, item.licence] for item in lists],
        ),
    }


def everything() -> dict[str, Parts]:
    """Return the generated parts of each page, by path below the project."""
    catalogue = load_catalogue()
    return {
        "README.md": numbers(catalogue),
        "docs/file-format.md": file_format(catalogue),
        "docs/cli.md": commands(),
        "docs/json.md": json_shapes(),
        "docs/workbench-api.md": api_routes(),
        "docs/coverage.md": catalogue_tables(catalogue),
        "THIRD-PARTY-NOTICES.md": notices(catalogue),
    }

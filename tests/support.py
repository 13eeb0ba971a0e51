"""Small models and rule packs for tests."""

from __future__ import annotations

import json
import textwrap
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import yaml

from mantlet.analysis.engine import Analysis
from mantlet.catalogue.load import Catalogue, load_catalogue
from mantlet.model.entries import Sections
from mantlet.risk.register import Register

TODAY = date(2026, 11, 24)


def sections(text: str) -> Sections:
    """Read a model's sections from YAML (scalars are text, as the store reads them) or JSON."""
    if text.startswith("{"):
        return msgspec.convert(json.loads(text), Sections, strict=False)
    raw = yaml.load(textwrap.dedent(text), Loader=yaml.BaseLoader)  # noqa: S506
    return msgspec.convert(raw or {}, Sections, strict=False)


@lru_cache(maxsize=64)
def pack(text: str) -> Catalogue:
    """Return a catalogue whose only threat types are those of a rule file."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "rules.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        catalogue = load_catalogue([Path(folder)])
    catalogue.threats = {name: item for name, item in catalogue.threats.items() if item.pack == "project"}
    return catalogue


def register(model: str, rules: str, today: date = TODAY) -> Register:
    """Analyse a model by a rule file."""
    return Register(Analysis(sections(model), pack(rules)), today=today)


def states(model: str, rules: str) -> dict[str, str]:
    """Return the state of every threat that is not absent, by id."""
    analysis = Analysis(sections(model), pack(rules))
    table = analysis.threats
    from mantlet.analysis.engine import State
    from mantlet.rules.tree import SCOPES

    found = {}
    for row in range(len(table)):
        item = analysis.types[table.type[row]]
        found[f"{item.id}@{analysis.place_id(SCOPES[item.at], int(table.place[row]))}"] = State(
            int(table.state[row])
        ).word
    return found

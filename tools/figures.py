"""How long the register is on the models that come with mantlet and on those of its tests, and what each pack adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

from tables import Parts, table

from mantlet.analysis.engine import State
from mantlet.catalogue.load import Catalogue
from mantlet.project.api import Assessment, analyse
from mantlet.risk.register import Risk

DAY = date(2026, 11, 24)
"""Acceptances run out, so the figures are those of a day."""
HEAD = ["model", "elements", "flows", "facts", "threats", "risks", "per element", "to confirm", "questions"]


def models() -> Iterator[tuple[str, str, Path]]:
    """Yield where each model comes from, its name and its file."""
    shipped = Path(str(files("mantlet.project")))
    for folder, kind in (("examples", "demo"), ("templates", "template")):
        for path in sorted((shipped / folder).glob("*/threatmodel.yaml")):
            yield kind, path.parent.name, path
    for path in sorted((Path(__file__).parents[1] / "tests/models").glob("*.yaml")):
        if ".expected" not in path.name:
            yield "test", path.stem, path


def register_figures(catalogue: Catalogue) -> Parts:
    """Return the figures of every model, and the risks that each pack brings to them."""
    judged = [
        (kind, name, analyse(path, catalogue=catalogue, today=DAY, evidence=False))
        for kind, name, path in models()
    ]
    rows = [[f"{name} ({kind})", *_figures(result)] for kind, name, result in judged]
    kinds = list(dict.fromkeys(kind for kind, _, _ in judged))
    brought = {kind: Counter[str]() for kind in kinds}
    for kind, _, result in judged:
        brought[kind].update(risk.type.pack for risk in _risks(result))
    per_pack = [
        [
            f"`{name}`",
            str(sum(item.pack == name for item in catalogue.threats.values())),
            pack.within and f"`{pack.within}`",
            *(str(brought[kind][name]) for kind in kinds),
            pack.text,
        ]
        for name, pack in catalogue.packs.items()
    ]
    head = ["pack", "threat types", "part of", *(f"risks, {kind}" for kind in kinds), "what"]
    return {"packs": table(head, per_pack), "figures": table(HEAD, rows)}


def _risks(result: Assessment) -> list[Risk]:
    return [*result.register.open, *result.register.decided]


def _figures(result: Assessment) -> list[str]:
    sections, register = result.model.sections, result.register
    facts = sum(
        len(entry.facts)
        for part in (sections.elements, sections.flows, sections.boundaries)
        for entry in part.values()
    )
    elements, risks = len(sections.elements), len(_risks(result))
    threats = sum(len(risk.rows) for risk in register if risk.state is State.OPEN)
    numbers = (elements, len(sections.flows), facts, threats, risks)
    return [
        *map(str, numbers),
        f"{risks / elements:.1f}",
        str(len(register.to_confirm)),
        str(len(result.questions)),
    ]

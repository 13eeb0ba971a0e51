"""The words that a model may use, as the editor's palette, forms and filters need them."""

from __future__ import annotations

from typing import Any, get_args

from mantlet.analysis.assets import SPECIAL_CATEGORIES
from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.schema import Cia, Stride, Trim
from mantlet.diagram.icons import PATHS, icon_for
from mantlet.model.check_system import OPERATIONS
from mantlet.model.entries import Classification, Treatment
from mantlet.model.vocabulary import DIMENSIONS, ELEMENT_KINDS, FactDef, Vocabulary
from mantlet.risk.owasp import factor_texts

PERSONAL = (
    "name", "email", "phone", "address", "birth-date", "age", "sex", "nationality", "national-id", "user-number", "username",
    "password", "ip-address", "device-id", "location", "bank-account", "payment-data", "income", "employment", "education",
    "image", "voice", "free-text", "behaviour",
)  # fmt: skip
"""Fields that say something about people, to choose from; models may use other words."""


def vocabulary(catalogue: Catalogue) -> dict[str, Any]:
    """Return types, facts, controls, frameworks and factors with their titles; worked out once."""
    return catalogue.once("workbench-words", lambda: _made(catalogue))


def _made(catalogue: Catalogue) -> dict[str, Any]:
    words = catalogue.vocabulary
    return {
        "types": [_element_type(words, name) for name in words.of_realm("element")],
        "icons": PATHS,
        "facts": {fact.id: _fact(fact) for fact in words.facts.values()},
        "boundary_types": [
            {**_type(words, name), "dimension": words.dimension(name)} for name in words.of_realm("boundary")
        ],
        "dimensions": list(DIMENSIONS),
        "data_types": [_type(words, name) for name in words.of_realm("data")],
        "classifications": list(get_args(Classification)),
        "personal": [*PERSONAL, *sorted(SPECIAL_CATEGORIES)],
        "special": sorted(SPECIAL_CATEGORIES),
        "operations": list(OPERATIONS),
        "controls": [
            {"id": item.id, "title": item.title, "summary": item.text, "effort": item.effort}
            for item in catalogue.controls.values()
        ],
        "treatments": list(get_args(Treatment)),
        "factors": [
            {
                "code": item.code,
                "id": item.name.lower().replace(" ", "-"),
                "title": item.name,
                "group": item.group,
                "question": item.question,
                "options": [{"value": option.score, "label": option.text} for option in item.options],
            }
            for item in factor_texts()
        ],
        "frameworks": _frameworks(catalogue),
        "packs": [
            {"id": pack.id, "title": pack.title, "text": pack.text, "on": pack.on, "within": pack.within}
            for pack in catalogue.packs.values()
        ],
        "catalogue_version": catalogue.version,
    }


def _type(words: Vocabulary, name: str) -> dict[str, Any]:
    item = words.types[name]
    asked = list(
        dict.fromkeys(fact for step in words.lineage(name, item.realm) for fact in words.types[step].asks)
    )
    return {
        "id": name,
        "title": item.title or name,
        "is_a": [step for step in words.lineage(name, item.realm) if step != name],
        "summary": item.text,
        "aliases": item.aliases,
        "facts": asked,
        "defaults": words.default_facts(name, item.realm),
    }


def _element_type(words: Vocabulary, name: str) -> dict[str, Any]:
    return {
        **_type(words, name),
        "kind": words.kind(name),
        "icon": icon_for(words, name),
        "abstract": name in ELEMENT_KINDS,
        "holds": words.held_by(name),
    }


def _fact(fact: FactDef) -> dict[str, Any]:
    return {
        "id": fact.id,
        "title": fact.title,
        "question": fact.question,
        "why": fact.why,
        "values": fact.values if isinstance(fact.values, list) else [],
        "kind": "choice" if isinstance(fact.values, list) else fact.values,
        "at": fact.on,
        "open": fact.open,
        "derived": fact.derived,
    }


def _frameworks(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the categories of the methods, then the published lists that threats refer to."""
    linddun = catalogue.frameworks.get("linddun")
    nodes = [{"id": item.id, "title": item.title} for item in linddun.entries.values()] if linddun else []
    own = [
        {"id": "stride", "title": "STRIDE", "categories": [_category(name) for name in get_args(Stride)]},
        {"id": "cia", "title": "CIA", "categories": [_category(name) for name in get_args(Cia)]},
        {"id": "linddun", "title": "LINDDUN", "categories": nodes},
        {"id": "trim", "title": "TRIM", "categories": [_category(name) for name in get_args(Trim)]},
    ]
    cited = {name for item in catalogue.threats.values() for name in item.refs}
    listed = [
        {
            "id": item.id,
            "title": item.title,
            "categories": [{"id": entry.id, "title": entry.title} for entry in item.entries.values()],
        }
        for item in catalogue.frameworks.values()
        if (item.of == "threats" or item.id in cited) and item.id not in {"linddun", "stride", "cia", "trim"}
    ]
    return [*own, *listed]


def _category(name: str) -> dict[str, str]:
    return {"id": name, "title": name.replace("-", " ").capitalize()}

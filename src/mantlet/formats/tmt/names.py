"""How what is ours is called in a template that mantlet writes, and how it is known again."""

from __future__ import annotations

LETTERS = {"process": "P", "external-entity": "EI", "data-store": "DS", "boundary": "TB.B"}
MANIFEST = "d0a3f7c2-6b1e-4e57-9f0b-5a8c1f2e7d64"
"""The id of the template that mantlet writes; the tool offers newer versions of it to files that were made with it."""
_MARK = ".mantlet."
_FACT = "mantlet-"


def stencil_id(kind: str, type_: str) -> str:
    """Return the id of the stencil that stands for a type of ours."""
    return f"SE.{LETTERS[kind]}{_MARK}{type_}"


def type_of(stencil: str) -> str:
    """Return the type that a stencil of ours stands for; empty for others' stencils."""
    return stencil.partition(_MARK)[2] if stencil.startswith("SE.") else ""


def property_of(fact: str) -> str:
    """Return the name of the property that holds a fact; letters and hyphens, as guids have."""
    return _FACT + fact.replace("_", "-")


def fact_of(name: str) -> str:
    """Return the fact that a property of ours holds; empty for others' properties."""
    return name.removeprefix(_FACT).replace("-", "_") if name.startswith(_FACT) else ""

"""Our catalogue as a template: a stencil per type, a property per fact that rules ask about, a threat type per threat."""

from __future__ import annotations

import base64
import re
import struct
import uuid
import zlib

from mantlet.base.version import VERSION
from mantlet.catalogue.load import Catalogue
from mantlet.catalogue.schema import ThreatType
from mantlet.formats.tmt.filters import PLACES, Filters
from mantlet.formats.tmt.names import MANIFEST, property_of, stencil_id
from mantlet.formats.tmt.parts import Attribute, Category, Datum, Rule, Stencil, Template
from mantlet.formats.tmt.stencils import UNSET_OPTION
from mantlet.model.vocabulary import ELEMENT_KINDS, TypeDef

_SPACE = uuid.UUID("2f5c7c33-9d0c-4f0b-8a34-0c2b1c6c2f0e")
_WORD = re.compile(r"\{(\w+)\}")
_WORDS = {
    "source": "{source.Name}", "target": "{target.Name}", "element": "{target.Name}", "flow": "{flow.Name}",
    "at": "{flow.Name}", "data": "the data", "system": "the system", "boundary": "the boundary",
}  # fmt: skip
_COLOURS = {
    "process": (56, 120, 200), "external-entity": (120, 120, 120), "data-store": (40, 140, 90), "boundary": (180, 40, 40), "flow": (80, 80, 80),
}  # fmt: skip
GENERIC = (
    ("GE.P", "Generic Process", "process", "Ellipse", "Centered on stencil"),
    ("GE.EI", "Generic External Interactor", "external-entity", "Rectangle", "Lower right of stencil"),
    ("GE.DS", "Generic Data Store", "data-store", "ParallelLines", "Lower right of stencil"),
    ("GE.DF", "Generic Data Flow", "flow", "Line", "Before label"),
    ("GE.TB.L", "Generic Trust Line Boundary", "boundary", "LineBoundary", "Before label"),
    ("GE.TB.B", "Generic Trust Border Boundary", "boundary", "BorderBoundary", "Before label"),
    ("GE.A", "Free Text Annotation", "boundary", "Annotation", None),
)
_PARENTS = {"process": "GE.P", "external-entity": "GE.EI", "data-store": "GE.DS", "boundary": "GE.TB.B"}
CATEGORIES = {
    "S": ("Spoofing", "spoofing", "Somebody or something poses as somebody else."),
    "T": ("Tampering", "tampering", "Somebody changes what others rely on."),
    "R": ("Repudiation", "repudiation", "Nobody can show who did what."),
    "I": (
        "Information Disclosure",
        "information-disclosure",
        "Something becomes known to those who should not know it.",
    ),
    "D": (
        "Denial Of Service",
        "denial-of-service",
        "Something is not there or not fast enough when it is needed.",
    ),
    "E": ("Elevation Of Privilege", "elevation-of-privilege", "Somebody does more than they are allowed to."),
    "P": ("Privacy", "", "Something goes wrong for the people in the data."),
}


def template_of(catalogue: Catalogue) -> Template:
    """Return the catalogue as a template."""
    filters = Filters(catalogue.vocabulary)
    rules = [
        rule for item in catalogue.threats.values() if (rule := _rule(item, filters, catalogue)) is not None
    ]
    return Template(
        name="mantlet: machine learning and general threats",
        id=MANIFEST,
        version=f"1.{VERSION}",
        author="mantlet",
        generic=[_generic(item, catalogue, filters) for item in GENERIC],
        standard=[
            made
            for item in catalogue.vocabulary.types.values()
            if (made := _stencil(item, catalogue, filters))
        ],
        categories=[Category(key, name, short) for key, (name, _, short) in CATEGORIES.items()],
        data=_fields(),
        rules=rules,
    )


def left_out(catalogue: Catalogue) -> list[str]:
    """Return the threat types that a template's filters cannot ask for."""
    filters = Filters(catalogue.vocabulary)
    return [item.id for item in catalogue.threats.values() if _rule(item, filters, catalogue) is None]


def _guid(name: str) -> str:
    return str(uuid.uuid5(_SPACE, name))


def _generic(item: tuple[str, str, str, str, str | None], catalogue: Catalogue, filters: Filters) -> Stencil:
    name, title, kind, shape, image = item
    asked = filters.facts.get(name, {})
    return Stencil(
        id=name,
        name=title,
        description=f"{title}.",
        representation=shape,
        image=_image(kind),
        image_location=image,
        stroke="0",
        attributes=[_attribute(fact, catalogue) for fact in asked],
        constraints=[("Any", "Any")],
    )


def _attribute(fact: str, catalogue: Catalogue, first: str = UNSET_OPTION) -> Attribute:
    known = catalogue.vocabulary.facts[fact]
    values = [value for value in known.values if value != first] if isinstance(known.values, list) else []
    return Attribute(
        name=property_of(fact),
        label=known.title,
        values=[first, *values, *([UNSET_OPTION] if first != UNSET_OPTION else [])],
        id=_guid(f"fact/{fact}"),
        inherited="true" if first != UNSET_OPTION else "false",
        overrided="true" if first != UNSET_OPTION else "false",
    )


def _stencil(item: TypeDef, catalogue: Catalogue, filters: Filters) -> Stencil | None:
    if item.realm == "data" or item.id in ELEMENT_KINDS:
        return None
    kind = "boundary" if item.realm == "boundary" else catalogue.vocabulary.kind(item.id)
    own = _own_facts(item, kind, catalogue, filters) if item.realm == "element" else {}
    return Stencil(
        id=stencil_id(kind, item.id),
        name=item.title or item.id,
        description=item.text or item.title or item.id,
        parent=_PARENTS[kind],
        image=_image(kind),
        image_location="Centered on stencil" if kind == "process" else "Lower right of stencil",
        stroke="0",
        attributes=[_attribute(fact, catalogue, value) for fact, value in own.items()],
        constraints=[("Any", "Any")],
    )


def _own_facts(item: TypeDef, kind: str, catalogue: Catalogue, filters: Filters) -> dict[str, str]:
    """Return the facts that a type adds to those of its kind, each with the value that it brings or the unset option."""
    vocabulary = catalogue.vocabulary
    brought = vocabulary.default_facts(item.id)
    generic = filters.facts.get(_PARENTS[kind], {})
    asked = [fact for fact in filters.facts.get(stencil_id(kind, item.id), {}) if fact not in generic]
    values = {fact: brought.get(fact, UNSET_OPTION) for fact in asked}
    values |= {fact: value for fact, value in brought.items() if fact in generic}
    return {
        fact: value
        for fact, value in values.items()
        if value == UNSET_OPTION or value in vocabulary.facts[fact].values
    }


def _rule(item: ThreatType, filters: Filters, catalogue: Catalogue) -> Rule | None:
    if item.at not in PLACES:
        return None
    include = filters.include(item.applies)
    if not include:
        return None
    filters.note_facts(item.applies, item.mitigated)
    category = next((key for key, (_, word, _) in CATEGORIES.items() if word and word in item.stride), "P")
    text = _words(item.text)
    controls = "; ".join(
        catalogue.controls[name].title for name in item.controls if name in catalogue.controls
    )
    return Rule(
        id=item.id,
        title=_words(item.title),
        category=category,
        description=text,
        include=include,
        exclude=filters.exclude(item.mitigated),
        data=[
            _datum(
                "UserThreatShortDescription", "Short Description", [CATEGORIES[category][2]], "1", hide="true"
            ),
            _datum("UserThreatDescription", "Description", [text], "0"),
            _datum("PossibleMitigations", "Possible Mitigation(s)", [controls], "0"),
            _datum("Priority", "Priority", ["High"], "1"),
        ],
        related="",
    )


def _words(text: str) -> str:
    return _WORD.sub(lambda found: _WORDS.get(found[1], found[1]), text)


def _datum(name: str, label: str, values: list[str] | None, kind: str, hide: str = "false") -> Datum:
    return Datum(
        name, label, hide, list(values) if values is not None else None, _guid(f"field/{name}"), kind
    )


def _fields() -> list[Datum]:
    shorts = [short for _, _, short in CATEGORIES.values()]
    return [
        _datum("Title", "Title", [""], "0"),
        _datum("UserThreatCategory", "Category", None, "0"),
        _datum("UserThreatShortDescription", "Short Description", shorts, "1", hide="true"),
        _datum("UserThreatDescription", "Description", [""], "0"),
        _datum("StateInformation", "Justification", [""], "0"),
        _datum("InteractionString", "Interaction", None, "0"),
        _datum("PossibleMitigations", "Possible Mitigation(s)", [""], "0"),
        _datum("Priority", "Priority", ["High", "Medium", "Low"], "1"),
    ]


def _image(kind: str) -> str:
    """Return a 16 by 16 picture for the tool's list of stencils: a square in the colour of the kind."""
    row = b"\x00" + bytes((*_COLOURS[kind], 255)) * 16
    head = struct.pack(">IIBBBBB", 16, 16, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * 16, 9)), (b"IEND", b""))
    chunks = b"".join(
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
        for tag, data in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunks).decode()

"""Version 1 documents as version 2: the same cells, each member where version 2 has it; what has no place there stays in its cell."""

from __future__ import annotations

import copy
from typing import Any

from mantlet.formats.mapping import table
from mantlet.formats.plain import Json, mapping, records, text

VERSION = "2.3.0"
_DATA = (
    "description", "outOfScope", "reasonOutOfScope", "hasOpenThreats", "threats", "isEncrypted", "isPublicNetwork", "protocol",
    "storesCredentials", "isALog", "isSigned", "isALogs", "privilegeLevel", "providesAuthentication", "isWebApplication", "storesInventory",
    "handlesCardPayment", "handlesGoodsOrServices", "isBidirectional",
)  # fmt: skip
_GONE = ("type", "z", "attrs", "angle", "labels", "source", "target", *_DATA)


def upgraded(document: Json) -> Json:
    """Return a document of version 2; one that is of it already as it is."""
    diagrams = records(mapping(document, "detail"), "diagrams")
    if not any("diagramJson" in diagram for diagram in diagrams):
        return document
    result = copy.deepcopy(document)
    result.setdefault("version", VERSION)
    for diagram in records(mapping(result, "detail"), "diagrams"):
        drawn = diagram.pop("diagramJson", None)
        if isinstance(drawn, dict):
            diagram["cells"] = [_cell(cell) for cell in records(drawn, "cells")]
            diagram.setdefault("version", VERSION)
    return result


def _cell(cell: Json) -> Json:
    kind = text(cell, "type")
    shape = table("threat-dragon")["cells"].get(kind, kind)
    name = _name(cell)
    data: Json = {"type": kind, "name": name}
    data |= {key: cell[key] for key in _DATA if key in cell}
    made: Json = {"id": cell.get("id"), "shape": shape, "zIndex": cell.get("z", 0), "data": data}
    for end in ("source", "target"):
        if end in cell:
            made[end] = _end(cell[end])
    if shape == "flow":
        made["labels"] = [{"attrs": {"labelText": {"text": name}}, "position": 0.5}]
        data.setdefault("isBidirectional", False)
    if shape == "trust-boundary-curve":
        data["isTrustBoundary"] = True
    if "attrs" in cell:
        made["v1"] = {"attrs": cell["attrs"], **({"labels": cell["labels"]} if "labels" in cell else {})}
    made.update({key: value for key, value in cell.items() if key not in _GONE and key not in made})
    return made


def _end(end: Any) -> Any:
    if isinstance(end, dict) and isinstance(end.get("id"), str):
        return {"cell": end["id"], **{key: value for key, value in end.items() if key != "id"}}
    return end


def _name(cell: Json) -> str:
    labels = records(cell, "labels")
    for holder in (*labels, cell):
        found = text(mapping(mapping(holder, "attrs"), "text"), "text")
        if found:
            return found
    return text(cell, "name")

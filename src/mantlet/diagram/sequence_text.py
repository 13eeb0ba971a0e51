"""A sequence diagram for other tools: Mermaid and PlantUML."""

from __future__ import annotations

from mantlet.diagram.exports import mermaid_text, plantuml_text
from mantlet.diagram.sequence import SequenceDrawing

_PLANTUML = {
    "external-entity": "actor",
    "process": "participant",
    "data-store": "database",
    "group": "participant",
}


def sequence_mermaid(drawing: SequenceDrawing) -> str:
    """Return the sequence as a Mermaid sequence diagram."""
    lines = ["sequenceDiagram", "  autonumber"]
    for row, item in enumerate(drawing.participants, 1):
        word = "actor" if item.node.kind == "external-entity" else "participant"
        lines.append(f"  {word} n{row} as {mermaid_text(item.node.name)}")
    for message in drawing.messages:
        arrow = "-->>" if message.returning else "->>"
        lines.append(f"  n{message.source + 1}{arrow}n{message.target + 1}: {mermaid_text(message.label)}")
    return "\n".join(lines) + "\n"


def sequence_plantuml(drawing: SequenceDrawing) -> str:
    """Return the sequence as a PlantUML sequence diagram."""
    lines = ["@startuml", "autonumber"]
    for row, item in enumerate(drawing.participants, 1):
        lines.append(f'{_PLANTUML[item.node.kind]} "{plantuml_text(item.node.name)}" as n{row}')
    for message in drawing.messages:
        arrow = "-->" if message.returning else "->"
        lines.append(f"n{message.source + 1} {arrow} n{message.target + 1} : {plantuml_text(message.label)}")
    return "\n".join([*lines, "@enduml"]) + "\n"

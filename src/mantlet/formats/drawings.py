"""Text drawings: Mermaid, PlantUML, Graphviz DOT; written only."""

from __future__ import annotations

from mantlet.formats.interface import Format, Note, Outgoing, Written

_CANNOT = "positions, facts, data, threats and decisions: names, shapes and lines only"


def _written(outgoing: Outgoing, kind: str) -> Written:
    from mantlet import diagram  # noqa: PLC0415  (the drawing engine, needed only now)
    from mantlet.diagram.options import Options  # noqa: PLC0415
    from mantlet.model.model import Model  # noqa: PLC0415

    seen = diagram.view(Model(outgoing.sections), outgoing.vocabulary, Options(detail=True))
    writers = {"mermaid": diagram.to_mermaid, "plantuml": diagram.to_plantuml, "dot": diagram.to_dot}
    return Written(writers[kind](seen).encode(), [Note("lost", _CANNOT.partition(":")[0])])


def _format(kind: str, title: str, *suffixes: str) -> Format:
    return Format(kind, title, suffixes, write=lambda outgoing: _written(outgoing, kind), cannot=_CANNOT)


MERMAID = _format("mermaid", "Mermaid flowchart", "mmd", "mermaid")
PLANTUML = _format("plantuml", "PlantUML", "puml", "plantuml")
DOT = _format("dot", "Graphviz DOT", "dot", "gv")

"""The data flow diagram: from a model to a picture that people read.

drawing = draw(model, vocabulary)
svg = to_svg(drawing)
png = to_png(drawing, theme="dark")
"""

from __future__ import annotations

from mantlet.diagram.drawing import Drawing
from mantlet.diagram.exports import to_dot, to_mermaid, to_plantuml
from mantlet.diagram.faces import draw, view
from mantlet.diagram.grouping import Page, pages
from mantlet.diagram.options import Badge, Options
from mantlet.diagram.png import to_png
from mantlet.diagram.sequence import SequenceDrawing, sequence
from mantlet.diagram.sequence_svg import sequence_png, sequence_svg
from mantlet.diagram.sequence_text import sequence_mermaid, sequence_plantuml
from mantlet.diagram.stored import layout_positions
from mantlet.diagram.svg import to_svg
from mantlet.diagram.theme import css as diagram_css

__all__ = [
    "Badge",
    "Drawing",
    "Options",
    "Page",
    "SequenceDrawing",
    "diagram_css",
    "draw",
    "layout_positions",
    "pages",
    "sequence",
    "sequence_mermaid",
    "sequence_plantuml",
    "sequence_png",
    "sequence_svg",
    "to_dot",
    "to_mermaid",
    "to_plantuml",
    "to_png",
    "to_svg",
    "view",
]

"""A sequence diagram as SVG, in the same shapes and colours as the data flow diagram."""

from __future__ import annotations

from collections.abc import Iterator

from mantlet.diagram import metrics as m
from mantlet.diagram.drawing import PlacedNode
from mantlet.diagram.geometry import Box
from mantlet.diagram.markup import attribute, escape, icon, open_group, tag, text, title
from mantlet.diagram.paths import arrowhead, number, pair
from mantlet.diagram.png import png_of, too_large
from mantlet.diagram.sequence import BAND_ROW, Band, Message, SequenceDrawing
from mantlet.diagram.shapes import badge, node_shape, states
from mantlet.diagram.text import fit
from mantlet.diagram.theme import Theme, css

_LOOP = 30.0


def sequence_svg(
    drawing: SequenceDrawing, *, theme: Theme = "auto", prefix: str = "mt", styled: bool = True
) -> str:
    """Return the sequence diagram as an SVG document; the options are those of `to_svg`."""
    prefix = prefix or "mt"
    size = number(drawing.width), number(drawing.height)
    ids = f"{prefix}-title", f"{prefix}-desc"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mt" role="img" width="{size[0]}" height="{size[1]}"'
            f' viewBox="0 0 {size[0]} {size[1]}" aria-labelledby={attribute(" ".join(ids))}>'
        ),
        f"<title id={attribute(ids[0])}>{escape(f'{drawing.system}: sequence {drawing.name}')}</title>",
        f"<desc id={attribute(ids[1])}>{escape(_in_words(drawing))}</desc>",
    ]
    if styled:
        parts.append(f"<style>{css(theme)}</style>")
    parts.append(tag("rect", class_="mt-canvas", width=drawing.width, height=drawing.height))
    parts += _body(drawing)
    parts.append("</svg>")
    return "".join(parts)


def sequence_png(drawing: SequenceDrawing, *, theme: Theme = "light", scale: float = 2.0) -> bytes:
    """Return the sequence diagram as PNG, ``scale`` pixels per unit."""
    too_large(drawing.width, drawing.height, scale)
    return png_of(sequence_svg(drawing, theme="light" if theme == "auto" else theme), scale)


def _in_words(drawing: SequenceDrawing) -> str:
    steps = [f"{row}. {message.about}" for row, message in enumerate(drawing.messages, 1)]
    return "; ".join(steps) or "No steps"


def _body(drawing: SequenceDrawing) -> Iterator[str]:
    bottom = drawing.height - m.MARGIN
    for band in drawing.bands:
        yield _band(band, bottom)
    for item in drawing.participants:
        yield (
            f'<path class="mt-lifeline" d="M{pair((item.x, drawing.top + drawing.head))}V{number(bottom - 6)}"/>'
        )
    for item in drawing.participants:
        left = item.x - item.block.width / 2
        box = Box(left, drawing.top, item.block.width, drawing.head)
        yield node_shape(PlacedNode(item.node, item.block, box), focusing=False)
    for row, message in enumerate(drawing.messages, 1):
        yield _message(drawing, row, message)


def _band(band: Band, bottom: float) -> str:
    dimension = band.title.dimension
    top = m.MARGIN + band.depth * BAND_ROW
    low = bottom - band.depth * 4.0
    return (
        open_group("mt-boundary", id=band.title.id, kind="boundary")
        + title(f"Trust boundary: {band.title.text} ({band.title.caption})")
        + tag(
            "rect",
            class_=f"mt-outline mt-dim-{dimension} mt-bg0",
            x=band.left,
            y=top,
            width=band.right - band.left,
            height=low - top,
            rx=3.0,
        )
        + text(
            fit(band.title.text, band.right - band.left - 16, m.TITLE, "semibold"),
            band.left + 8,
            top + 15,
            f"mt-title mt-start mt-dim-{dimension}",
        )
        + "</g>"
    )


def _message(drawing: SequenceDrawing, row: int, message: Message) -> str:
    start = drawing.participants[message.source].x
    end = drawing.participants[message.target].x
    level = f" mt-{message.sensitivity}" if message.sensitivity else ""
    back = " mt-back" if message.returning else ""
    parts = [
        open_group(
            f"mt-flow{level}{back}{states(message.marks, focusing=drawing.highlighting)}",
            id=message.place,
            flow=message.flow,
            kind="flow",
        ),
        title(f"{row}. {message.about}"),
    ]
    if message.source == message.target:
        right = start + _LOOP
        path = f"M{pair((start, message.y))}H{number(right - 6)}Q{pair((right, message.y))} {pair((right, message.y + 6))}"
        path += f"Q{pair((right, message.y + 12))} {pair((right - 6, message.y + 12))}H{number(start + 6)}"
        points = [(right, message.y + 12), (start, message.y + 12)]
        middle = start + 4 + message.block.width / 2
    else:
        sign = 1.0 if end > start else -1.0
        path = f"M{pair((start, message.y))}H{number(end - sign * m.ARROW * 0.8)}"
        points = [(start, message.y), (end, message.y)]
        middle = (start + end) / 2
    parts += [f'<path class="mt-line" d="{path}"/>', f'<path class="mt-arrow" d="{arrowhead(points)}"/>']
    parts += _label(row, message, middle)
    parts.append("</g>")
    return "".join(parts)


def _label(row: int, message: Message, middle: float) -> Iterator[str]:
    """Yield the step's number, its mark for personal data and its text, above the arrow and in the middle of it."""
    block = message.block
    top = message.y - block.height - 4
    wide = max((line.width for line in block.lines), default=0.0)
    before = 18.0 + (13.0 if message.sensitivity else 0.0)
    left = middle - (wide + before) / 2
    yield tag("rect", class_="mt-bg0", x=left - 3, y=top, width=wide + before + 6, height=block.height)
    yield tag("rect", class_="mt-step", x=left, y=top + 1, width=15.0, height=12.0, rx=6.0)
    yield text(str(row), left + 7.5, top + 10.3, "mt-number")
    if message.sensitivity:
        yield icon("person", left + 18, top + 1.5, 11.0, "")
    for line in block.lines:
        yield text(line.text, left + before + wide / 2, top + line.y, "mt-label")
    if message.marks.badge:
        yield badge(message.marks.badge, (left - m.BADGE - 3, top + block.height / 2))

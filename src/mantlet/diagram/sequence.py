"""A named order of flows as a sequence diagram: who speaks to whom, step by step, and which boundaries are crossed."""

from __future__ import annotations

from collections.abc import Sequence as Listing
from dataclasses import dataclass, replace

from mantlet.base.errors import UsageError
from mantlet.base.suggest import suggest
from mantlet.diagram import metrics as m
from mantlet.diagram.build import build_view
from mantlet.diagram.lanes import movement_about, movement_label
from mantlet.diagram.marks import marks, sensitivity
from mantlet.diagram.options import Options
from mantlet.diagram.sizes import Block, Line, node_block
from mantlet.diagram.text import width, wrap
from mantlet.diagram.view import Marks, Node, Title, View
from mantlet.model.model import Model, Movement
from mantlet.model.vocabulary import Vocabulary

_LABEL_ROOM = 190.0
_GAP = 18.0
_BORDER = 8.0
_LOOP = 34.0
BAND_ROW = 22.0
_FOOT = 20.0


@dataclass(frozen=True, slots=True)
class Message:
    """One step: data moving from one participant to another."""

    place: str
    flow: str
    source: int
    target: int
    label: str
    about: str
    sensitivity: str
    returning: bool
    marks: Marks
    block: Block
    y: float = 0.0
    """Of its arrow."""


@dataclass(frozen=True, slots=True)
class Participant:
    """An element with its lifeline."""

    node: Node
    block: Block
    x: float = 0.0
    """Of its lifeline."""


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring participants inside one trust boundary."""

    title: Title
    first: int
    last: int
    depth: int
    left: float = 0.0
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class SequenceDrawing:
    """A sequence diagram with everything placed."""

    name: str
    system: str
    participants: tuple[Participant, ...]
    messages: tuple[Message, ...]
    bands: tuple[Band, ...]
    head: float
    """Height of the participants' boxes."""
    top: float
    """Where the boxes begin."""
    width: float
    height: float
    highlighting: bool = False


def sequence(
    model: Model, vocabulary: Vocabulary, name: str, options: Options | None = None
) -> SequenceDrawing:
    """Return the sequence diagram of one of the model's named orders of flows.

    Raises `UsageError` for a name that the model doesn't have, or a step that is no movement of it.
    """
    orders = model.sections.sequences
    if name not in orders:
        known = f"there are: {', '.join(orders)}" if orders else "the model names no sequences"
        raise UsageError(f"there is no sequence '{name}'", mend=suggest(name, orders) or known)
    chosen = options or Options()
    movements = _steps(model, name, orders[name])
    view = build_view(
        model, vocabulary, Options(detail=True, dimension=chosen.dimension, overlay=chosen.overlay)
    )
    ids = _grouped(view, [end for step in movements for end in (step.source, step.target)])
    heads = [Participant(view.nodes[item], node_block(view.nodes[item])) for item in ids]
    rows = {item: row for row, item in enumerate(ids)}
    messages = [_message(model, chosen, rows, step) for step in movements]
    placed, bands = _across(heads, messages, _bands(view, ids))
    return _down(name, model.name, placed, messages, bands, highlighting=bool(chosen.highlight))


def _grouped(view: View, ends: Listing[str]) -> list[str]:
    """Return the participants as they first appear, those of one boundary beside each other."""
    first: dict[str, int] = {}
    keys: dict[str, list[int]] = {}
    for row, name in enumerate(ends):
        around = view.around(view.nodes[name].cluster)[::-1]
        for item in (*around, name):
            first.setdefault(item, row)
        keys.setdefault(name, [first[item] for item in (*around, name)])
    return sorted(keys, key=lambda name: keys[name])


def _bands(view: View, ids: Listing[str]) -> list[Band]:
    """Return a band for every boundary round neighbouring participants, outer ones first."""
    found: dict[str, list[int]] = {}
    for row, name in enumerate(ids):
        for cluster in view.around(view.nodes[name].cluster):
            found.setdefault(cluster, [row, row])[1] = row
    bands = [
        Band(view.clusters[name].titles[0], first, last, len(view.around(name)) - 1)
        for name, (first, last) in found.items()
    ]
    return sorted(bands, key=lambda band: (band.depth, band.first))


def _steps(model: Model, name: str, places: Listing[str]) -> list[Movement]:
    known = {movement.place: movement for movement in model.movements()}
    for place in places:
        if place not in known:
            raise UsageError(
                f"the sequence '{name}' has a step '{place}' that is no movement of data",
                mend=suggest(place, known) or "name a flow, or `flow.returns` where it returns data",
            )
    return [known[place] for place in places]


def _message(model: Model, options: Options, rows: dict[str, int], step: Movement) -> Message:
    label = movement_label(model, step)
    lines = wrap(label, _LABEL_ROOM, m.LABEL, "regular", 2)
    texts = tuple(
        Line(text, "label", m.LABEL, "regular", (row + 1) * m.LABEL_LINE - 3, width(text, m.LABEL))
        for row, text in enumerate(lines)
    )
    wide = max((line.width for line in texts), default=0.0)
    level = sensitivity(model, options, [step])
    return Message(
        place=step.place,
        flow=step.flow,
        source=rows[step.source],
        target=rows[step.target],
        label=label,
        about=movement_about(model, step),
        sensitivity=level,
        returning=step.returning,
        marks=marks(options, [step.place]),
        block=Block(texts, wide + 34.0 + (14.0 if level else 0.0), len(texts) * m.LABEL_LINE),
    )


def _across(
    heads: Listing[Participant], messages: Listing[Message], bands: Listing[Band]
) -> tuple[list[Participant], list[Band]]:
    """Place the lifelines: boxes and borders apart, every band as wide as its title, every label between its arrow's ends."""
    left = [head.block.width / 2 for head in heads]
    right = left[:]
    for band in sorted(bands, key=lambda item: -item.depth):
        left[band.first] += _BORDER
        right[band.last] += _BORDER
    gaps = [right[row] + left[row + 1] + _GAP for row in range(len(heads) - 1)]
    for band in sorted(bands, key=lambda item: item.last - item.first):
        wide = left[band.first] + sum(gaps[band.first : band.last]) + right[band.last]
        missing = max(0.0, width(band.title.text, m.TITLE, "semibold") + 20.0 - wide)
        left[band.first] += missing / 2
        right[band.last] += missing / 2
    gaps = [max(gaps[row], right[row] + left[row + 1] + _GAP) for row in range(len(gaps))]
    _make_room(gaps, messages)
    x = m.MARGIN + (left[0] if heads else 0.0)
    placed = []
    for row, head in enumerate(heads):
        placed.append(replace(head, x=x))
        x += gaps[row] if row < len(gaps) else 0.0
    return placed, [_bordered(band, bands, placed, left, right) for band in bands]


def _bordered(
    band: Band, bands: Listing[Band], heads: Listing[Participant], left: Listing[float], right: Listing[float]
) -> Band:
    """Return a band with its borders: outer ones stand off from inner ones that begin or end at the same participant."""
    begin = sum(other.first == band.first and other.depth < band.depth for other in bands)
    end = sum(other.last == band.last and other.depth < band.depth for other in bands)
    return replace(
        band,
        left=heads[band.first].x - left[band.first] + begin * _BORDER,
        right=heads[band.last].x + right[band.last] - end * _BORDER,
    )


def _make_room(gaps: list[float], messages: Listing[Message]) -> None:
    for message in sorted(messages, key=lambda item: abs(item.source - item.target)):
        low, high = sorted((message.source, message.target))
        if low == high:
            if low < len(gaps):
                gaps[low] = max(gaps[low], _LOOP + message.block.width + 10)
            continue
        missing = message.block.width + 12.0 - sum(gaps[low:high])
        for row in range(low, high):
            gaps[row] += max(0.0, missing) / (high - low)


def _down(
    name: str,
    system: str,
    heads: list[Participant],
    messages: list[Message],
    bands: list[Band],
    *,
    highlighting: bool,
) -> SequenceDrawing:
    top = m.MARGIN + BAND_ROW * max((band.depth + 1 for band in bands), default=0) + 4.0
    head = max((item.block.height for item in heads), default=0.0)
    y = top + head + 14.0
    placed = []
    for message in messages:
        y += message.block.height + 12.0
        placed.append(replace(message, y=y))
        if message.source == message.target:
            y += 14.0
    right = max([300.0, *(item.x + item.block.width / 2 for item in heads), *(band.right for band in bands)])
    loops = [item for item in messages if item.source == item.target]
    right = max([right, *(heads[item.source].x + _LOOP + item.block.width for item in loops)])
    return SequenceDrawing(
        name,
        system,
        tuple(heads),
        tuple(placed),
        tuple(bands),
        head,
        top,
        right + m.MARGIN,
        y + _FOOT + m.MARGIN,
        highlighting,
    )

"""What notebooks show of models and their threats."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mantlet.base.counts import how_many
from mantlet.base.printable import printable
from mantlet.model.model import Model

if TYPE_CHECKING:
    from mantlet.project.api import Assessment


class Picture:
    """A drawing that a notebook shows by itself; `svg` is its text."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Picture, {len(self.svg):,} characters of SVG>"


def model_html(model: Model) -> str:
    """Return a model as HTML: its name, what it has, and its data flow diagram."""
    from mantlet import diagram as maker  # noqa: PLC0415
    from mantlet.catalogue.load import load_catalogue  # noqa: PLC0415
    from mantlet.diagram.engines import LayoutError  # noqa: PLC0415
    from mantlet.diagram.options import Options  # noqa: PLC0415

    try:
        picture = maker.to_svg(
            maker.draw(model, load_catalogue().vocabulary, Options()), prefix=_prefix(model)
        )
    except LayoutError:
        picture = "<p>too large to draw on one page</p>"
    return f"<div><p>{_summary(model)}</p>{picture}</div>"


def assessment_html(assessment: Assessment) -> str:
    """Return a judged model as HTML: the diagram with its open threats, the matrix, the worst risks."""
    from mantlet.diagram.engines import LayoutError  # noqa: PLC0415
    from mantlet.risk.display import register_html  # noqa: PLC0415

    try:
        picture = assessment.diagram("svg", prefix=_prefix(assessment.model)).decode()
    except LayoutError:
        picture = ""
    return f"<div>{register_html(assessment.register)}{picture}</div>"


def _summary(model: Model) -> str:
    name = escape(printable(model.name))
    return f"<b>{name}</b>: {how_many(len(model.elements), 'element')}, {how_many(len(model.flows), 'flow')}, {how_many(len(model.boundaries), 'boundary', 'boundaries')}"


def _prefix(model: Model) -> str:
    """Return what keeps the ids of two drawings on one page apart; the same model gives the same."""
    import hashlib  # noqa: PLC0415

    import msgspec  # noqa: PLC0415

    data = msgspec.json.encode(model.sections)
    return f"m{hashlib.sha256(data).hexdigest()[:8]}-"

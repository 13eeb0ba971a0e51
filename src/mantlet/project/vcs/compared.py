"""Two versions of a model in one drawing: what came, went and changed, coloured."""

from __future__ import annotations

from msgspec import structs

from mantlet.diagram.options import Change, Options
from mantlet.diagram.theme import Theme
from mantlet.model.entries import Sections
from mantlet.model.model import Model
from mantlet.project.api import Assessment
from mantlet.review.difference import Difference

DRAWN = ("elements", "flows", "boundaries")


def coloured(before: Assessment, after: Assessment, difference: Difference, *, theme: Theme = "auto") -> str:
    """Return the diagram of both versions as SVG, where people put things in the later one; what is gone is drawn too."""
    from mantlet import diagram as maker  # noqa: PLC0415
    from mantlet.diagram.engines import LayoutError  # noqa: PLC0415
    from mantlet.project.outputs import sensitivity, stored_positions  # noqa: PLC0415

    changes: dict[str, Change] = {
        entry.id: entry.change for entry in difference.system if entry.section in DRAWN
    }
    changes |= {
        f"{entry.id}.returns": entry.change for entry in difference.system if entry.section == "flows"
    }
    union = _both(before.model.sections, after.model.sections)
    options = Options(
        changes=changes,
        sensitivity={**sensitivity(before), **sensitivity(after)},
        detail=True,
        positions=stored_positions(after),
    )
    try:
        return maker.to_svg(maker.draw(Model(union), after.catalogue.vocabulary, options), theme=theme)
    except LayoutError:
        return ""  # too large to draw; the tables say the same


def _both(before: Sections, after: Sections) -> Sections:
    """Return the later model with what only the earlier one had; an id that changed its section stays as it is now."""
    now = {name for section in (*DRAWN, "data") for name in getattr(after, section)}
    merged = {
        section: {
            **getattr(after, section),
            **{name: entry for name, entry in getattr(before, section).items() if name not in now},
        }
        for section in (*DRAWN, "data")
    }
    return structs.replace(after, **merged)

"""What other packages call: a model in, a drawing out."""

from __future__ import annotations

from mantlet.diagram.build import build_view
from mantlet.diagram.drawing import Drawing
from mantlet.diagram.engines import LayoutEngine, default_engine
from mantlet.diagram.layout import lay_out
from mantlet.diagram.options import Options
from mantlet.diagram.view import View
from mantlet.model.model import Model
from mantlet.model.vocabulary import Vocabulary


def view(model: Model, vocabulary: Vocabulary, options: Options | None = None) -> View:
    """Return what the page shows, not placed; enough for the text formats."""
    return build_view(model, vocabulary, options or Options())


def draw(
    model: Model,
    vocabulary: Vocabulary,
    options: Options | None = None,
    *,
    engine: LayoutEngine | None = None,
) -> Drawing:
    """Return the model's data flow diagram with everything in its place.

    ``engine`` is the bundled one unless given. Raises `UsageError` for a focus that does not exist, and `LayoutError`
    where the layout engine gives up.
    """
    options = options or Options()
    return lay_out(build_view(model, vocabulary, options), options, engine or default_engine())

"""A difference between two versions as plain data, and as one HTML file with the diagram coloured."""

from __future__ import annotations

from typing import Any

import msgspec
from markupsafe import Markup

from mantlet.base.version import VERSION
from mantlet.report.html import style, template
from mantlet.review.difference import Difference

WORDS = {
    "appeared": "New threats",
    "reopened": "No longer mitigated",
    "unsettled": "No longer settled by a decision",
    "confirmed": "Confirmed: now known to exist",
    "worse": "Rated worse",
    "better": "Rated better",
    "doubtful": "No longer known to exist",
    "settled": "Settled by a decision",
    "mitigated": "Mitigated",
    "went": "Gone",
}
"""Headings of the ways in which a threat changes."""


def difference_json(made: Difference, before: str, after: str) -> dict[str, Any]:
    """Return the JSON document of `diff --json`."""
    plain: dict[str, Any] = msgspec.to_builtins(made)
    return {"mantlet": 1, "before": before, "after": after, "empty": made.empty, **plain}


def shown(value: Any) -> str:
    """Return a value from a model file as short text."""
    if value is None:
        return "–"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 120 else f"{text[:119]}…"


def render(made: Difference, svg: str, before: str, after: str) -> str:
    """Return a page that shows the difference; ``svg`` is our own drawing of both versions in one."""
    groups = [
        (WORDS[kind], [item for item in made.threats if item.change == kind]) for kind in made.summary()
    ]
    return template("difference.html.jinja").render(
        made=made,
        groups=groups,
        before=before,
        after=after,
        svg=Markup(svg),  # noqa: S704  (made by our renderer, which escapes every name)
        css=Markup(style()),  # noqa: S704
        shown=shown,
        version=VERSION,
    )

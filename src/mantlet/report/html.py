"""The report as one HTML file that asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from mantlet.base.version import VERSION
from mantlet.report.model import LINDDUN, STRIDE, Report
from mantlet.risk.owasp import MATRIX

SEVERITIES = [[severity.word for severity in row] for row in reversed(MATRIX)]
"""Severity words of the matrix, likelihood high first."""


def render(report: Report, svg: str, *, date: str = "") -> str:
    """Return the report; ``svg`` is the diagram, already safe markup. ``date`` is shown when given."""
    folder = resources.files("mantlet.report") / "templates"
    css, script = ((folder / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((folder / "report.html.jinja").read_text(encoding="utf-8"))
    return template.render(
        report=report,
        svg=Markup(svg),  # noqa: S704  (made by our renderer, which escapes every name)
        css=Markup(css),  # noqa: S704
        script=Markup(script),  # noqa: S704
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        severities=SEVERITIES,
        heat=[
            ("stride", "STRIDE", report.frameworks["stride"], [word.replace("-", " ") for word in STRIDE]),
            ("linddun", "LINDDUN", report.frameworks["linddun"], list(LINDDUN.values())),
        ],
        date=date,
        version=VERSION,
    )

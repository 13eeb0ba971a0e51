"""The report as one HTML file that asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from mantlet.base.counts import listed
from mantlet.base.printable import printable
from mantlet.base.version import VERSION
from mantlet.report.history import TREATMENT, plot_of
from mantlet.report.model import EVIDENCE_TABLES, LINDDUN, STRIDE, Report
from mantlet.risk.owasp import MATRIX

SEVERITIES = [[severity.word for severity in row] for row in reversed(MATRIX)]
"""Severity words of the matrix, likelihood high first."""


@lru_cache(maxsize=4)
def template(name: str) -> Template:
    """Return a page's template; names from a model are escaped in it."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown
    )
    return environment.from_string(file(name))


def style() -> str:
    """Return the style rules that pages share, typeface included."""
    return _fonts() + file("report.css")


def script_hash() -> str:
    """Return what names the report's own script in a content security policy."""
    return base64.b64encode(hashlib.sha256(file("report.js").encode()).digest()).decode()


def _shown(value: object) -> object:
    """Let no text from a model reorder what stands beside it; markup is our own."""
    return printable(value) if type(value) is str else value


def file(name: str) -> str:
    """Return one of our templates as text."""
    return (resources.files("mantlet.report") / "templates" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _fonts() -> str:
    """Return the report's typeface as style rules; other scripts than Latin fall back to the reader's fonts."""
    folder = resources.files("mantlet.report") / "fonts"
    rules = []
    for weight, name in ((400, "Inter-Regular-latin.woff2"), (600, "Inter-SemiBold-latin.woff2")):
        data = base64.b64encode((folder / name).read_bytes()).decode()
        source = f"url(data:font/woff2;base64,{data}) format('woff2')"
        rules.append(f"@font-face{{font-family:Inter;font-weight:{weight};src:{source}}}")
    return "".join(rules)


def render(report: Report, svg: str, *, date: str = "") -> str:
    """Return the report; ``svg`` is the diagram, already safe markup. ``date`` is shown when given."""
    script = file("report.js")
    return template("report.html.jinja").render(
        report=report,
        svg=Markup(svg),  # noqa: S704  (made by our renderer, which escapes every name)
        css=Markup(style()),  # noqa: S704
        script=Markup(script),  # noqa: S704
        script_hash=script_hash(),
        severities=SEVERITIES,
        evidence_tables=EVIDENCE_TABLES,
        treatment_columns=TREATMENT,
        plot=Markup(plot_of(report.history, report.system["name"])),  # noqa: S704  (ours too)
        heat=[
            ("stride", "STRIDE", report.frameworks["stride"], [word.replace("-", " ") for word in STRIDE]),
            ("linddun", "LINDDUN", report.frameworks["linddun"], list(LINDDUN.values())),
        ],
        harm=listed(report.harm),
        date=date,
        version=VERSION,
    )

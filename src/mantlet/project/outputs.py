"""Diagrams and reports of an assessment, as bytes of any format."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mantlet.analysis.engine import State
from mantlet.base.errors import UsageError
from mantlet.base.limits import inside, is_file
from mantlet.base.suggest import suggest
from mantlet.diagram.options import Badge, Options, Sensitivity
from mantlet.risk.owasp import Severity
from mantlet.risk.ratings import BEST
from mantlet.rules.tree import SCOPES, YES
from mantlet.store.layout import Layout, layout_path

if TYPE_CHECKING:
    from mantlet.diagram.theme import Theme
    from mantlet.project.api import Assessment
    from mantlet.project.vcs.history import History

DIAGRAM_FORMATS = ("svg", "png", "dot", "mermaid", "plantuml")
SUFFIXES = {
    "svg": "svg",
    "png": "png",
    "dot": "dot",
    "gv": "dot",
    "mmd": "mermaid",
    "mermaid": "mermaid",
    "puml": "plantuml",
    "plantuml": "plantuml",
}
REPORT_FORMATS = ("html", "pdf", "md", "xlsx", "csv", "json")


def overlay(assessment: Assessment) -> dict[str, Badge]:
    """Return the badge of each element and flow: how many threats are open there, and the worst severity."""
    register = assessment.register
    analysis, settled = register.analysis, register.settled
    table, severity = analysis.threats, register.ratings.severity[BEST]
    found: dict[str, list[int]] = {}
    for row in range(len(table)):
        if table.state[row] != State.OPEN or settled[row]:
            continue
        item = analysis.types[int(table.type[row])]
        name = register.element_id(row)
        if item.at == "flow":
            name = analysis.place_id(SCOPES[item.at], int(table.place[row]))
        found.setdefault(name, []).append(int(severity[row]))
    return {name: Badge(len(levels), Severity(max(levels)).word) for name, levels in found.items()}


def sensitivity(assessment: Assessment) -> dict[str, Sensitivity]:
    """Return the movements that carry personal data, as the lineage analysis knows them."""
    analysis = assessment.register.analysis
    lineage = analysis.atoms.lineage
    personal = lineage.movements(("personal",), ()) == YES
    special = lineage.movements(("special-category",), ()) == YES
    return {
        analysis.columns.movement_place(row): "special" if special[row] else "personal"
        for row in range(len(personal))
        if personal[row]
    }


def diagram(
    assessment: Assessment,
    kind: str = "svg",
    options: Options | None = None,
    *,
    theme: Theme = "light",
    scale: float = 2.0,
    prefix: str = "",
    marked: bool = True,
) -> bytes:
    """Draw the data flow diagram as svg, png, dot, mermaid or plantuml.

    Badges and personal data are marked unless ``marked`` is false or ``options`` brings its own.
    """
    from mantlet import diagram as maker  # noqa: PLC0415

    if kind not in DIAGRAM_FORMATS:
        raise UsageError(
            f"unknown diagram format '{kind}'",
            mend=suggest(kind, DIAGRAM_FORMATS) or f"one of {', '.join(DIAGRAM_FORMATS)}",
        )
    chosen = options or Options()
    if chosen.positions is None and not chosen.focus:
        chosen = replace(chosen, positions=stored_positions(assessment))
    if marked:
        chosen = _marked(assessment, chosen)
    vocabulary = assessment.catalogue.vocabulary
    if kind in {"svg", "png"}:
        drawing = maker.draw(assessment.model, vocabulary, chosen)
        if kind == "png":
            return maker.to_png(drawing, theme=theme, scale=scale)
        return maker.to_svg(drawing, theme=theme, prefix=prefix).encode()
    writers = {"dot": maker.to_dot, "mermaid": maker.to_mermaid, "plantuml": maker.to_plantuml}
    return writers[kind](maker.view(assessment.model, vocabulary, chosen)).encode()


def _marked(assessment: Assessment, options: Options) -> Options:
    chosen = options.sensitivity if options.sensitivity is not None else sensitivity(assessment)
    return replace(options, overlay=options.overlay or overlay(assessment), sensitivity=chosen)


def stored_positions(assessment: Assessment) -> dict[str, Any] | None:
    """Return the layout that people keep beside the model file (`threatmodel.layout.json`); None where there is none."""
    if assessment.model.source is None and assessment.model.foreign is not None:
        drawn: dict[str, Any] = assessment.model.foreign.layout
        return drawn or None
    path = _layout_path(assessment)
    return Layout.load(path).raw if path and is_file(path) else None


def keep_layout(assessment: Assessment) -> Path:
    """Write down where everything in the diagram is now, beside the model file, so that later drawings keep it."""
    from mantlet import diagram as maker  # noqa: PLC0415

    path = _layout_path(assessment)
    if path is None:
        raise UsageError(
            "a model built in Python has no file to keep a layout beside", mend="save the model first"
        )
    placed = maker.layout_positions(maker.draw(assessment.model, assessment.catalogue.vocabulary, Options()))
    layout = Layout.load(path)
    layout.raw.update(placed)
    layout.save()
    return path


def _layout_path(assessment: Assessment) -> Path | None:
    source = assessment.model.source
    if source is None:
        return None
    path = layout_path(Path(source.document.file))
    inside(path.parent, path)
    return path


def sequence(
    assessment: Assessment, name: str, kind: str = "svg", *, theme: Theme = "light", scale: float = 2.0
) -> bytes:
    """Draw a named order of flows (`sequences:` in the model) as svg, png, mermaid or plantuml."""
    from mantlet import diagram as maker  # noqa: PLC0415

    kinds = ("svg", "png", "mermaid", "plantuml")
    if kind not in kinds:
        raise UsageError(
            f"no sequence view in the format '{kind}'",
            mend=suggest(kind, kinds) or f"one of {', '.join(kinds)}",
        )
    made = maker.sequence(assessment.model, assessment.catalogue.vocabulary, name)
    if kind == "png":
        return maker.sequence_png(made, theme=theme, scale=scale)
    if kind == "svg":
        return maker.sequence_svg(made, theme=theme).encode()
    return (maker.sequence_mermaid if kind == "mermaid" else maker.sequence_plantuml)(made).encode()


_TOO_DENSE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 60" role="img"><title>No diagram</title>'
    '<text x="320" y="35" text-anchor="middle" font-family="Inter, sans-serif" font-size="13" fill="#54616e">'
    "The system is too large to draw on one page; mantlet diagram --focus draws a part of it.</text></svg>"
)


def _picture(assessment: Assessment, theme: Theme) -> str:
    """Return the report's diagram; a system too large to draw gets a sentence instead, because the rest must not fail."""
    from mantlet.diagram.engines import LayoutError  # noqa: PLC0415

    try:
        return diagram(assessment, theme=theme).decode()
    except LayoutError:
        return _TOO_DENSE


def report(
    assessment: Assessment,
    kind: str = "html",
    *,
    date: str = "",
    compliance: str = "",
    history: History | None = None,
) -> bytes:
    """Write the report as html, pdf, md, xlsx, csv or json. ``date`` is printed when given; nothing else depends on the day.

    ``compliance`` names a law (gdpr or ai-act): the report is then about that, article by article. ``history`` adds risk over
    time (`mantlet.project.vcs.history`).
    """
    if kind not in REPORT_FORMATS:
        raise UsageError(
            f"unknown report format '{kind}'",
            mend=suggest(kind, REPORT_FORMATS) or f"one of {', '.join(REPORT_FORMATS)}",
        )
    if compliance:
        return _compliance(assessment, kind, compliance, date)
    from mantlet.report.build import build  # noqa: PLC0415

    made = build(assessment.model, assessment.register, assessment.evidence, _past(history))
    if kind == "html":
        from mantlet.report import html  # noqa: PLC0415

        return html.render(made, _picture(assessment, "auto"), date=date).encode()
    if kind == "pdf":
        from mantlet.report import pdf  # noqa: PLC0415

        with resources.as_file(resources.files("mantlet.diagram") / "fonts") as fonts:
            return pdf.render(made, _picture(assessment, "light"), str(fonts), date=date)
    if kind == "md":
        from mantlet.report import markdown  # noqa: PLC0415

        return markdown.render(made, diagram=diagram(assessment, "mermaid").decode(), date=date).encode()
    if kind == "json":
        from mantlet.report.records import report_json  # noqa: PLC0415

        return report_json(made)
    from mantlet.report import sheets  # noqa: PLC0415

    return sheets.to_csv(made).encode("utf-8-sig") if kind == "csv" else sheets.to_xlsx(made)


def _past(history: History | None) -> dict[str, Any]:
    """Return risk over time as the report holds it."""
    if history is None or not history.points:
        return {}
    from mantlet.report.history import Sample, past  # noqa: PLC0415

    points = [Sample(point.on, point.counts, point.weight) for point in history.points]
    return past(points, history.treatment, history.per_week)


def _compliance(assessment: Assessment, kind: str, law: str, date: str) -> bytes:
    """Write what the model says about a law."""
    from mantlet.report import compliance as paper  # noqa: PLC0415
    from mantlet.review.compliance.build import compliance  # noqa: PLC0415

    view = compliance(assessment.model, assessment.register, law)
    if kind == "pdf":
        with resources.as_file(resources.files("mantlet.diagram") / "fonts") as fonts:
            return paper.to_pdf(view, str(fonts), date=date)
    if kind in {"html", "md"}:
        return (paper.to_html if kind == "html" else paper.to_markdown)(view, date=date)
    return {"json": paper.to_json, "csv": paper.to_csv, "xlsx": paper.to_xlsx}[kind](view)

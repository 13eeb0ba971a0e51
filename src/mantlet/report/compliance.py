"""A compliance view as HTML, PDF, Markdown, spreadsheet, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import msgspec
from markupsafe import Markup

from mantlet.base.version import VERSION
from mantlet.report.html import file, style, template
from mantlet.report.markdown import escape, table
from mantlet.report.pdf import shown, typeset
from mantlet.report.sheets import safe, workbook
from mantlet.review.compliance.record import HEADINGS
from mantlet.review.compliance.view import ABSENT, STATES, ArticleView, AskLine, Compliance, RiskLine

SHOWN = 8
"""Places and questions that are named of many; JSON and the spreadsheet have all."""
MOST = 40
"""Risks that are named in one state of one article; JSON and the spreadsheet have all."""
ROLES = ("Answers for the system", "Answers for data protection or conformity", "Answers for security")
ARTICLE_COLUMNS = (
    "article",
    "title",
    "asks",
    "state",
    "why",
    "open",
    "to confirm",
    "settled",
    "mitigated",
    "questions",
)
RISK_COLUMNS = ("article", "risk", "title", "where", "severity", "worst", "state", "decision", "evidence")
LINE_COLUMNS = ("article", "kind", "what", "detail", "places")
Cells = list[str | float]


def to_html(view: Compliance, *, date: str = "") -> bytes:
    """Return one file that asks nothing of the network."""
    text = template("compliance.html.jinja").render(
        view=view,
        headings=HEADINGS,
        roles=ROLES,
        meanings=STATES,
        shown=SHOWN,
        most=MOST,
        css=Markup(style() + file("compliance.css")),  # noqa: S704  (our own)
        date=date,
        version=VERSION,
    )
    return text.encode()


def to_json(view: Compliance) -> bytes:
    """Return everything, for programs."""
    document = {"mantlet": 1, "counts": view.counts, "verdict": view.verdict, "compliance": view}
    return msgspec.json.encode(document) + b"\n"


def to_pdf(view: Compliance, font_folder: str, *, date: str = "") -> bytes:
    """Return A4 pages with room to sign. Needs the extra `pdf`."""
    document = {**asdict(view), "counts": view.counts, "verdict": view.verdict}
    inputs = {
        "view": msgspec.json.encode(shown(document)).decode(),
        "headings": msgspec.json.encode(HEADINGS).decode(),
        "roles": msgspec.json.encode(ROLES).decode(),
        "meanings": msgspec.json.encode(STATES).decode(),
        "most": str(MOST),
        "date": date,
        "version": VERSION,
    }
    return typeset("compliance.typ", inputs, font_folder)


def article_rows(view: Compliance) -> Iterator[Cells]:
    """Yield a row for each article."""
    for article in view.articles:
        counts = [len(article.of(state)) for state in ("open", "to-confirm", "settled", "mitigated")]
        texts = (article.id, article.title, article.asks, article.state, article.why)
        yield [*texts, *counts, len(article.questions)]


def to_csv(view: Compliance) -> bytes:
    """Return the articles as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(ARTICLE_COLUMNS)
    for row in article_rows(view):
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(view: Compliance) -> bytes:
    """Return a workbook: articles, risks, what was answered and what was not, record, criteria, questions."""
    wide = {1: 34, 2: 60, 3: 34, 4: 40}
    sheets: list[tuple[str, Sequence[str], list[Cells], dict[int, int]]] = [
        ("Articles", ARTICLE_COLUMNS, list(article_rows(view)), {0: 18, **wide}),
        (
            "Risks",
            RISK_COLUMNS,
            [[article.id, *_risk(risk)] for article in view.articles for risk in article.risks],
            {0: 18, 1: 34, 2: 60, 3: 26, 7: 26, 8: 40},
        ),
        ("Answers", LINE_COLUMNS, list(_lines(view)), {0: 18, 1: 12, 2: 60, 3: 40, 4: 60}),
    ]
    if view.record:
        columns = [key for key, _ in HEADINGS]
        rows: list[Cells] = [
            [*(getattr(row, key) for key in columns), ", ".join(row.missing)] for row in view.record
        ]
        heads = [*(title for _, title in HEADINGS), "Missing"]
        sheets.append(("Record", heads, rows, dict.fromkeys(range(len(heads)), 28)))
    if view.impact:
        signs: list[Cells] = [
            [item.title, item.answer, ", ".join(item.places), item.text] for item in view.impact.criteria
        ]
        sheets.append(
            ("Impact assessment", ("sign", "here", "where", "what it means"), signs, {0: 34, 2: 60, 3: 60})
        )
    if view.groups:
        asked: list[Cells] = [
            [group.title, line.id, line.text, line.why, ", ".join(line.hints), "", ""]
            for group in view.groups
            for line in group.items
        ]
        heads = ["about", "id", "question", "why", "the model hints", "answer", "by whom"]
        sheets.append(("Questions", heads, asked, {0: 24, 2: 60, 3: 50, 4: 40, 5: 24, 6: 20}))
    return workbook(f"{view.title}: {view.system['name']}", sheets)


def _risk(risk: RiskLine) -> Cells:
    return [
        risk.id,
        risk.title,
        risk.where,
        risk.severity,
        risk.worst,
        risk.state,
        risk.decision,
        risk.evidence,
    ]


def _lines(view: Compliance) -> Iterator[Cells]:
    for article in view.articles:
        for control in article.controls:
            yield [
                article.id,
                "control",
                control.title,
                f"{control.status} {control.evidence}".strip(),
                control.on,
            ]
        for answer in article.answers:
            yield [article.id, "answered", answer.fact, answer.value, ", ".join(answer.places)]
        for line in article.questions:
            yield [article.id, "to answer", line.text, line.why, ", ".join(line.hints) or line.id]


def to_markdown(view: Compliance, *, date: str = "") -> bytes:
    """Return the view for wikis and pull requests."""
    return ("\n".join(_markdown(view, date)) + "\n").encode()


def _markdown(view: Compliance, date: str) -> Iterator[str]:
    yield from (f"# {escape(view.title)}: {escape(view.system['name'])}", "", escape(view.lead), "")
    lines = [*view.verdict, *view.warnings, *([f"Date: {date}"] if date else [])]
    yield from (*(f"{escape(line)}  " for line in lines), "")
    for group in view.groups:
        yield from (f"## {escape(group.title)}", "", escape(group.lead), "")
        yield from (f"- {escape(answer.fact)}: {escape(answer.value)}" for answer in group.answers)
        yield from (*(f"- [ ] {_question(line)}" for line in group.items), "")
    yield from _impact(view)
    yield from ("## Articles", "")
    head = ["article", "", "state", "open", "to confirm", "settled or mitigated", "questions"]
    yield from table([head, *(_brief(article) for article in view.articles)])
    yield from (*(f"- {word}: {meaning}" for word, meaning in STATES.items()), "")
    for article in view.articles:
        if article.state != ABSENT:
            yield from _article(article)
    if view.record:
        rows = [[str(getattr(row, key)) for key, _ in HEADINGS] for row in view.record]
        yield from ("## Record of processing", "")
        yield from table([[title for _, title in HEADINGS], *rows])
    yield from ("## Signatures", "")
    yield from table([["role", "name", "date", "signature"], *([role, "", "", ""] for role in ROLES)])


def _impact(view: Compliance) -> Iterator[str]:
    if view.impact is None:
        return
    verdict = f"{escape(view.impact.verdict)} {escape(view.impact.done)}"
    yield from (f"## {escape(view.impact.title)}", "", verdict, "")
    signs = [[item.title, item.answer, ", ".join(item.places[:SHOWN])] for item in view.impact.criteria]
    yield from table([["sign", "here", "where"], *signs])


def _brief(article: ArticleView) -> list[str]:
    counts = (
        len(article.of("open")),
        len(article.of("to-confirm")),
        len(article.of("settled", "mitigated")),
        len(article.questions),
    )
    return [article.id, article.title, article.state, *(str(number) if number else "" for number in counts)]


def _article(article: ArticleView) -> Iterator[str]:
    yield from (f"### {escape(article.id)} {escape(article.title)}: {article.state}", "")
    yield from (escape(article.asks) + (f" ({escape(article.why)})" if article.why else ""), "")
    for risk in article.risks[:MOST]:
        note = "; ".join(filter(None, (risk.decision, risk.evidence)))
        yield f"- {risk.state}, {risk.severity}: {escape(risk.title)} (`{shown(risk.id).replace('`', '')}`){f'; {escape(note)}' if note else ''}"
    if len(article.risks) > MOST:
        yield f"- {len(article.risks) - MOST} more risks"
    for control in article.controls:
        yield f"- control, {control.status}: {escape(control.title)} on {escape(control.on)}{f'; {escape(control.evidence)}' if control.evidence else ''}"
    for answer in article.answers:
        yield f"- answered: {escape(answer.fact)} {escape(answer.value)}{f' at {escape(_few(answer.places))}' if answer.places else ''}"
    for line in article.questions[:SHOWN]:
        yield f"- [ ] {_question(line)}"
    if len(article.questions) > SHOWN:
        yield f"- {len(article.questions) - SHOWN} more questions"
    yield ""


def _question(line: AskLine) -> str:
    hints = f" The model hints at it: {escape(_few(line.hints))}." if line.hints else ""
    return f"{escape(line.text)}{hints}"


def _few(places: Sequence[str]) -> str:
    more = len(places) - SHOWN
    return ", ".join(places[:SHOWN]) + (f" and {more} more" if more > 0 else "")

"""Reports say what the register says, and names from a model are data in every format."""

import csv
import io
import json
import zipfile
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.model.model import Model
from mantlet.report import html, markdown, sheets
from mantlet.report.build import build
from mantlet.report.records import Records, report_json, risks_json, threats_json
from tests.support import register, sections

RULES = """
threats:
  LEAK:
    title: "{target} gives away data to {source}"
    text: "Somebody reads what {source} asks {target}."
    at: flow.target
    applies: source is 'external-entity'
    mitigated: flow.encrypted is 'yes'
    stride: [information-disclosure]
    cia: [confidentiality]
    agents: [outsider]
    controls: [tls]
controls:
  tls: {title: Encrypt, text: TLS., effort: low, sets: {flow.encrypted: yes}, verify: Look.}
"""
HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "a\nb\r\nc",
    "\u202egnp.exe",
    "</style><b>",
    "{{7*7}}",
    "#set page(width: 1pt)",
    "$x$ `code` [link](javascript:alert(1))",
    "| cell | cell |",
    "'\"><img src=x onerror=alert(1)>",
]


def model(name):
    text = json.dumps(
        {
            "system": {"name": name, "description": name, "owner": name},
            "data": {"d": {"name": name, "personal": ["name"], "purpose": name}},
            "boundaries": {"b": {"type": "network", "name": name}},
            "elements": {
                "who": {"type": "user", "name": name},
                "api": {"type": "web-service", "name": name, "in": "b"},
            },
            "flows": {"ask": {"from": "who", "to": "api", "data": ["d"], "name": name}},
            "assumptions": [name],
            "decisions": {"LEAK@api": {"treatment": "mitigate", "reason": name, "owner": name}},
        },
        ensure_ascii=False,
    )
    made = register(text, RULES)
    return build(Model(sections(text)), made), made


class Tags(HTMLParser):
    """Collects tags and their event handlers."""

    def __init__(self):
        super().__init__()
        self.tags, self.handlers, self.links = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def tags_of(text):
    parser = Tags()
    parser.feed(text)
    return parser


PLAIN = tags_of(html.render(model("Plain")[0], "<svg></svg>"))


@pytest.mark.parametrize("name", HOSTILE)
def test_html_shows_names_and_never_runs_them(name):
    found = tags_of(html.render(model(name)[0], "<svg></svg>"))
    assert found.tags == PLAIN.tags
    assert found.handlers == []
    assert all(link.startswith("#") for link in found.links)


def test_html_asks_nothing_of_the_network():
    page = html.render(model("Plain")[0], "<svg></svg>")
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")


@pytest.mark.parametrize("name", HOSTILE)
def test_spreadsheet_cells_are_never_formulas(name):
    report, _ = model(name)
    cells = [cell for row in csv.reader(io.StringIO(sheets.to_csv(report))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(sheets.FORMULA_STARTS)]
    with zipfile.ZipFile(io.BytesIO(sheets.to_xlsx(report))) as book:
        assert not [part for part in book.namelist() if part.endswith(".xml") and b"<f>" in book.read(part)]


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_shows_names_as_text(name):
    text = markdown.render(model(name)[0])
    assert "<script" not in text.replace("\\<script", "")
    assert "](javascript" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ") and "LEAK" in line]
    assert rows
    assert all(
        line.replace("\\|", "").count("|") == 7 for line in rows if "LEAK\\@api" in line and "gives" in line
    )


@given(st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_name_leaves_every_format_whole(name):
    report, made = model(name.replace("\x00", ""))
    assert tags_of(html.render(report, "<svg></svg>")).tags == PLAIN.tags
    markdown.render(report)
    list(csv.reader(io.StringIO(sheets.to_csv(report))))
    json.loads(report_json(report))
    json.loads(b"".join(risks_json(made, made.open)))


def test_same_input_same_bytes():
    assert html.render(model("A")[0], "<svg/>") == html.render(model("A")[0], "<svg/>")
    assert sheets.to_xlsx(model("A")[0]) == sheets.to_xlsx(model("A")[0])


def test_the_report_counts_what_the_register_counts():
    report, made = model("A")
    assert sum(report.counts.values()) == len(made.open) == len(report.risks)
    assert sum(map(sum, report.matrix)) == len(made.open)
    assert report.risks[0].id == "LEAK@api"
    assert "of 1 in all" in report.verdict[0] or "1 risk" in report.verdict[0]


def test_threat_record_has_the_documented_shape():
    _, made = model("A")
    document = json.loads(b"".join(threats_json(made, [0])))
    assert document["mantlet"] == 1
    threat = document["threats"][0]
    assert threat["id"] == "LEAK@ask"
    assert threat["at"] == {"kind": "flow", "id": "ask", "source": "who", "target": "api"}
    wanted = {
        "id",
        "type",
        "title",
        "at",
        "element",
        "state",
        "verified",
        "stride",
        "cia",
        "linddun",
        "trim",
        "refs",
        "new",
        "rating",
        "controls",
        "because",
        "evidence",
        "decision",
    }
    assert set(threat) == wanted
    rating = {"vector", "likelihood", "technical", "business", "impact", "severity", "worst", "band", "harm"}
    assert rating <= set(threat["rating"])
    assert {"fact", "value", "from"} == set(threat["because"][0])
    assert threat["decision"]["treatment"] == "mitigate"
    assert threat["decision"]["status"] == "planned"


def test_risk_record_has_the_documented_shape():
    _, made = model("A")
    document = json.loads(b"".join(risks_json(made, made.open)))
    risk = document["risks"][0]
    assert {"id", "type", "title", "element", "threats", "stride", "linddun", "rating", "state"} <= set(risk)
    assert risk["threats"] == ["LEAK@ask"]
    assert risk["rating"] == Records(made).rating(0)

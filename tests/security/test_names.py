# ruff: noqa: S314 (the XML read here is our own)
"""Names are data in every output: no markup, no code, no formula, no direction, whatever they say."""

import csv
import html.parser
import io
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from mantlet import analyse
from mantlet.diagram.engines import default_engine
from mantlet.diagram.options import Options
from mantlet.report.sheets import FORMULA_STARTS
from tests.security.hostile import NAMES, hostile_model

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn"}
JOINERS = "\u200c\u200d"


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "m.json"
    path.write_text(json.dumps(hostile_model()), encoding="utf-8")
    return analyse(path)


def steering(text):
    """Return the characters in a text that move or hide others."""
    return {char for char in text if unicodedata.category(char) in STEERING and char not in "\n\t" + JOINERS}


def pictures(result):
    yield result.diagram("svg")
    yield result.diagram("svg", Options(detail=True), theme="auto")
    yield result.diagram("svg", Options(focus="b1"))
    yield result.sequence("s", "svg")


SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {
    "svg", "style", "defs", "marker", "g", "rect", "path", "circle", "ellipse", "line", "polygon", "polyline", "text", "tspan", "title", "desc", "pattern",
}  # fmt: skip


def test_svg_is_sound_and_only_draws(result):
    for picture in pictures(result):
        root = ET.fromstring(picture)
        for node in root.iter():
            assert node.tag.removeprefix(SVG) in DRAWN
            for key, value in node.attrib.items():
                assert not key.lower().startswith("on")
                assert "href" not in key
                assert "url(" not in value or value.startswith("url(#")
        assert not steering(picture.decode())
        styles = [node.text for node in root.iter(SVG + "style")]
        assert len(styles) <= 1
    shown = " ".join(ET.fromstring(next(pictures(result))).itertext())
    assert "@import" not in shown


def test_a_detailed_svg_shows_the_names(result):
    picture = result.diagram("svg", Options(detail=True))
    shown = {"".join(node.itertext()) for node in ET.fromstring(picture).iter(SVG + "title")}
    assert any("<script>alert(1)</script>" in text for text in shown)


class Page(html.parser.HTMLParser):
    """What a browser would make of a report."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.texts, self.scripts, self.inside = set(), [], [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, key, value) for key, value in attrs]
        self.inside = tag

    def handle_data(self, data):
        (self.scripts if self.inside in {"script", "style"} else self.texts).append(data)

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


def test_html_holds_only_its_own_markup(result):
    page = Page()
    page.feed(result.report("html").decode())
    assert not page.tags & {
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "img",
        "link",
        "math",
        "template",
        "noscript",
    }
    assert [key for _, key, _ in page.attributes if key.startswith("on")] == []
    links = [
        value for _, key, value in page.attributes if key in {"href", "src", "action", "srcset", "xlink:href"}
    ]
    assert all(link.startswith("#") for link in links)
    assert sum(1 for tag, key, _ in page.attributes if (tag, key) == ("meta", "http-equiv")) == 1
    shown = " ".join(page.texts)
    for name in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}", "&lt;b&#x41;"):
        assert name in shown
    assert not steering(shown)
    assert all("alert(1)" not in script for script in page.scripts)


def test_the_html_policy_lets_only_its_own_script_run(result):
    text = result.report("html").decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "default-src 'none'" in policy
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", re.search(r"script-src ([^;]*)", policy)[1])


def test_csv_cells_are_no_formulas(result):
    text = result.report("csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) > len(NAMES)
    for cell in (cell for row in rows for cell in row):
        assert not cell.lstrip().startswith(FORMULA_STARTS)
        assert not steering(cell)
    assert any(cell.startswith("'=cmd|") for row in rows for cell in row)


def test_xlsx_cells_are_texts_and_numbers(result):
    book = zipfile.ZipFile(io.BytesIO(result.report("xlsx")))
    names = book.namelist()
    assert not [
        name
        for name in names
        if "vba" in name.lower() or "external" in name.lower() or "embed" in name.lower()
    ]
    for name in names:
        if name.endswith((".xml", ".rels")):
            root = ET.fromstring(book.read(name))
            tags = {node.tag.rpartition("}")[2] for node in root.iter()}
            assert not tags & {"f", "hyperlink", "hyperlinks", "oleObject", "ddeLink"}
            assert not steering("".join(root.itertext()))
    shown = "".join(ET.fromstring(book.read("xl/sharedStrings.xml")).itertext())
    assert "=cmd|' /C calc'!A0" in shown


def test_markdown_shows_names_as_they_are(result):
    text = result.report("md").decode()
    assert not steering(text)
    for options in ("commonmark", "gfm-like"):
        reader = MarkdownIt(options, {"html": True, "linkify": False}).enable("table")
        for token in inner(reader.parse(text)):
            assert token.type not in {
                "html_block",
                "html_inline",
                "image",
                "link_open",
                "code_block",
                "s_open",
                "em_open",
                "hr",
                "blockquote_open",
                "code_inline",
            }
            assert token.type != "fence" or token.info == "mermaid"
            assert token.type != "heading_open" or token.markup in {"#", "##"}
    shown = " ".join(
        token.content
        for token in inner(MarkdownIt("commonmark").enable("table").parse(text))
        if token.type == "text"
    )
    for name in (
        "<script>alert(1)</script>",
        "![x](https://e.invalid/x.png)",
        "*bold* _it_ `c` ~s~",
        "@everyone",
        "&lt;b&#x41;",
    ):
        assert name in shown
    links = re.findall(r"(?i)(?<!\\)\b(?:https?|www|mailto)[:.]", text.partition("```mermaid")[0])
    assert links == []


def inner(tokens):
    for token in tokens:
        yield token
        yield from inner(token.children or [])


def test_dot_is_one_graph_with_the_names_as_labels(result):
    text = result.diagram("dot", Options(detail=True)).decode()
    assert not steering(text)
    graph = default_engine().layout(text)
    labels = {item.get("label", "") for item in graph["objects"]}
    assert "<script>alert(1)</script>" in labels
    assert "a\\\\" in labels or "a\\" in labels
    nodes = [
        item for item in graph["objects"] if "nodes" not in item and not item["name"].startswith("cluster")
    ]
    assert len(nodes) == len(NAMES)
    assert not any("href" in item or "URL" in item for item in [*graph["objects"], *graph["edges"]])


MERMAID = re.compile(
    r"""flowchart\ LR|sequenceDiagram|\ *autonumber|\ *end
    |\ *n\d+(\[|\(\[|\[\(|\[\[)"[\w\ .,:'()+\#;-]*"(\]|\]\)|\)\]|\]\])
    |\ *subgraph\ bn?\d+\["[\w\ .,:'()+\#;-]*"\]
    |\ *n\d+\ (-->|-\.->)(\|"[\w\ .,:'()+\#;-]*"\|)?\ n\d+
    |\ *(actor|participant)\ n\d+\ as\ [\w\ .,:'()+\#;-]*
    |\ *n\d+--?>>n\d+:\ [\w\ .,:'()+\#;-]*
    |\ *linkStyle\ [\d,]+\ stroke:\#a03a8c|\ *classDef\ outOfScope\ stroke-dasharray:4\ 3|\ *class\ [n\d,]+\ outOfScope""",
    re.VERBOSE,
)
PLANTUML = re.compile(
    r"""@startuml|@enduml|autonumber|left\ to\ right\ direction|\ *\}
    |\ *(agent|rectangle|database|package|actor|participant)\ "[\w\ .,:'()+<>-]*"\ as\ n\d+
    |\ *frame\ "[\w\ .,:'()+<>-]*"\ as\ bn?\d+\ \{
    |n\d+\ (-->|->|-\[dashed\]->|-\[\#a03a8c\]->)\ n\d+\ :\ [\w\ .,:'()+<>-]*""",
    re.VERBOSE,
)


@pytest.mark.parametrize(("kind", "line"), [("mermaid", MERMAID), ("plantuml", PLANTUML)])
def test_text_diagrams_have_only_lines_of_ours(result, kind, line):
    for text in (result.diagram(kind, Options(detail=True)).decode(), result.sequence("s", kind).decode()):
        odd = [found for found in text.splitlines() if not line.fullmatch(found)]
        assert odd == []
        assert not steering(text)
        assert not re.search(r"<(?!U\+[0-9A-F]{4,6}>)", text)


def test_json_is_what_the_model_says(result):
    report = json.loads(result.report("json"))["report"]
    assert report["system"]["name"] == NAMES[0] + NAMES[8]
    assert report["assumptions"] == NAMES


def test_pdf_sets_names_as_text(result, tmp_path):
    pytest.importorskip("typst")
    data = result.report("pdf")
    assert data.startswith(b"%PDF")
    assert b"/JavaScript" not in data
    assert b"/Launch" not in data
    assert b"/URI" not in data
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("no pdftotext here")
    (tmp_path / "r.pdf").write_bytes(data)
    text = subprocess.run([reader, tmp_path / "r.pdf", "-"], capture_output=True, check=True).stdout.decode()
    for name in (
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        '#read("/etc/passwd")',
        "#set page(width: 1pt)",
        "$x$",
    ):
        assert name in text
    assert "root:" not in text


def test_the_terminal_is_not_steered(result, call, tmp_path):
    path = result.model.source.document.file
    commands = [
        ["risks", path], ["risks", path, "--all"], ["threats", path], ["threats", path, "--considered"], ["ask", path, "--list"],
        ["explain", result.risks[0].id, path], ["validate", path], ["risks", path, "--summary"],
    ]  # fmt: skip
    for command in commands:
        heard = call(*command)
        assert not steering(heard.out)
        assert heard.err == ""
    assert "[bold]x[/bold]" in call("threats", path).out


def test_decisions_with_odd_words_are_written_as_data(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "m.yaml"
    path.write_text(
        "elements: {m: {type: model-artifact}, j: {type: training-job}}\nflows: {load: {from: m, to: j}}\n",
        encoding="utf-8",
    )
    for name in NAMES:
        if "\x00" not in name:
            call(
                "decide",
                "MODEL-DESERIALISE@j",
                "mitigate",
                "m.yaml",
                "--reason",
                name,
                "--ticket",
                name,
                "--owner",
                name,
            )
            call("validate", "m.yaml")
            decision = analyse(path).model.sections.decisions["MODEL-DESERIALISE@j"]
            assert (decision.reason, decision.ticket, decision.owner) == (name, name, name)

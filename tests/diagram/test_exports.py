from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from samples import vocabulary, written
from test_svg import HOSTILE, hostile_model

from mantlet.diagram import (
    Options,
    draw,
    sequence,
    sequence_mermaid,
    sequence_plantuml,
    to_dot,
    to_mermaid,
    to_plantuml,
    view,
)
from mantlet.diagram.engines import LayoutEngine
from mantlet.diagram.exports import dot_text, mermaid_text, plantuml_text


@given(st.text(max_size=80) | st.sampled_from(HOSTILE))
def test_dot_strings_end_where_they_should(text: str):
    inner = dot_text(text)[1:-1]
    assert "\n" not in inner
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inner)
    assert not re.search(r"(?:^|[^\\])(?:\\\\)*\\$", inner)


@given(
    st.text(max_size=80)
    | st.sampled_from([*HOSTILE, '%%{init: {"securityLevel": "loose"}}%%', "end", "--> x"])
)
def test_mermaid_text_has_no_syntax(text: str):
    safe = re.sub(r"#\d+;", "", mermaid_text(text))
    assert not re.search(r'[#;"<>{}%\[\]|&`$\\\n]', safe)


@given(
    st.text(max_size=80)
    | st.sampled_from([*HOSTILE, '%getenv("HOME")', "!include /etc/passwd", "[[http://x]]", "$var"])
)
def test_plantuml_text_has_no_syntax(text: str):
    safe = re.sub(r"<U\+[0-9A-F]+>", "", plantuml_text(text))
    assert not re.search(r'[%!$<>"\[\]{}|\\#\n_*~@]', safe)
    assert not re.search(r"//|--|\.\.", safe)


def test_dot_can_be_read_by_graphviz(engine: LayoutEngine):
    for model in written().values():
        graph = engine.layout(to_dot(view(model, vocabulary())))
        nodes = [item for item in graph["objects"] if "pos" in item]
        assert len(nodes) == len(model.elements)
        assert len(graph["edges"]) == len(list(model.movements()))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=30) | st.sampled_from(HOSTILE), min_size=13, max_size=13))
def test_hostile_names_leave_dot_readable(engine: LayoutEngine, names: list[str]):
    graph = engine.layout(to_dot(view(hostile_model(names), vocabulary())))
    assert len([item for item in graph["objects"] if "pos" in item]) == 3


def test_mermaid_and_plantuml_have_everything():
    model = written()["assistant"]
    drawing = draw(model, vocabulary())
    mermaid = to_mermaid(drawing)
    assert mermaid.startswith("flowchart LR\n")
    assert mermaid.count("-->") == len(drawing.lanes)
    assert (
        mermaid.count("subgraph ")
        == mermaid.count("\n  end") + mermaid.count("    end") - mermaid.count("\n      end") * 0
        or True
    )
    assert (
        mermaid.count("subgraph")
        == len([line for line in mermaid.splitlines() if line.strip() == "end"])
        == 5
    )
    assert '["End user"]' in mermaid
    assert '[("Raw data lake")]' in mermaid
    plantuml = to_plantuml(drawing)
    assert plantuml.startswith("@startuml\n")
    assert plantuml.endswith("@enduml\n")
    assert plantuml.count("{") == plantuml.count("}") == 5
    assert 'database "Raw data lake" as n' in plantuml


def test_out_of_scope_is_dashed_everywhere():
    model = written()["federated-health"]
    shown = view(model, vocabulary())
    assert "style=dashed];" in to_dot(shown)
    assert "classDef outOfScope" in to_mermaid(shown)


def test_every_line_of_a_hostile_export_is_ours():
    names = ["x\nend\n%%{init}%%", "\n@enduml\n!include x", '"]:::evil', "<script>"] * 4
    model = hostile_model(names)
    model.sections.sequences["s"] = ["f", "f.returns", "g"]
    shown = view(model, vocabulary(), Options())
    drawn = sequence(model, vocabulary(), "s")
    mermaid = to_mermaid(shown).splitlines()
    assert all(
        re.match(r"flowchart LR$|\s+(n\d|subgraph b\d|end$|linkStyle|classDef|class )", line)
        for line in mermaid
    )
    plantuml = to_plantuml(shown).splitlines()
    assert plantuml.count("@enduml") == 1
    assert not any(line.lstrip().startswith("!") for line in plantuml)
    assert all(
        re.match(r"sequenceDiagram|\s+(autonumber|actor|participant|n\d)", line)
        for line in sequence_mermaid(drawn).splitlines()
    )
    assert sequence_plantuml(drawn).count("@enduml") == 1

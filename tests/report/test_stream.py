"""The fast stream of threats says what the records say, byte for byte."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.analysis.engine import Analysis
from mantlet.catalogue.load import load_catalogue
from mantlet.model.entries import Boundary, Data, Decision, Element, Flow, ManualThreat, Sections, System
from mantlet.project.api import analyse
from mantlet.report import stream
from mantlet.report.records import Records
from mantlet.report.stream import ThreatStream
from mantlet.risk.names import fill, names, names_of
from mantlet.risk.register import Register

DAY = date(2026, 1, 1)
CATALOGUE = load_catalogue()
HERE = Path(__file__).parents[1]
MODELS = sorted(
    path
    for folder in (HERE / "models", HERE.parent / "src/mantlet/project/examples")
    for path in folder.rglob("*.yaml")
    if "\nsystem:" in path.read_text(encoding="utf-8")
)
NAMES = st.one_of(
    st.just(""),
    st.sampled_from(['"', "\\", "{target}", "{at} {x}", 'x",', ",", "é", "\n\0", "a\u2028b", "</script>"]),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=5),
)


def plain(register, rows):
    records = Records(register)
    return b"".join(
        (b",\n" if number else b"\n") + msgspec.json.encode(records.threat(row))
        for number, row in enumerate(rows)
    )


def streamed(register, rows):
    return b"".join(ThreatStream(register).pieces(rows))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.parent.name + "/" + path.name)
def test_example_models(path):
    register = analyse(path, today=DAY).register
    rows = [row for risk in register for row in risk.rows]
    assert sorted(rows) == list(range(len(register.analysis.threats)))
    assert streamed(register, rows) == plain(register, rows)


@given(st.lists(NAMES, min_size=8, max_size=8))
def test_hostile_names_are_data(given_names):
    one, two, three, flow, zone, asset, system, found = given_names
    sections = Sections(
        system=System(name=system),
        boundaries={"zone": Boundary(type="network", name=zone)},
        data={"people": Data(name=asset, personal=["name"])},
        elements={
            "a": Element(type="user", name=one),
            "b": Element(type="inference-service", name=two, in_="zone", holds=["people"]),
            "ü/1": Element(type="database", name=three),
        },
        flows={
            "f": Flow(from_="a", to="b", name=flow, returns=["people"]),
            "g": Flow(from_="b", to="ü/1", data=["people"]),
        },
        threats={
            "X-1": ManualThreat(title=found + "{at}", at=["a", "f.returns", "system", "people/ü/1", "zone"])
        },
        decisions={
            "X-1@a": Decision(treatment="accept", reason=found, approved_by="lee", until="2027-01-01")
        },
    )
    register = Register(Analysis(sections, CATALOGUE), today=DAY)
    rows = range(len(register.analysis.threats))
    found_bytes = streamed(register, rows)
    assert found_bytes == plain(register, rows)
    msgspec.json.decode(b"[%b]" % found_bytes)


@pytest.mark.parametrize("grouped", [1, 7, 1000])
@pytest.mark.parametrize("written", [1, 3, 1000])
def test_chunks_do_not_show(monkeypatch, grouped, written):
    register = analyse(MODELS[0], today=DAY).register
    rows = list(range(len(register.analysis.threats)))[:40]
    monkeypatch.setattr(stream, "GROUPED", grouped)
    monkeypatch.setattr(stream, "WRITTEN", written)
    assert streamed(register, rows) == plain(register, rows)
    assert streamed(register, []) == b""


def test_names_are_put_in_once():
    assert fill("{a}{b} {c} {", {"a": "{b}", "b": "x"}) == "{b}x {c} {"


def test_names_of_one_place_and_of_all():
    analysis = analyse(MODELS[0], today=DAY).register.analysis
    for kind, item in enumerate(analysis.types):
        scope = stream.SCOPES[item.at]
        size = analysis.atoms.size(scope)
        for word in stream.WORDS[scope]:
            column = names(analysis, scope, word, range(size))
            assert column == [names_of(analysis, kind, place)[word] for place in range(size)]
        if kind > 40:
            break

"""What holds for every format that is read and written: nothing is lost on the way round, also after changes."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mantlet.base.errors import MantletError
from mantlet.formats.registry import MODULES, formats, load
from mantlet.model.entries import Decision, Element, Flow, ManualThreat, Sections
from mantlet.model.model import Model
from mantlet.model.validate import check
from mantlet.project.api import catalogue_for
from mantlet.project.foreign import export, open_foreign
from mantlet.store.dump import dump
from tests.formats.small import (
    SAMPLES,
    drawio,
    otm,
    pytm_json,
    threagile,
    threat,
    threat_composer,
    threat_dragon,
    tm7,
    tmbom,
)

CATALOGUE = catalogue_for()
FILES = {
    "tm7": ("shop.tm7", tm7(threats=threat("S1", (2, 10, 3), "Mitigated", "Passkeys", "Spoofing of User"))),
    "threat-dragon": ("shop.json", json.dumps(threat_dragon()).encode()),
    "otm": ("shop.otm", json.dumps(otm()).encode()),
    "tmbom": ("shop.json", json.dumps(tmbom()).encode()),
    "threagile": ("threagile.yaml", threagile().encode()),
    "pytm": ("shop.json", json.dumps(pytm_json()).encode()),
    "drawio": ("shop.drawio", drawio().encode()),
    "threat-composer": ("shop.json", json.dumps(threat_composer()).encode()),
}
SUFFIX = {"tm7": "tm7", "drawio": "drawio", "threagile": "yaml", "pytm": "py", "otm": "otm"}


def opened(folder, data: bytes, name: str) -> Model:
    path = folder / name
    path.write_bytes(data)
    model = open_foreign(path, CATALOGUE)
    assert model is not None, f"{name} was not recognised"
    return model


def again(folder, model: Model, kind: str) -> Model:
    """The model after it was written in a format and read back."""
    data, _ = export(model, CATALOGUE, kind)
    later = folder / "later"
    later.mkdir(exist_ok=True)
    stem = "threagile" if kind == "threagile" else "shop"
    return opened(later, data, f"{stem}.{SUFFIX.get(kind, 'json')}")


def problems(sections: Sections):
    return check(sections, CATALOGUE.vocabulary, CATALOGUE.controls, CATALOGUE.threats, CATALOGUE.pack_names)


def names(entries):
    return sorted(entry.name for entry in entries.values())


@pytest.mark.parametrize("kind", FILES)
def test_each_is_recognised_and_sound(kind, tmp_path):
    name, data = FILES[kind]
    model = opened(tmp_path, data, name)
    assert not problems(model.sections)
    assert model.sections.elements or model.sections.threats


@pytest.mark.parametrize("kind", FILES)
def test_there_and_back_is_the_same_model(kind, tmp_path):
    name, data = FILES[kind]
    model = opened(tmp_path, data, name)
    assert dump(again(tmp_path, model, kind).sections) == dump(model.sections)


@pytest.mark.parametrize("kind", ["threat-dragon", "otm", "tmbom", "threat-composer"])
def test_there_and_back_is_the_same_document(kind, tmp_path):
    name, data = FILES[kind]
    written, _ = export(opened(tmp_path, data, name), CATALOGUE, kind)
    assert json.loads(written) == json.loads(data)


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind != "threat-composer"])
def test_changes_come_back(kind, tmp_path):
    """One element is renamed, one added with a flow, one flow taken out: all of that is there after the way round."""
    name, data = FILES[kind]
    model = opened(tmp_path, data, name)
    sections = model.sections
    first, second = list(sections.elements)[:2]
    gone = next(iter(sections.flows))
    sections.elements[first].name = "Renamed thing"
    place = sections.elements[second].in_
    sections.elements["added"] = Element(type="database", name="Added store", in_=list(place))
    sections.flows["to-added"] = Flow(from_=second, to="added", name="Keep in store")
    del sections.flows[gone]
    for told in sections.threats.values():
        told.at = [place for place in told.at if place != gone] or ["system"]
    sections.decisions = {
        key: value for key, value in sections.decisions.items() if not key.endswith(f"@{gone}")
    }
    assert not problems(sections)
    back = again(tmp_path, model, kind).sections
    assert names(back.elements) == names(sections.elements)
    assert len(back.flows) == len(sections.flows)
    assert "Keep in store" in names(back.flows)
    added = next(element for element in back.elements.values() if element.name == "Added store")
    assert CATALOGUE.vocabulary.kind(added.type) == "data-store"
    inside = [back.boundaries[item].name for item in added.within]
    assert inside == [sections.boundaries[item].name for item in place]


@pytest.mark.parametrize("kind", ["tm7", "threat-dragon", "otm", "threat-composer", "threagile"])
def test_a_decision_comes_back(kind, tmp_path):
    name, data = FILES[kind]
    model = opened(tmp_path, data, name)
    sections = model.sections
    key = next(f"{name}@{place}" for name, item in sections.threats.items() for place in item.at)
    sections.decisions[key] = Decision(treatment="not-applicable", reason="nobody can get there")
    back = again(tmp_path, model, kind).sections
    assert back.decisions[key].treatment == "not-applicable"


@pytest.mark.parametrize("kind", ["threat-dragon", "otm", "tmbom", "threagile", "threat-composer"])
def test_unknown_fields_survive_changes(kind, tmp_path):
    """What no reader knows is kept wherever it stands, also where the thing it stands in is changed."""
    name, data = FILES[kind]
    assert b"vendor-note" in data
    model = opened(tmp_path, data, name)
    for element in model.sections.elements.values():
        element.name = f"{element.name} renamed"
    written, _ = export(model, CATALOGUE, kind)
    assert written.count(b"vendor-note") == data.count(b"vendor-note")


def test_changing_nothing_about_others_names(tmp_path):
    """An id of ours may change freely: entries are known by the other tool's ids."""
    name, data = FILES["threat-dragon"]
    model = opened(tmp_path, data, name)
    sections = model.sections
    old = next(iter(sections.elements))
    sections.elements = {("other" if key == old else key): item for key, item in sections.elements.items()}
    for flow in sections.flows.values():
        flow.from_ = "other" if flow.from_ == old else flow.from_
        flow.to = "other" if flow.to == old else flow.to
    for told in sections.threats.values():
        told.at = ["other" if place == old else place for place in told.at]
    sections.decisions = {
        key.replace(f"@{old}", "@other"): value for key, value in sections.decisions.items()
    }
    written, _ = export(model, CATALOGUE, "threat-dragon")
    assert json.loads(written) == json.loads(data)


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=20).filter(
    lambda text: text.strip() == " ".join(text.split()) and text == text.strip()
)


@st.composite
def models(draw) -> Sections:
    """Small models with names of all scripts."""
    sections = Sections()
    sections.system.name = draw(TEXTS)
    kinds = ["user", "web-service", "database", "inference-service", "model-artifact"]
    from mantlet.model.entries import Boundary

    sections.boundaries["zone"] = Boundary(type="cloud-network", name=draw(TEXTS))
    for row in range(draw(st.integers(2, 5))):
        inside = ["zone"] if draw(st.booleans()) else []
        sections.elements[f"e{row}"] = Element(
            type=draw(st.sampled_from(kinds)), name=draw(TEXTS), in_=inside
        )
    ids = list(sections.elements)
    for row in range(draw(st.integers(1, 5))):
        start, stop = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        if start != stop:
            facts = {"encrypted": draw(st.sampled_from(["yes", "no"]))} if draw(st.booleans()) else {}
            sections.flows[f"f{row}"] = Flow(from_=start, to=stop, name=draw(TEXTS), facts=facts)
    return sections


CARRIES_TYPES = ("tm7", "threat-dragon", "otm", "drawio")


@pytest.mark.parametrize("kind", [*CARRIES_TYPES, "tmbom", "threagile", "pytm"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(sections=models())
def test_any_model_of_ours_goes_there_and_back(kind, tmp_path, sections):
    model = Model(copy.deepcopy(sections))
    back = again(tmp_path, model, kind).sections
    assert not problems(back)
    shown = {element.name for element in back.elements.values()}
    assert len(back.elements) == len(sections.elements)
    assert len(back.flows) == len(sections.flows)
    if kind in CARRIES_TYPES:
        assert shown == {element.name for element in sections.elements.values()}
        assert sorted(element.type for element in back.elements.values()) == sorted(
            element.type for element in sections.elements.values()
        )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", ["threat-dragon", "otm", "tmbom", "pytm", "threat-composer"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_broken_documents_are_models_or_say_why_not(kind, tmp_path, data):
    """Any value of a document may be anything: what comes is a sound model or one clear error."""
    document = json.loads(FILES[kind][1])
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(_places(document)))
        holder[key] = data.draw(JUNK)
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        model = open_foreign(path, CATALOGUE)
    except MantletError:
        return
    if model is not None:
        assert not problems(model.sections)
        export(model, CATALOGUE, kind)


def _places(value):
    found = []
    pending = [value]
    while pending:
        item = pending.pop()
        for key in item if isinstance(item, dict) else range(len(item)):
            found.append((item, key))
            if isinstance(item[key], dict | list):
                pending.append(item[key])
    return found


def test_every_format_has_what_its_users_need():
    known = list(formats())
    assert [item.id for item in known] == list(MODULES)
    for item in known:
        assert item.title
        assert item.read or item.write
        assert item.write is None or (item.cannot and item.suffixes)
        assert load(item.id) is item


@pytest.mark.parametrize("kind", [item.id for item in formats() if item.write])
def test_every_format_writes_a_model_of_ours_and_an_empty_one(kind):
    sections = Sections()
    assert export(Model(copy.deepcopy(sections)), CATALOGUE, kind)[0]
    sections.elements = {"api": Element(type="inference-service"), "app": Element(type="user")}
    sections.flows = {"ask": Flow(from_="app", to="api")}
    sections.threats = {"own": ManualThreat(title="Own <threat> & more", at=["api"])}
    first, _ = export(Model(copy.deepcopy(sections)), CATALOGUE, kind)
    second, _ = export(Model(copy.deepcopy(sections)), CATALOGUE, kind)
    assert first == second


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not here")
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tm7", "threat-dragon", "otm", "tmbom", "threagile", "drawio"])
def test_samples_import_or_say_why_not_and_come_back(kind, tmp_path):
    for path in sorted((SAMPLES / kind).iterdir()):
        if path.suffix in {".md", ".tsv"}:
            continue
        try:
            model = open_foreign(path, CATALOGUE)
        except MantletError:
            continue
        if model is None or "cyclonedx" in model.foreign.bulk:
            continue
        assert not problems(model.sections), path.name
        data, _ = export(model, CATALOGUE, kind)
        later = opened(tmp_path, data, f"{path.stem}.{SUFFIX.get(kind, 'json')}")
        assert dump(later.sections) == dump(model.sections), path.name

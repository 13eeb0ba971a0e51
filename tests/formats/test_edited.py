"""Documents that were edited in mantlet: what other tools know of a thing stays with it under its new name."""

from __future__ import annotations

import json

import pytest
import yaml

from mantlet.base.errors import MantletError
from mantlet.formats.yamlread import read_yaml
from mantlet.model.entries import Decision, Element, Flow
from mantlet.project.foreign import export, open_foreign
from tests.formats.small import SAMPLES, drawio, threat_dragon
from tests.formats.test_format_laws import CATALOGUE, FILES, SUFFIX, again, names, opened


def test_a_renamed_link_of_threagile_keeps_what_mantlet_does_not_read(tmp_path):
    name, data = FILES["threagile"]
    document = yaml.safe_load(data)
    title, asset = next(
        item for item in document["technical_assets"].items() if item[1]["communication_links"]
    )
    asset["communication_links"] = {
        key: {**link, "diagram_tweak_weight": 7} for key, link in asset["communication_links"].items()
    }
    model = opened(tmp_path, yaml.safe_dump(document).encode(), name)
    for flow in model.sections.flows.values():
        flow.name = f"{flow.name} now"
    written = yaml.safe_load(export(model, CATALOGUE, "threagile")[0])
    links = written["technical_assets"][title]["communication_links"]
    assert list(links) == [f"{key} now" for key in asset["communication_links"]]
    assert all(link["diagram_tweak_weight"] == 7 for link in links.values())
    assert "x-mantlet" not in json.dumps(written)


def test_threagile_by_id_with_titles_inside_stays_that_way(tmp_path):
    name, data = FILES["threagile"]
    document = yaml.safe_load(data)
    for section in ("data_assets", "technical_assets", "trust_boundaries"):
        document[section] = {
            item["id"]: {"title": title, **item} for title, item in document[section].items()
        }
    for asset in document["technical_assets"].values():
        asset["communication_links"] = [
            {"title": title, **link} for title, link in (asset.get("communication_links") or {}).items()
        ]
    data = yaml.safe_dump(document).encode()
    model = opened(tmp_path, data, name)
    written = export(model, CATALOGUE, "threagile")[0]
    assert read_yaml(written.decode(), "written") == read_yaml(data.decode(), "imported")
    sections = model.sections
    first, second = list(sections.elements)[:2]
    sections.elements[first].name = "Renamed thing"
    sections.elements["added"] = Element(type="database", name="Added store")
    sections.flows["to-added"] = Flow(from_=second, to="added", name="Keep in store")
    written = yaml.safe_load(export(model, CATALOGUE, "threagile")[0])
    assert set(document["technical_assets"]) < set(written["technical_assets"])
    back = again(tmp_path, model, "threagile").sections
    assert names(back.elements) == names(sections.elements)
    assert names(back.flows) == names(sections.flows)


def test_a_tracked_risk_that_people_found_is_the_decision_about_it(tmp_path):
    name, data = FILES["threagile"]
    document = yaml.safe_load(data)
    asset = next(iter(document["technical_assets"].values()))["id"]
    risk = {"severity": "low", "most_relevant_technical_asset": asset}
    document["individual_risk_categories"] = {
        "Something strange": {"id": "something-strange", "description": "odd", "stride": "spoofing",
                              "risks_identified": {"Odd": risk}},
    }  # fmt: skip
    document["risk_tracking"] = {
        f"something-strange@{asset}": {"status": "mitigated", "justification": "done", "date": "2026-01-02"}
    }
    sections = opened(tmp_path, yaml.safe_dump(document).encode(), name).sections
    assert list(sections.threats) == ["something-strange"]
    place = sections.threats["something-strange"].at[0]
    assert sections.decisions[f"something-strange@{place}"].status == "done"


def test_a_threat_that_is_known_by_threat_id_is_changed_in_place(tmp_path):
    document = threat_dragon()
    threats = [
        threat
        for diagram in document["detail"]["diagrams"]
        for cell in diagram["cells"]
        for threat in cell["data"].get("threats", [])
    ]
    for threat in threats:
        threat["threatId"] = threat.pop("id")
    model = opened(tmp_path, json.dumps(document).encode(), "shop.json")
    threat, place = next((key, item.at[0]) for key, item in model.sections.threats.items())
    model.sections.decisions[f"{threat}@{place}"] = Decision(treatment="not-applicable", reason="nobody can")
    written = export(model, CATALOGUE, "threat-dragon")[0].decode()
    assert "nobody can" in written
    assert written.count('"threatId"') == len(threats)
    assert (
        again(tmp_path, model, "threat-dragon").sections.decisions[f"{threat}@{place}"].reason == "nobody can"
    )


def test_what_is_added_to_a_drawing_goes_to_the_page_it_belongs_to(tmp_path):
    page = drawio()
    start, end = page.index("<diagram"), page.index("</diagram>") + len("</diagram>")
    empty = '<diagram name="Cover" id="cover"><mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/></root></mxGraphModel></diagram>'
    model = opened(tmp_path, (page[:start] + empty + page[start:end] + page[end:]).encode(), "shop.drawio")
    sections = model.sections
    neighbour = next(name for name, element in sections.elements.items() if element.in_)
    home = list(sections.elements[neighbour].in_)
    sections.elements["added"] = Element(type="database", name="Added store", in_=home)
    sections.flows["to-added"] = Flow(from_=neighbour, to="added", name="Keep in store")
    data, notes = export(model, CATALOGUE, "drawio")
    assert not [item for item in notes if item.fate == "lost" and "page" in item.what]
    back = again(tmp_path, model, "drawio").sections
    added = next(element for element in back.elements.values() if element.name == "Added store")
    assert [back.boundaries[item].name for item in added.within] == [
        sections.boundaries[item].name for item in home
    ]
    assert "Keep in store" in names(back.flows)
    assert "Added store" not in data.decode().split("</diagram>")[0]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not here")
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tm7", "threat-dragon", "otm", "tmbom", "threagile", "drawio"])
def test_changed_samples_come_back_with_the_changes(kind, tmp_path):
    """One element renamed, one added with a flow, one threat decided, on every sample that has two elements."""
    for path in sorted((SAMPLES / kind).iterdir()):
        try:
            model = open_foreign(path, CATALOGUE)
        except MantletError:
            continue
        if model is None or "cyclonedx" in model.foreign.bulk or len(model.sections.elements) < 2:
            continue
        sections = model.sections
        first, second = list(sections.elements)[:2]
        sections.elements[first].name = "Renamed thing"
        sections.elements["added-one"] = Element(
            type="database", name="Added store", in_=list(sections.elements[second].in_)
        )
        sections.flows["added-flow"] = Flow(from_=second, to="added-one", name="Keep in store")
        key = next((f"{name}@{place}" for name, item in sections.threats.items() for place in item.at), "")
        if key and kind not in {"drawio", "tmbom"}:
            sections.decisions[key] = Decision(treatment="not-applicable", reason="nobody can get there")
        data, _ = export(model, CATALOGUE, kind)
        back = opened(tmp_path, data, f"{path.stem}.{SUFFIX.get(kind, 'json')}").sections
        assert sorted(names(back.elements)) == sorted(names(sections.elements)), path.name
        assert len(back.flows) == len(sections.flows), path.name
        assert len(back.boundaries) == len(sections.boundaries), path.name
        assert len(back.decisions) == len(sections.decisions), path.name
        if key and kind not in {"drawio", "tmbom", "otm"}:
            assert "nobody can get there" in {item.reason for item in back.decisions.values()}, path.name


def test_what_is_written_about_open_threats_is_told(tmp_path):
    """The model has decisions only for what was decided; the rest stays in the document, and conversions name it."""
    document = threat_dragon()
    for cell in document["detail"]["diagrams"][0]["cells"]:
        for told in cell["data"].get("threats", []):
            told.update(status="Open", mitigation="Log it")
    model = opened(tmp_path, json.dumps(document).encode(), "shop.json")
    notes = {item.what: item for item in model.foreign.notes}
    told_of = notes["mitigations written for threats that are open, beside the model"]
    assert told_of.fate == "kept"
    assert export(model, CATALOGUE, "threat-dragon")[0].decode().count("Log it") == 2

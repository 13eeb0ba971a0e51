"""Packs: every threat type is in exactly one, models switch them on and off, and a pack brings its parts."""

from importlib.resources import files
from pathlib import Path

import pytest

from mantlet.base.errors import InputError, InputErrors, UsageError
from mantlet.catalogue.load import load_catalogue
from mantlet.project.api import analyse, load

CHATBOT = Path(str(files("mantlet.project"))) / "examples/rag-chatbot/threatmodel.yaml"
PACKS = {"security", "infrastructure", "privacy", "ml", "llm-agents", "safety-failure-modes"}


def active(*choice):
    return {item.pack for item in load_catalogue().active(*choice)}


def kinds(path):
    return {risk.type.pack for risk in analyse(path).register}


@pytest.fixture
def model(tmp_path):
    def write(choice):
        path = tmp_path / "threatmodel.yaml"
        text = CHATBOT.read_text(encoding="utf-8")
        path.write_text(text.replace("catalogue: {version: 1}", f"catalogue: {choice}"), encoding="utf-8")
        return path

    return write


def test_the_packs_are_those_that_are_promised_and_none_is_empty():
    catalogue = load_catalogue()
    assert set(catalogue.packs) == PACKS
    assert {item.pack for item in catalogue.threats.values()} == PACKS
    assert all(pack.text for pack in catalogue.packs.values())


def test_all_are_on_by_default():
    assert active() == PACKS


def test_a_pack_brings_its_parts():
    assert active(["ml"]) == {"ml", "llm-agents", "safety-failure-modes"}
    assert active(["security", "privacy"]) == {"security", "infrastructure", "privacy"}
    assert active(["llm-agents"]) == {"llm-agents"}


def test_packs_are_off_by_name():
    assert active(None, ["infrastructure"]) == PACKS - {"infrastructure"}
    assert active(["ml"], ["llm-agents"]) == {"ml", "safety-failure-modes"}
    assert active(None, ["ml"]) == {"security", "infrastructure", "privacy"}


def test_a_model_chooses(model):
    assert kinds(model("{packs: [privacy]}")) == {"privacy", "manual"}
    assert "llm-agents" not in kinds(model("{without: [llm-agents]}"))
    assert kinds(model("{packs: [ml], without: [ml]}")) == {"manual"}


def test_a_wrong_name_is_told_with_the_right_one(model):
    with pytest.raises((InputError, InputErrors)) as caught:
        load(model("{without: [llm-agent]}"))
    assert "unknown pack 'llm-agent'" in str(caught.value)
    assert "'llm-agents'" in str(caught.value)
    with pytest.raises(UsageError):
        load_catalogue().active(None, ["llm-agent"])


def test_a_pack_is_part_of_one_that_there_is(rules, sample):
    text = "pack: acme\npacks: {acme: {title: Acme, within: %s}}\n" + sample
    catalogue = load_catalogue([rules(text % "security")])
    assert "acme" in {item.pack for item in catalogue.active(["security"])}
    with pytest.raises((InputError, InputErrors), match="unknown pack 'securty'"):
        load_catalogue([rules(text % "securty")])


def test_packs_in_a_circle_are_all_chosen_with_any(rules, sample):
    text = "pack: acme\npacks: {acme: {title: A, within: plant}, plant: {title: P, within: acme}}\n" + sample
    assert {item.pack for item in load_catalogue([rules(text)]).active(["plant"])} == {"acme"}

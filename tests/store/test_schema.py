import json

from mantlet.model.entries import Sections
from mantlet.store.schema import schema
from mantlet.store.shape import fields
from tests.model.small_vocabulary import CONTROLS, THREATS, VOCABULARY


def test_the_schema_knows_every_section_and_forbids_others():
    whole = schema()
    sections = whole["$defs"]["Sections"]
    assert set(sections["properties"]) == set(fields(Sections))
    assert sections["additionalProperties"] is False
    assert whole["$ref"] == "#/$defs/Sections"
    json.dumps(whole)


def test_foreign_keys_are_allowed_at_every_record():
    for name, definition in schema()["$defs"].items():
        assert "x-" not in definition["properties"], name
        assert list(definition["patternProperties"]) == ["^x-"], name
        assert definition["description"], name


def test_keys_carry_what_the_records_say_of_them():
    definitions = schema()["$defs"]
    assert (
        "The reason why it is not looked at"
        in definitions["Element"]["properties"]["out_of_scope"]["description"]
    )
    assert "places it covered" in definitions["Decision"]["properties"]["covers"]["description"]


def test_with_a_vocabulary_it_completes_types_facts_and_controls():
    definitions = schema(VOCABULARY, controls=CONTROLS, threats=THREATS)["$defs"]
    element = definitions["Element"]["properties"]
    assert {"customer", "user", "database"} <= set(element["type"]["enum"])
    assert "model" not in element["type"]["enum"]
    facts = element["facts"]["properties"]
    assert facts["logged"]["enum"] == ["yes", "no", "unknown", "n/a", True, False]
    assert "exposure" not in facts
    assert "protocol" not in facts
    assert element["facts"]["additionalProperties"] is False
    assert definitions["Flow"]["properties"]["facts"]["properties"]["protocol"]["anyOf"][1] == {
        "type": "string"
    }
    assert definitions["ControlInPlace"]["properties"]["control"]["enum"] == sorted(CONTROLS)
    assert "DOS@*" in definitions["Sections"]["properties"]["decisions"]["properties"]

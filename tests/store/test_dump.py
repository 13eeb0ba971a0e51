import itertools
import json

from hypothesis import given, settings

from mantlet.store.convert import from_raw, to_raw
from mantlet.store.document import Document
from mantlet.store.dump import dump
from mantlet.store.emit import WIDTH
from mantlet.store.scalars import scalar
from mantlet.store.yamlread import read_yaml
from tests.store.generated import models, texts


@given(models)
def test_what_is_dumped_loads_as_the_same_model(model):
    text = dump(model)
    assert Document(text).sections() == model


@given(models)
def test_json_says_the_same(model):
    text = json.dumps(to_raw(model))
    assert Document(text).sections() == model
    assert from_raw(to_raw(model)) == model


@given(models)
@settings(max_examples=30)
def test_dumping_again_changes_nothing(model):
    text = dump(model)
    assert dump(Document(text).sections()) == text


@given(texts, texts)
def test_any_text_survives_as_key_and_value(key, value):
    model = from_raw(
        {"system": {"name": value, "facts": {key: value}}}
        if not key.startswith("x-")
        else {"system": {"name": value}}
    )
    assert Document(dump(model)).sections() == model


def test_every_short_text_survives_inside_a_mapping_and_a_list():
    signs = "a0 -?:,[{}#&*!|>'\"%@~.</"
    every = ["".join(some) for length in (1, 2, 3) for some in itertools.product(signs, repeat=length)]
    short = [text for text in every if text == text.strip()]
    for start in range(0, len(short), 500):
        some = short[start : start + 500]
        parts = [f"{{k: {scalar(text, None)}}}, {scalar(text, None)}" for text in some]
        read = read_yaml("[" + ",\n ".join(parts) + "]", "").raw
        assert read == [item for text in some for item in ({"k": text}, text)]


def test_short_entries_share_a_line_and_long_ones_do_not():
    model = from_raw(
        {
            "elements": {
                "api": {"type": "process", "in": ["vpc"]},
                "long": {"type": "process", "description": "word " * 30, "facts": {"logged": "no"}},
            },
            "flows": {"f": {"from": "api", "to": "long", "name": "no"}},
        }
    )
    lines = dump(model, schema="s.json").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=s.json"
    assert lines[1] == "mantlet: 1"
    assert "  api: {type: process, in: [vpc]}" in lines
    assert "    facts: {logged: no}" in lines
    assert '  f: {from: api, to: long, name: "no"}' in lines
    assert all(len(line) <= WIDTH or "description" in line for line in lines)


def test_paragraphs_become_literal_blocks():
    model = from_raw({"system": {"name": "S", "description": "first\n\nsecond\n"}})
    text = dump(model)
    assert "  description: |\n    first\n\n    second\n" in text
    assert read_yaml(text, "").raw["system"]["description"] == "first\n\nsecond\n"


def test_what_cannot_be_seen_becomes_an_escape():
    text = dump(from_raw({"system": {"name": "a\u202eb\x00\n\u2028"}}))
    assert r'"a\u202eb\x00\n\u2028"' in text

"""The fast way to read JSON says what the careful one says, or leaves it to it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import MantletError
from mantlet.store.bulk import decode_json, read_bulk
from mantlet.store.convert import to_raw
from mantlet.store.document import Document
from mantlet.store.jsonread import read_json
from mantlet.store.load import load_model
from tests.model.small_vocabulary import CONTROLS, THREATS, VOCABULARY
from tests.store.generated import models

KEYS = st.sampled_from(["a", "b", ":", "a:", '":', "\\", "x-a", "é"])
SPACE = st.sampled_from(["", " ", "\n", "\t "])
COLON = st.sampled_from([":", " :", ": "])


@st.composite
def encoded(draw, text):
    """A JSON string, with some of its signs written as escapes."""
    plain = json.dumps(text, ensure_ascii=draw(st.booleans()))
    return plain.replace(":", "\\u003a") if draw(st.integers(0, 9)) == 0 else plain


@st.composite
def objects(draw, depth=0):
    """A JSON object as text, and whether some key is in it twice."""
    parts, doubled, keys = [], False, set()
    for _ in range(draw(st.integers(0, 4))):
        key = draw(KEYS)
        doubled |= key in keys
        keys.add(key)
        if depth < 3 and draw(st.booleans()):
            value, inner = draw(objects(depth + 1))
            doubled |= inner
            value = draw(st.sampled_from([value, f"[1, {value}]"]))
        else:
            value = draw(st.sampled_from(["1", "null", "-0.5e3", "true", "[]", "12345678901234567890123"]))
            value = draw(st.one_of(st.just(value), KEYS.flatmap(encoded)))
        parts.append(draw(SPACE) + draw(encoded(key)) + draw(COLON) + draw(SPACE) + value)
    return "{" + ",".join(parts) + draw(SPACE) + "}", doubled


@given(objects())
def test_a_key_that_is_there_twice_never_passes(drawn):
    text, doubled = drawn
    try:
        found = decode_json(text)
    except ValueError:
        return
    assert not doubled
    assert found == json.loads(text)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20).map(lambda text: "{" + text))
def test_what_is_no_json_is_left_to_the_careful_reader(text):
    try:
        found = decode_json(text)
    except ValueError:
        return
    assert found == read_json(text, "m.json").raw


@pytest.mark.parametrize(
    "text",
    [
        '{"a": NaN}',
        '{"a": 1e400}',
        '{"a": "\\ud800"}',
        '{"a": 1,}',
        '{"a": 1} {}',
        "{" * 5000,
        '{"a": "\n"}',
        "",
    ],
)
def test_doubtful_texts(text):
    with pytest.raises(ValueError, match=r"."):
        decode_json(text)
    assert read_bulk(text.encode()) is None


def test_ordinary_texts_are_read_at_once():
    assert decode_json('{"a": {"b": "x:y"}, "c": [1, null, "http://z"]}') == {
        "a": {"b": "x:y"},
        "c": [1, None, "http://z"],
    }


@given(models)
def test_records_are_the_same_both_ways(model):
    text = json.dumps(to_raw(model))
    found = read_bulk(text.encode())
    assert found is None or found == Document(text, "m.json").sections() == model


def test_what_records_do_not_take_as_it_is_goes_the_careful_way():
    assert read_bulk(b'{"elements": {"a": {"type": "user", "x-tool": 1}}}') is None
    assert read_bulk(b'{"elements": {"a": {"type": "user", "name": null}}}') is None
    assert read_bulk(b'{"elements": {"a": {"type": "user", "\\u0078-tool": 1}}}') is None
    assert read_bulk(b'{"include": ["other.yaml"]}') is None
    assert read_bulk(b'{"elements": {"a": {"tpye": "user"}}}') is None
    assert read_bulk(b'{"elements": {"a": {"type": "user", "name": "null, x-, \\u00e9"}}}') is not None


def test_mistakes_have_their_places(tmp_path):
    path = tmp_path / "m.json"
    path.write_text('{"elements": {"a": {"type": "customer"}},\n "flows": {"f": {"from": "a", "to": "b"}}}')
    with pytest.raises(MantletError) as caught:
        load_model(path, VOCABULARY, controls=CONTROLS, threats=THREATS)
    assert str(caught.value).startswith(f"{path}:2:")


def test_the_source_is_that_of_the_moment_it_was_read(tmp_path):
    path = tmp_path / "m.json"
    path.write_text('{"elements": {\n"a": {"type": "customer"}}}')
    model = load_model(path, VOCABULARY)
    assert model.was_read
    path.write_text("{}")
    assert model.source.where(("elements", "a"), at_key=True).line == 2
    with pytest.raises(MantletError, match="changed on disk"):
        model.source.document.save()

"""Bad input of every kind: one clear error, at its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import InputError, InputErrors, LimitError, MantletError
from mantlet.model.entries import Sections
from mantlet.store.document import Document
from mantlet.store.read import read_any
from tests.store import samples

CASES = {
    "a tab": ("a:\n\t- b", "tab", 2, 1),
    "two colons": ("system: {name: a}\nelements: a: b", "second ': '", 2, 12),
    "bad indentation": ("system:\n  name: a\n owner: b", "key is expected", 3, 2),
    "open quotes": ("system: {name: 'abc}\n", "ends inside quotes", 1, 16),
    "open brace": ("system: {name: abc\n", "missing", 1, 0),
    "a tag": ("system: !!python/object/apply:os.system [x]", "tag", 1, 9),
    "an unknown alias": ("system: *x", "no anchor", 1, 9),
    "an alias in itself": ("elements: &a {x: *a}", "inside the value", 1, 18),
    "a merge key": ("elements:\n  a: &a {type: x}\n  b:\n    <<: *a", "merge", 4, 5),
    "two documents": ("mantlet: 1\n---\nmantlet: 1", "second document", 2, 1),
    "NUL": ("system: {name: a\0}", "U\\+0000", 1, 17),
    "a reserved sign": ("system: @x", "cannot start with", 1, 9),
    "a missing key": ("elements:\n  : {type: x}\n", "key is", 2, 0),
    "a list as key": ("[a, b]: c", "cannot be a key", 1, 1),
    "JSON cut off": ('{"mantlet": 1, "system": {"name": "x"', "missing", 1, 0),
    "JSON with NaN": ('{"system": {"business": {"financial": NaN}}}', "NaN", 1, 0),
    "JSON with a flood of digits": ('{"system": {"business": {"financial": ' + "9" * 5000 + "}}}", "digits", 1, 0),
    "JSON beyond floats": ('{"system": {"business": {"financial": 1e999}}}', "1e999", 1, 0),
    "JSON with half a character": ('{"system": {"name": "\\ud800"}}', "surrogate", 1, 0),
    "deep brackets": ("[" * 100_000, "deeper", 1, 65),
    "deep JSON": ('{"a":' * 100_000, "deeper", 1, 0),
    "deep blocks": ("\n".join(" " * depth + "a:" for depth in range(100)), "deeper", 0, 0),
    "an alias bomb": (
        "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)), "values", 0, 0,
    ),
    "a tower of aliases": ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100)), "deeper", 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_error_with_its_place(name):
    text, words, line, column = CASES[name]
    with pytest.raises(InputError, match=words) as caught:
        read_any(text, "m.yaml")
    where = caught.value.where
    assert where.file == "m.yaml"
    assert line in (0, where.line)
    assert column in (0, where.column)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("text", ["a: 1\na: 2\nb: {c: 1, c: 2}", '{"a": 1, "a": 2, "b": {"c": 1, "c": 2}}'])
def test_every_duplicate_key_is_named(text):
    with pytest.raises(InputErrors) as caught:
        read_any(text, "m.yaml")
    assert [error.what for error in caught.value.errors] == [
        "the key 'a' is there twice",
        "the key 'c' is there twice",
    ]
    assert [(error.where.line, error.where.column) for error in caught.value.errors] in (
        [(2, 1), (3, 11)],
        [(1, 10), (1, 32)],
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "\ufeff", " \n"])
def test_an_empty_file(text):
    with pytest.raises(InputError, match="empty") as caught:
        Document(text.removeprefix("\ufeff"), "m.yaml").sections()
    assert "init" in caught.value.mend


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text", "'x'", "42", "[1, 2]"])
def test_something_else_than_a_mapping(text):
    with pytest.raises(InputError, match="expected a mapping"):
        Document(text, "m.yaml").sections()


def test_a_file_that_is_too_large(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
        file.write(b"x")
    with pytest.raises(LimitError, match="at most 64 MiB"):
        Document.load(path)


@pytest.mark.parametrize("data", [b"name: \xff\xfe", b"\x80\x81", bytes(range(256))])
def test_bytes_that_are_no_text(tmp_path, data):
    path = tmp_path / "m.yaml"
    path.write_bytes(data)
    with pytest.raises(InputError):
        Document.load(path)


def test_a_folder_and_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        Document.load(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        Document.load(tmp_path / "nothing.yaml")


def test_scalars_stay_what_was_written():
    raw = read_any("a: no\nb: 1:30\nc: 2027-01-31\nd: 0x1F\ne: 1_000\nf: 'null'\ng: ~\n", "m.yaml").tree.raw
    assert raw == {
        "a": "no",
        "b": "1:30",
        "c": "2027-01-31",
        "d": "0x1F",
        "e": "1_000",
        "f": "null",
        "g": None,
    }


def test_foreign_values_mean_what_yaml_says():
    raw = read_any(
        "x-a: {b: 1, c: 1.5, d: true, e: null, f: 'no', g: no, h: '1', i: [2, {j: 3}]}\nx-k: 7", "m.yaml"
    ).tree.raw
    assert raw["x-a"] == {
        "b": 1,
        "c": 1.5,
        "d": True,
        "e": None,
        "f": "no",
        "g": "no",
        "h": "1",
        "i": [2, {"j": 3}],
    }
    assert raw["x-k"] == 7


def test_braces_that_are_no_json_are_yaml():
    reading = read_any(samples.COMPACT, "m.yaml")
    assert not reading.is_json
    assert reading.tree.raw["mantlet"] == "1"
    with pytest.raises(InputError):
        read_any(samples.COMPACT, "m.json")


def _only_ours(text):
    try:
        assert isinstance(Document(text, "m.yaml").sections(), Sections)
    except MantletError as error:
        assert str(error)  # noqa: PT017


@given(st.text(max_size=200))
def test_any_text_is_a_model_or_an_error(text):
    _only_ours(text)


@given(st.text(st.sampled_from("ab:{}[]\"',#&*!|>-? \n\t\\x\u202e"), max_size=60))
def test_any_heap_of_signs_is_a_model_or_an_error(text):
    _only_ours(text)


@given(st.sampled_from(sorted(samples.ALL)), st.data())
def test_any_damage_to_a_model_is_a_model_or_an_error(style, data):
    text = samples.ALL[style]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    _only_ours(text[:start] + data.draw(st.text(max_size=5)) + text[end:])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "elements", "flows", "facts", "holds", "in", "x-a", "name", "system", "a"]
            )
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(anything)
def test_any_json_is_a_model_or_an_error(value):
    _only_ours(json.dumps(value))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_model_or_an_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    try:
        Document.load(path).sections()
    except MantletError as error:
        assert str(error)  # noqa: PT017

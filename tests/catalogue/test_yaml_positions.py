"""Rule files as text with places: what is read, what is refused, and where the error points."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.base.errors import InputError, LimitError, MantletError
from mantlet.catalogue.positioned import MAX_BYTES, read_yaml, schema_path


def write(tmp_path, text):
    path = tmp_path / "rules.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_scalars_stay_text_and_nothing_is_null(tmp_path):
    document = read_yaml(write(tmp_path, "a: no\nb: 1:30\nc: 0x10\nd:\ne: ~\nf: '~'\ng: [on, 1.0]\n"))
    assert document.value == {
        "a": "no",
        "b": "1:30",
        "c": "0x10",
        "d": None,
        "e": None,
        "f": "~",
        "g": ["on", "1.0"],
    }


def test_places_of_values_keys_and_items(tmp_path):
    document = read_yaml(write(tmp_path, "threats:\n  A:\n    refs: {cwe: [1, 22]}\n"), "rules.yaml")
    assert str(document.locate(("threats", "A", "refs", "cwe", 1))) == "rules.yaml:3:21"
    assert str(document.locate(("threats", "A", "refs"), key=True)) == "rules.yaml:3:5"
    assert str(document.locate(("threats", "A", "refs", "atlas", 0))) == "rules.yaml:3:11"
    assert document.locate(("threats",), key=True).excerpt == "threats:"


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "the key 'a' is here twice", "3:1"),
        ("a: &x 1\nb: *x\n", "aliases", "2:4"),
        ("a: 1\n---\nb: 2\n", "a second document", "2:1"),
        ("? [a]\n: 1\n", "a key must be plain text", "1:3"),
        ("a: [1, 2\nb: 3\n", "", "2:2"),
        ("a: 'x\n", "", "2:1"),
        ("a: b: c\n", "", "1:5"),
        ("a:\n\t- b\n", "", "2:1"),
        ("a: \x00\n", "a character", ""),
        ("[" * 100, "nested deeper", "1:65"),
        ("{a: " * 100, "nested deeper", ""),
        (b"a: \xff\n", "not UTF-8", "1:4"),
    ],
)
def test_what_is_refused(tmp_path, text, what, place):
    with pytest.raises(InputError) as caught:
        read_yaml(write(tmp_path, text), "rules.yaml")
    assert what in caught.value.what
    assert (
        str(caught.value.where).startswith(f"rules.yaml:{place}" if place else "rules.yaml")
        or "UTF-8" in what
    )


def test_size_is_limited(tmp_path):
    with pytest.raises(LimitError):
        read_yaml(write(tmp_path, b"#" * (MAX_BYTES + 1)))


def test_alias_bombs_cost_nothing(tmp_path):
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
    )
    with pytest.raises(InputError, match="aliases"):
        read_yaml(write(tmp_path, bomb))


@settings(max_examples=200)
@given(st.one_of(st.text(), st.text(alphabet="a:-[]{},'\"\n #&*!|>?%@`")))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    with contextlib.suppress(MantletError):
        read_yaml(path)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("Expected `str`, got `array` - at `$.title`", ("title",)),
        ("Expected `float` <= 9.0 - at `$.vulnerability.discovery`", ("vulnerability", "discovery")),
        ("Invalid enum value 'x' - at `$.stride[1]`", ("stride", 1)),
        ("Expected `str`, got `null` - at `$.refs[...][0]`", ("refs",)),
        ("Object contains unknown field `tittle`", ("tittle",)),
        ("Object contains unknown field `x` - at `$.vulnerability`", ("vulnerability", "x")),
        ("Object missing required field `title`", ()),
        ("Invalid enum value 'ZZ' - at `key in $.lowers`", ("lowers",)),
    ],
)
def test_schema_errors_lead_to_a_place(message, path):
    assert schema_path(message)[1] == path

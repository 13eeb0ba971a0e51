"""Files of rules and scenarios as plain data with places: what is read, what is refused, where the error points."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, field

from mantlet.base.errors import InputError, LimitError, MantletError
from mantlet.base.limits import MAX_RULES_BYTES
from mantlet.base.text import MAX_EXCERPT, Lines, locate
from mantlet.store.datafile import DataFile


def test_scalars_stay_text_and_nothing_is_null():
    read = DataFile("a: no\nb: 1:30\nc: 0x10\nd:\ne: ~\nf: '~'\ng: [on, 1.0]\n", "rules.yaml")
    assert read.raw == {
        "a": "no",
        "b": "1:30",
        "c": "0x10",
        "d": None,
        "e": None,
        "f": "~",
        "g": ["on", "1.0"],
    }


def test_places_of_values_keys_and_items():
    read = DataFile("threats:\n  A:\n    refs: {cwe: [1, 22]}\n", "rules.yaml")
    assert str(read.where(("threats", "A", "refs", "cwe", 1))) == "rules.yaml:3:21"
    assert str(read.where(("threats", "A", "refs"), at_key=True)) == "rules.yaml:3:5"
    assert str(read.where(("threats", "A", "refs", "atlas", 0))) == "rules.yaml:3:11"
    assert read.where(("threats",), at_key=True).excerpt == "threats:"
    assert str(DataFile("", "rules.yaml").where(("x",))) == "rules.yaml:1:1"


class Rule(Struct, forbid_unknown_fields=True):
    title: str
    lowers: dict[str, float] = field(default_factory=dict)


def test_records_and_all_that_is_wrong_with_them():
    read = DataFile(
        "rules:\n  A: {title: T, lowers: {EE: 4}}\n  B:\n    tittle: T\n    lowers: {EE: x}\n", "r.yaml"
    )
    good = read.record(read.raw["rules"]["A"], Rule, ("rules", "A"))
    assert good == Rule("T", {"EE": 4.0})
    with pytest.raises(MantletError) as caught:
        read.record(read.raw["rules"]["B"], Rule, ("rules", "B"))
    assert [f"{error.where}: {error.what}" for error in caught.value.errors] == [
        "r.yaml:3:3: 'title' is missing",
        "r.yaml:4:5: unknown key 'tittle'",
        "r.yaml:5:18: expected a number, found 'x'",
    ]


def test_a_record_that_keeps_no_foreign_keys_refuses_them():
    read = DataFile("A: {title: T, x-mine: 1}\n", "r.yaml")
    with pytest.raises(InputError, match="unknown key 'x-mine'") as caught:
        read.record(read.raw["A"], Rule, ("A",))
    assert str(caught.value.where) == "r.yaml:1:15"


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "the key 'a' is there twice", "3:1"),
        ("a: 1\n---\nb: 2\n", "a second document", "2:1"),
        ("? [a]\n: 1\n", "a mapping or list cannot be a key", "1:3"),
        ("a: [1, 2\nb: 3\n", "", "2:2"),
        ("a: 'x\n", "", "1:4"),
        ("a: b: c\n", "", "1:5"),
        ("a:\n\t- b\n", "a tab", "2:1"),
        ("a: \x00\n", "the character U+0000", "1:4"),
        ("[" * 100, "nested deeper", "1:65"),
        ("{a: " * 100, "nested deeper", ""),
        ("a: !!python/object:os.system x\n", "the tag", "1:4"),
    ],
)
def test_what_is_refused(text, what, place):
    with pytest.raises(InputError) as caught:
        DataFile(text, "rules.yaml")
    assert what in caught.value.what
    assert str(caught.value.where).startswith(f"rules.yaml:{place}")


def test_bytes_and_size(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"a: \xff\n")
    with pytest.raises(InputError, match="not UTF-8") as caught:
        DataFile.load(path, "named.yaml")
    path.write_bytes(b"#" * (MAX_RULES_BYTES + 1))
    with pytest.raises(LimitError) as caught:
        DataFile.load(path)
    assert caught.value.mend == "split it into several files"


def test_alias_bombs_cost_nothing():
    bomb = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]\n"
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    with pytest.raises(LimitError, match="values"):
        DataFile(bomb, "rules.yaml")


@settings(max_examples=200)
@given(st.one_of(st.text(), st.text(alphabet="a:-[]{},'\"\n #&*!|>?%@`")))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(MantletError):
        DataFile(text, "any.yaml")


@given(st.text(alphabet="ab\r\n"), st.integers(-1, 30))
def test_lines_counted_once_are_those_counted_each_time(text, offset):
    assert Lines(text, "f").at(offset) == locate(text, offset, "f")


def test_a_line_of_megabytes_is_not_kept():
    text = "x" * 5_000_000 + "here" + "y" * 5_000_000
    where = locate(text, 5_000_000, "f")
    assert len(where.excerpt) == 2 * MAX_EXCERPT
    assert where.excerpt[where.column - 1 - where.skipped :].startswith("here")
    shown, caret = InputError("x", where=where).diagnostics().splitlines()[1:3]
    assert shown[caret.index("^") :].startswith("here")

"""Errors of form: each with its own place, in words people use."""

import pytest

from mantlet.base.errors import InputErrors, MantletError
from mantlet.store.convert import from_raw, to_raw
from mantlet.store.document import Document

WRONG = """\
mantlet: 2
system: {name: S, busines: {}, business: {criticality: huge, financial: 12, privacy: abc}}
parties: [cloud]
data:
  rows: {clasification: secret, classification: secret, subjects: {count: -3, vulnerable: maybe}, needs: {integrity: hgih}}
  note: just text
elements:
  api:
    type: process
    in: {vpc: yes}
    code: src/**
    facts: {logged: [yes]}
    holds: rows
  nothing:
flows:
  f: {from: api}
controls:
  c: {control: x, on: [y], due: tomorrow}
reviews:
  - {by: lee, on: 2026-1-1}
  - {on: 2026-01-01, scope: {all: yes}}
assumptions: {one: two}
x-foreign: {what: ever}
"""
EXPECTED = [
    (1, 10, "expected 1, found '2'", ""),
    (2, 19, "unknown key 'busines'", "did you mean 'business'?"),
    (2, 56, "expected one of low, medium, high, critical, found 'huge'", ""),
    (2, 73, "expected a number from 0 to 9, found '12'", ""),
    (2, 86, "expected a number from 0 to 9, found 'abc'", ""),
    (3, 10, "expected a mapping (`id: …`), found a list", ""),
    (5, 10, "unknown key 'clasification'", "did you mean 'classification'?"),
    (5, 49, "expected one of public, internal, confidential, restricted, found 'secret'", ""),
    (5, 75, "expected a whole number, 0 or more, found '-3'", ""),
    (5, 91, "expected one of yes, no, found 'maybe'", ""),
    (5, 118, "expected one of low, medium, high, found 'hgih'", "did you mean 'high'?"),
    (6, 9, "expected a mapping (`key: value`), found 'just text'", "known keys: name,"),
    (10, 9, "expected a list or text, found a mapping", ""),
    (11, 11, "expected a list, found 'src/**'", "write it as a list: [src/**]"),
    (12, 21, "expected text, a number, yes or no, found a list", ""),
    (13, 12, "expected a mapping (`id: …`) or a list, found 'rows'", "write it as a list: [rows]"),
    (14, 3, "'type' is missing", "add `type: …`"),
    (16, 3, "'to' is missing", "add `to: …`"),
    (18, 33, "expected a date, YYYY-MM-DD, found 'tomorrow'", ""),
    (20, 19, "expected a date, YYYY-MM-DD, found '2026-1-1'", ""),
    (21, 5, "'by' is missing", "add `by: …`"),
    (21, 29, "expected text, found a mapping", ""),
    (22, 14, "expected a list, found a mapping", ""),
]


def test_every_error_has_its_place_and_words():
    with pytest.raises(InputErrors) as caught:
        Document(WRONG, "m.yaml").sections()
    found = [(error.where.line, error.where.column, error.what, error.mend) for error in caught.value.errors]
    for wanted, got in zip(EXPECTED, found, strict=True):
        assert got[:3] == wanted[:3]
        assert wanted[3] in got[3]


def test_the_same_in_json():
    with pytest.raises(InputErrors) as caught:
        Document(
            '{"elements": {"a": {"type": 3, "nam": "x"}},\n "data": {"d": {"automated_decisions": true}}}',
            "m.json",
        ).sections()
    assert [
        (error.where.line, error.where.column, error.what, error.mend) for error in caught.value.errors
    ] == [
        (1, 29, "expected text, found the number 3", "put it in quotes"),
        (1, 32, "unknown key 'nam'", "did you mean 'name'?"),
        (2, 40, "expected one of yes, no, found true", 'write "yes"'),
    ]


def test_what_is_empty_was_not_written():
    text = """\
system:
elements:
  api:
    type: process
    name:
    holds: {rows: }
    facts: {logged: , patched: yes}
data:
  rows: {facts: , derived_from: {raw: }}
  raw:
flows:
sequences: {s: }
environments: {test: {facts: {api: }}}
"""
    model = Document(text).sections()
    assert model.elements["api"].facts == {"patched": "yes"}
    assert list(model.elements["api"].copies) == ["rows"]
    assert model.data["rows"].derived_from == {"raw": ""}
    assert "raw" in model.data
    assert model.sequences == {"s": []}
    assert model.environments["test"].facts == {"api": {}}


def test_an_empty_list_item_is_an_error():
    with pytest.raises(MantletError, match="expected text, found nothing"):
        Document("assumptions:\n  - one\n  -\n").sections()


def test_foreign_keys_are_kept_at_every_record_and_only_there():
    text = "x-top: 1\nelements:\n  a: {type: process, x-tool: {id: '7', at: [1.5, null]}}\ndata: {d: {subjects: {x-s: no}}}\n"
    document = Document(text)
    model = document.sections()
    assert model.extra == {"x-top": 1}
    assert model.elements["a"].extra == {"x-tool": {"id": "7", "at": [1.5, None]}}
    assert model.data["d"].subjects.extra == {"x-s": "no"}
    assert to_raw(model) == document.raw
    with pytest.raises(MantletError, match="'x-a' cannot start with 'x-'"):
        Document("elements: {x-a: {type: process}}").sections()
    with pytest.raises(MantletError, match="cannot start with"):
        Document("elements: {a: {type: process, facts: {x-a: yes}}}").sections()


def test_only_the_first_hundred_errors_are_shown():
    text = "elements:\n" + "".join(f"  e{number}: {{tpe: x}}\n" for number in range(500))
    with pytest.raises(InputErrors) as caught:
        Document(text, "m.yaml").sections()
    assert "the first 100 of 1,000 errors" in str(caught.value)
    assert len(caught.value.errors) == 101


def test_plain_data_without_a_file():
    with pytest.raises(MantletError, match=r"elements\.a: 'type' is missing"):
        from_raw({"elements": {"a": {}}})


def test_hostile_names_are_shown_on_one_line():
    with pytest.raises(MantletError) as caught:
        Document('{"elements": {"a": {"type": "x", "<script>\\n\\u202e": 1}}}', "m.json").sections()
    assert "\u202e" not in str(caught.value)
    assert "'<script>··'" in str(caught.value)

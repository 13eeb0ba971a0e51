"""Edits as people see them in a diff."""

import difflib

import pytest

from mantlet.base.errors import InputError, StaleWriteError, UsageError
from mantlet.store.document import Document
from tests.store import samples


def changed(before, document):
    """Return the changed lines of a diff."""
    lines = difflib.unified_diff(before.split("\n"), document.text.split("\n"), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


@pytest.fixture
def design():
    return Document(samples.DESIGN)


def test_a_value_in_braces(design):
    design.set(("elements", "app", "type"), "mobile-app")
    assert changed(samples.DESIGN, design) == [
        "-  app:   {type: user, in: [internet]}",
        "+  app:   {type: mobile-app, in: [internet]}",
    ]


def test_a_value_on_its_own_line_keeps_its_comment(design):
    design.set(("elements", "api", "type"), "batch-job")
    assert changed(samples.DESIGN, design)[1] == "+    type: batch-job     # runs in the cluster"


def test_a_fact_is_added_in_braces_and_answered_plainly(design):
    design.set(("elements", "api", "facts", "logged"), True)
    assert changed(samples.DESIGN, design) == [
        "-    facts: {rate_limited: no}",
        "+    facts: {rate_limited: no, logged: yes}",
    ]


def test_facts_where_there_were_none(design):
    design.set(("flows", "load", "facts", "access"), "read")
    assert changed(samples.DESIGN, design)[1].endswith("opened_by: api, facts: {access: read}}")


def test_a_list_item_is_added_to_a_block_list(design):
    design.insert(("elements", "api", "code", 1), "lib/**")
    assert changed(samples.DESIGN, design) == ["+      - lib/**"]


def test_list_items_keep_their_quotes_and_comments(design):
    design.set(("elements", "api", "code"), ["src/common/*", "src/api/**"])
    assert "      - 'src/common/*'\n" in design.text
    design.remove(("elements", "api", "code", 1))
    assert design.raw["elements"]["api"]["code"] == ["src/common/*"]


def test_a_new_entry_stands_behind_the_last_one(design):
    design.insert(("elements", "worker"), {"type": "training-job", "in": ["vpc"]})
    assert changed(samples.DESIGN, design) == ["+  worker: {type: training-job, in: [vpc]}"]
    assert "retention: P1Y}}}\n  worker:" in design.text


def test_a_new_section_stands_where_the_schema_has_it(design):
    design.set(("agents", "insider"), {"is": "insider"})
    assert changed(samples.DESIGN, design) == ["+agents:", "+  insider: {is: insider}"]
    assert design.text.index("agents:") < design.text.index("decisions:")


def test_an_empty_section_is_opened_up(design):
    design.set(("threats", "ODD"), {"title": "Odd", "at": ["api"]})
    assert changed(samples.DESIGN, design) == [
        "-threats: {}        # none yet",
        "+threats:  # none yet",
        "+  ODD: {title: Odd, at: [api]}",
    ]


def test_the_last_entry_leaves_an_empty_section(design):
    design.remove(("decisions", "X@load"))
    assert "decisions: {}\n" in design.text


def test_removing_an_entry_leaves_the_comments_around_it(design):
    design.remove(("elements", "api"))
    assert "  # the API\n  model:" in design.text
    assert "runs in the cluster" not in design.text


def test_renaming_keeps_the_place(design):
    design.rename("elements", "api", "service")
    assert changed(samples.DESIGN, design) == ["-  api:", "+  service:"]
    assert list(design.raw["elements"]) == ["app", "service", "model"]


def test_short_values_for_blocks_and_blocks_for_short_values():
    document = Document(samples.BLOCKS)
    document.set(("elements", "a", "in"), [])
    document.set(("elements", "a", "in"), ["x"])
    document.set(("system", "description"), "one line")
    document.set(("system", "name"), "A\nB\n")
    document.set(("elements", "a", "facts"), {f"fact_{number}": "n/a" for number in range(12)})
    assert "        in: [x]\n" in document.text
    assert "  description: one line\n" in document.text
    assert "  name: |\n    A\n    B\n" in document.text
    assert "        facts:\n            fact_0: n/a\n" in document.text


def test_crlf_stays_crlf():
    document = Document(samples.CRLF)
    document.insert(("elements", "worker"), {"type": "training-job"})
    document.set(("agents", "x"), {"is": "user"})
    assert "\n" not in document.text.replace("\r\n", "")


def test_a_byte_order_mark_stays(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_bytes(b"\xef\xbb\xbfmantlet: 1\n")
    document = Document.load(path)
    document.set(("system", "name"), "S")
    document.save()
    assert path.read_bytes() == b"\xef\xbb\xbfmantlet: 1\nsystem: {name: S}\n"


def test_anchors_are_written_out_only_when_an_edit_needs_it():
    document = Document(samples.ANCHORED)
    document.set(("elements", "c", "type"), "data-store")
    assert "*base" in document.text
    document.set(("elements", "b", "type"), "data-store")
    assert document.raw["elements"]["a"]["type"] == "process"
    assert "&" not in document.text
    assert "*" not in document.text
    assert "# third" in document.text


def test_text_that_yaml_would_misread_is_quoted(design):
    for value in ("no", "1:30", "#x", "- a", "{", "a\nb", "\u202e", "null", ""):
        design.set(("elements", "app", "name"), value)
        assert Document(design.text).raw["elements"]["app"]["name"] == value
    assert 'name: ""' in design.text


def test_foreign_values_keep_their_types():
    document = Document("x-tool:\n  a: 1\n  b: text\n")
    document.set(("x-tool", "b"), False)
    document.set(("x-tool", "c"), "no")
    document.set(("x-tool", "d"), "false")
    document.set(("x-tool", "e"), None)
    assert document.text == 'x-tool:\n  a: 1\n  b: false\n  c: no\n  d: "false"\n  e: null\n'
    assert Document(document.text).raw == document.raw


def test_json_is_written_again_in_one_style():
    document = Document(samples.JSON)
    document.set(("elements", "a", "facts", "logged"), "no")
    assert document.text.startswith('{\n  "mantlet": 1,\n  "elements": {\n')
    assert document.raw["elements"]["a"]["facts"] == {"logged": "no", "n": 1.5}


def test_editing_what_is_not_there(design):
    with pytest.raises(UsageError, match="there is no"):
        design.rename("elements", "nobody", "somebody")
    with pytest.raises(UsageError, match="already"):
        design.rename("elements", "api", "model")
    with pytest.raises(UsageError, match="already"):
        design.insert(("elements", "api"), {"type": "process"})
    with pytest.raises(UsageError, match="no list"):
        design.insert(("elements", "api", "facts", 0), "x")
    design.remove(("elements", "nobody"))
    assert design.text == samples.DESIGN


def test_half_a_character_is_refused(design):
    with pytest.raises(InputError, match="surrogate"):
        design.set(("system", "name"), "\ud800")
    assert design.text == samples.DESIGN


def test_a_newer_file_is_not_overwritten(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(samples.DESIGN)
    document = Document.load(path)
    document.set(("system", "name"), "Mine")
    path.write_text(samples.BLOCKS)
    with pytest.raises(StaleWriteError):
        document.save()
    assert path.read_text() == samples.BLOCKS


def test_saving_twice(tmp_path):
    path = tmp_path / "threatmodel.yaml"
    path.write_text(samples.DESIGN)
    document = Document.load(path)
    for name in ("One", "Two"):
        document.set(("system", "name"), name)
        document.save()
    assert Document.load(path).raw["system"]["name"] == "Two"


def test_yaml_that_an_edit_makes_json_of_reads_as_json_at_once():
    document = Document("{mantlet: 1, elements: {}}\n")
    document.remove(("elements",))
    document.rename_key(("mantlet",), "")
    assert document.raw == Document(document.text).raw == {"": 1}

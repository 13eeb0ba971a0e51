"""Text to tree and back, and errors that show the place."""

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ATOMS, trees

from mantlet.base.errors import InputError, LimitError, Location
from mantlet.rules.parse import MAX_LENGTH, MAX_NESTING, parse
from mantlet.rules.tree import (
    And,
    Carries,
    Const,
    ControlOn,
    Crosses,
    DataIs,
    FactCompare,
    FactIn,
    FactKnown,
    Lineage,
    Linked,
    Not,
    Or,
    TypeIs,
    Within,
)
from mantlet.rules.write import unparse

A, B, C = (FactIn("flow", name, ("yes",)) for name in "abc")
ATOM_TEXTS = {
    "source is 'process'": TypeIs("source", ("process",)),
    "SOURCE IS 'process'": TypeIs("source", ("process",)),
    "element in ('agent', 'tool')": TypeIs("element", ("agent", "tool")),
    "flow.encrypted is 'yes'": FactIn("flow", "encrypted", ("yes",)),
    "flow.output in ('scores','logits')": FactIn("flow", "output", ("scores", "logits")),
    "flow.23e2b6f4-fcd8-4e76-a04a-c9ff9aff4f59 is 'No'": FactIn(
        "flow", "23e2b6f4-fcd8-4e76-a04a-c9ff9aff4f59", ("No",)
    ),
    "flow.providesConfidentiality is 'Yes'": FactIn("flow", "providesConfidentiality", ("Yes",)),
    "data.subjects_count >= 1000": FactCompare("data", "subjects_count", ">=", 1000),
    "data.subjects_count<-1.5e3": FactCompare("data", "subjects_count", "<", -1500),
    "data.retention is known": FactKnown("data", "retention"),
    "flow crosses 'network'": Crosses(("network",)),
    "flow crosses ('network', 'tenant')": Crosses(("network", "tenant")),
    "target within 'internet'": Within("target", ("internet",)),
    "flow carries personal": Carries("flow", "carries", ("personal",)),
    "flow carries (personal, 'model')": Carries("flow", "carries", ("personal",), ("model",)),
    "element holds 'model'": Carries("element", "holds", (), ("model",)),
    "target handles ('prompt', 'query')": Carries("target", "handles", (), ("prompt", "query")),
    "data is special-category": DataIs(("special-category",)),
    "data is 'model'": DataIs((), ("model",)),
    "data in ('model', personal)": DataIs(("personal",), ("model",)),
    "target trains-on personal": Lineage("target", "trains-on", ("personal",)),
    "data derived-from 'prompt'": Lineage("data", "derived-from", (), ("prompt",)),
    "element receives-from 'web-source'": Linked("element", "receives-from", ("web-source",)),
    "element reached-from ('user', 'web-source')": Linked("element", "reached-from", ("user", "web-source")),
    "source sends-to 'user'": Linked("source", "sends-to", ("user",)),
    "source reaches 'user'": Linked("source", "reaches", ("user",)),
    "control 'rate-limiting' on target": ControlOn("rate-limiting", "target"),
    "source is 'it''s'": TypeIs("source", ("it's",)),
    "yes": Const(2),
    "No": Const(0),
    "unknown": Const(1),
}


@pytest.mark.parametrize(("text", "tree"), ATOM_TEXTS.items())
def test_each_atom(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    {
        "flow.a is 'yes' or flow.b is 'yes' and flow.c is 'yes'": Or((A, And((B, C)))),
        "(flow.a is 'yes' or flow.b is 'yes') and flow.c is 'yes'": And((Or((A, B)), C)),
        "not flow.a is 'yes' and flow.b is 'yes'": And((Not(A), B)),
        "NOT (flow.a is 'yes' AND flow.b is 'yes')": Not(And((A, B))),
        "not not flow.a is 'yes'": Not(Not(A)),
        "((flow.a is 'yes'))": A,
        "flow.a is 'yes'\n  and\tflow.b is 'yes' and flow.c is 'yes'": And((A, B, C)),
    }.items(),
)
def test_joining(text, tree):
    assert parse(text) == tree


@given(trees(ATOMS))
def test_written_text_reads_back_equal(tree):
    assert parse(unparse(tree)) == tree


@given(st.one_of(st.text(), st.text(alphabet="()' notandris.flowsource<>=1,\n")))
def test_any_text_is_a_tree_or_one_clear_error(text):
    with contextlib.suppress(InputError):
        tree = parse(text)
        assert parse(unparse(tree)) == tree


MISTAKES = {
    "targt is 'process'": (1, "unexpected 'targt'", "did you mean 'target'?"),
    "flow carrries personal": (6, "unexpected 'carrries'", "did you mean 'carries'?"),
    "flow carries persnal": (14, "'persnal' is no word for data", "did you mean 'personal'?"),
    "flow carries weights": (14, "'weights' is no word for data", "data types are quoted: 'weights'"),
    "source.patched is yes": (19, "unexpected 'yes'", "write 'yes' in single quotes"),
    "source is process": (11, "'process' is not quoted", "source is 'process'"),
    "source is not 'process'": (11, "unexpected 'not'", "not source is 'process'"),
    "flow.output is ('text', 'image')": (16, "unexpected '('", "in ('a', 'b')"),
    "flow.output in 'text'": (16, "unexpected ''text''", "in parentheses"),
    'source is "process"': (11, '" is no quote here', "straight single quotes"),
    "source is ‘process’": (11, "‘ is no quote here", "straight single quotes"),
    "source is 'process": (11, "no closing quote", "add a '"),
    "flow.a = 'yes'": (8, "= is no comparison", "is 'value'"),
    "flow.a != 'yes'": (8, "! means nothing", "not …"),
    "yes && no": (5, "& means nothing", "write: and"),
    "yes || no": (5, "| means nothing", "write: or"),
    "(source is 'process'": (21, "ends too early", "')'"),
    "source is 'process' and": (24, "ends too early", "a condition"),
    "data.subjects_count > many": (23, "unexpected 'many'", "a number"),
    "data.subjects_count > 1e999": (23, "too large", ""),
    "source crosses 'network'": (1, "only a flow crosses", "flow crosses"),
    "source is 'process' isolated": (21, "unexpected 'isolated'", "and"),
    "yes yes": (5, "unexpected 'yes'", "and"),
    "": (0, "empty", "yes or no"),
    "  \n ": (0, "empty", "yes or no"),
    "\x00": (1, "unexpected character", ""),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_name_place_and_mend(text):
    column, what, mend = MISTAKES[text]
    with pytest.raises(InputError) as caught:
        parse(text)
    assert what in caught.value.what
    assert mend in caught.value.mend
    assert (caught.value.where.column if caught.value.where else 0) == column


def test_the_caret_stands_in_the_files_own_line():
    line = "    applies: source is 'process' and targt is 'agent'"
    where = Location("rules.yaml", 7, 14, line)
    with pytest.raises(InputError) as caught:
        parse(line[13:], where)
    assert str(caught.value).splitlines()[:3] == [
        "rules.yaml:7:38: unexpected 'targt'",
        f"    {line}",
        f"    {' ' * 37}^",
    ]


def test_the_caret_counts_the_yaml_quote():
    line = """    applies: "targt is 'agent'" """
    with pytest.raises(InputError) as caught:
        parse("targt is 'agent'", Location("rules.yaml", 7, 14, line))
    assert caught.value.where.column == 15


def test_a_folded_rule_is_shown_itself():
    with pytest.raises(InputError) as caught:
        parse("source is 'process'\nand targt is 'agent'", Location("rules.yaml", 7, 12, "    applies: |"))
    assert caught.value.where == Location("rules.yaml", 7, 5, "and targt is 'agent'")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "(" * (MAX_NESTING + 1) + "yes" + ")" * (MAX_NESTING + 1),
        "not " * (MAX_NESTING + 1) + "yes",
        "(not " * (MAX_NESTING // 2 + 1) + "yes" + ")" * (MAX_NESTING // 2 + 1),
        "yes and " * MAX_LENGTH + "yes",
    ],
)
def test_hostile_size_and_depth_are_refused(text):
    with pytest.raises(LimitError):
        parse(text[: MAX_LENGTH + 1])


def test_long_but_flat_is_fine():
    tree = parse(" and ".join(["flow.a is 'yes'"] * 1000))
    assert isinstance(tree, And)
    assert len(tree.items) == 1000


def test_quoted_parentheses_do_not_nest():
    assert parse(f"source is '{'(' * 100}'") == TypeIs("source", ("(" * 100,))


REAL = Path(__file__).parents[3] / "shared/catalogues"


@pytest.mark.parametrize("name", ["tmt_sdl_core_threat_types.tsv", "tmt_azure_threat_types.tsv"])
def test_the_threat_modeling_tools_own_rules(name):
    path = REAL / name
    if not path.exists():
        pytest.skip("the templates' rules are not here")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    texts = [row[column] for row in rows for column in ("include_filter", "exclude_filter") if row[column]]
    assert len(texts) > 40
    for text in texts:
        tree = parse(text)
        assert parse(unparse(tree)) == tree

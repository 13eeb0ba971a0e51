"""Whatever operations come, in whatever file: refused whole or done whole, readable as said, and taken back to the byte."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mantlet.base.errors import MantletError
from mantlet.changes.operations import Remove, Rename, Set
from mantlet.store.document import Document
from mantlet.web.answers import Json
from mantlet.web.session import Session
from tests.web.workbench import SMALL, TODAY, write

WORDS = st.sampled_from(
    ["elements", "flows", "data", "boundaries", "system", "decisions", "include", "x-note", "api", "app", "predict", "customers", "vpc", "facts", "type", "name", "in", "holds", "derived_from", "from", "to", "returns", "weights", "environments", "sequences", "controls", "on", "threats", "at", "assumptions", "catalogue", "packs", "parties", "agents", "reviews", "discovered", "user", "network", "cache", "yes", "no", "~", "null", "1", "1e3"]
)  # fmt: skip
ODD = st.sampled_from(
    [
        "",
        "a b",
        "a: b",
        "#x",
        "- y",
        "[",
        "{",
        "\n",
        "é",
        "&a",
        "*a",
        "!t",
        "%",
        "'",
        '"',
        "\t",
        "\r\n",
        "…",
        "\u2028",
        "\x85",
        "|\n x",
        "/",
        "@",
    ]
)
KEYS = st.one_of(WORDS, WORDS, ODD, st.integers(0, 2))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), WORDS, ODD),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, ODD), inner, max_size=3)
    ),
    max_leaves=6,
)
PATHS = st.lists(KEYS, min_size=1, max_size=4).map(tuple)
SECTIONS = st.sampled_from(["elements", "flows", "data", "boundaries", "controls", "nowhere"])
OPERATIONS = st.one_of(
    st.builds(Set, PATHS, VALUES),
    st.builds(Remove, PATHS),
    st.builds(Rename, SECTIONS, WORDS, st.one_of(WORDS, ODD)),
    st.builds(
        Set,
        st.tuples(
            st.just("elements"),
            st.sampled_from(["api", "app", "new"]),
            st.sampled_from(["name", "description"]),
        ),
        st.one_of(ODD, WORDS),
    ),
)
FILES = {
    "threatmodel.yaml": [
        SMALL,
        SMALL.replace("\n", "\r\n"),
        "mantlet: 1\nelements: {api: {type: user}, app: {type: user}}\n",
        "mantlet: 1\nelements: &e\n  api: {type: user}\n  app: {type: user}\nx-more: *e\n",
    ],
    "threatmodel.json": ['{"mantlet":1,"elements":{"api":{"type":"user","in":[]}},"flows":{}}'],
}
CHOICES = st.sampled_from([(name, text) for name, texts in FILES.items() for text in texts])


@pytest.fixture(autouse=True)
def fast_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: None)


@settings(max_examples=60)
@given(file=CHOICES, batches=st.lists(st.lists(OPERATIONS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_any_operations_at_all(tmp_path_factory, file, batches):
    path = write(tmp_path_factory.mktemp("any"), file[1], file[0])
    path.write_bytes(file[1].encode())
    session = Session(path, today=TODAY)
    first, oldest, done = path.read_bytes(), session.known.revision, []
    for number, batch in enumerate(batches):
        before = path.read_bytes()
        try:
            answer = session.change(batch, base=session.known.revision if number % 2 else oldest)
        except MantletError:
            assert path.read_bytes() == before
            continue
        assert Document.load(path).raw == session.known.raw
        assert Json(answer).body
        done.append(answer)
    for answer in reversed(done):
        session.change(answer["inverse"], base=session.known.revision)
    assert not done or path.read_bytes() == first

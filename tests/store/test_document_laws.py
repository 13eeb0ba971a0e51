"""Whatever is edited in whatever style: the text reads as the document says, and only what was edited changes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import UsageError
from mantlet.store.document import Document
from mantlet.store.dump import dump
from mantlet.store.rawedit import MISSING, get
from tests.store import samples
from tests.store.generated import NASTY, foreign, models, texts

plain = st.recursive(
    texts | st.sampled_from(["process", "yes"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(texts.filter(lambda key: not key.startswith("x-")), inner, max_size=3)
    ),
    max_leaves=5,
)


def paths(raw, prefix=()):
    """Yield every path of a tree."""
    pairs = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in pairs:
        yield (*prefix, key)
        yield from paths(value, (*prefix, key))


def an_edit(draw, document):
    """Draw an edit and do it; return the path that it touched."""
    known = list(paths(document.raw))
    action = draw(st.sampled_from(["set", "set", "remove", "rename", "new", "item"]))
    if not known:
        document.set(("elements", "first"), draw(plain))
        return ("elements",)
    path = draw(st.sampled_from(known))
    if action == "rename":
        new = draw(texts.filter(lambda key: not key.startswith("x-")))
        if (
            isinstance(path[-1], str)
            and get(document.raw, (*path[:-1], new)) is MISSING
            and not path[-1].startswith("x-")
        ):
            document.rename_key(path, new)
        return path
    if action == "remove":
        document.remove(path)
        return path
    if action == "new":
        holder = get(document.raw, path)
        key = draw(st.sampled_from(["new", *NASTY]))
        path = (
            (*path, key)
            if isinstance(holder, dict)
            else (draw(st.sampled_from(["decisions", "elements", "agents"])), key)
        )
    if action == "item":
        lists = [item for item in known if isinstance(get(document.raw, item), list)]
        if lists:
            path = draw(st.sampled_from(lists))
            document.insert((*path, draw(st.integers(0, len(get(document.raw, path))))), draw(texts))
        return path
    beyond = any(isinstance(key, str) and key.startswith("x-") for key in path)
    with suppress(UsageError):  # a list has no named places
        document.set(path, draw(foreign if beyond else plain))
    return path


def agree(document):
    fresh = Document(document.text)
    assert fresh.raw == document.raw or (not document.raw and not fresh.raw)


@pytest.mark.parametrize("style", samples.ALL)
@given(st.data())
def test_text_and_data_stay_in_step(style, data):
    document = Document(samples.ALL[style])
    for _ in range(data.draw(st.integers(1, 5))):
        an_edit(data.draw, document)
        agree(document)


@given(models, st.data())
def test_dumped_models_can_be_edited_too(model, data):
    document = Document(dump(model))
    for _ in range(3):
        an_edit(data.draw, document)
        agree(document)


@given(st.sampled_from([samples.DESIGN, samples.BLOCKS, samples.CRLF, samples.NO_END]), st.data())
def test_other_sections_keep_every_byte(text, data):
    document = Document(text)
    before = {name: section.text for name, section in document._chunks.sections.items()}
    touched = an_edit(data.draw, document)
    for name, section in document._chunks.sections.items() if document._chunks else ():
        if name in before and name != touched[0]:
            assert section.text.strip() in before[name] or before[name].strip() in section.text
    comments = [line.strip() for line in text.splitlines() if line.startswith("#")]
    assert all(comment in document.text for comment in comments)

"""All mistakes at once: those that the schema sees and those that only later checks see."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet import load
from mantlet.base.errors import MantletError
from mantlet.store.convert import from_raw
from mantlet.store.salvage import salvage

SOUND = """\
mantlet: 1
data: {people: {personal: [name]}}
boundaries: {lan: {type: network}}
elements:
  who: {type: user}
  api: {type: web-service, in: lan, holds: [people]}
flows:
  ask: {from: who, to: api, data: [people], returns: [people]}
sequences: {one: [ask, ask.returns]}
"""


def mistakes(tmp_path, text, name="m.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MantletError) as error:
        load(path)
    return [item.what for item in error.value.errors]


def test_unknown_names_are_told_beside_what_does_not_fit(tmp_path):
    text = SOUND.replace("{type: user}", "{type: usr, colour: red, facts: {siz: 1}}").replace(
        "data: [people], ", "data: [peple], "
    )
    assert mistakes(tmp_path, text) == [
        "unknown element type 'usr'",
        "unknown key 'colour'",
        "unknown fact 'siz'",
        "unknown data 'peple'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{type: user}", "{name: Who}", ["'type' is missing"]),
        ("to: api, ", "", ["'to' is missing"]),
        ("{type: user}", "5", ["expected a mapping (`key: value`), found '5'"]),
        ("returns: [people]", "returns: 5", ["expected a list, found '5'"]),
        ("in: lan", "in: {a: b}", ["expected a list or text, found a mapping"]),
        (
            "data: {people: {personal: [name]}}",
            "data: [people]",
            ["expected a mapping (`id: …`), found a list"],
        ),
        ("elements:", "element:", ["unknown key 'element'"]),
        (
            "  who:",
            "  x-who: {type: usr}\n  odd: {type: usr}\n  who:",
            ["'x-who' cannot start with 'x-'", "unknown element type 'usr'"],
        ),
    ],
)
def test_what_does_not_fit_is_told_once_and_nothing_that_only_follows_from_it(tmp_path, old, new, told):
    assert mistakes(tmp_path, SOUND.replace(old, new)) == told


def test_another_format_version_is_explained(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text("mantlet: 2\n", encoding="utf-8")
    with pytest.raises(MantletError, match="newer mantlet"):
        load(path)


def test_included_files_are_looked_through_too(tmp_path):
    (tmp_path / "shared.yaml").write_text("elements: {db: {type: databse, colour: red}}\n", encoding="utf-8")
    text = SOUND + "include: [{path: shared.yaml, as: shared}]\n"
    assert mistakes(tmp_path, text) == ["unknown element type 'databse'", "unknown key 'colour'"]


def test_what_is_not_there_is_suggested_or_listed(tmp_path):
    path = tmp_path / "m.yaml"
    for wanted, mend in (("peple", "did you mean 'people'?"), ("quite-other", "there are: people")):
        path.write_text(SOUND.replace("data: [people]", f"data: [{wanted}]"), encoding="utf-8")
        with pytest.raises(MantletError) as error:
            load(path)
        assert [item.mend for item in error.value.errors] == [mend]
    path.write_text("elements: {a: {type: user, holds: [x]}}\n", encoding="utf-8")
    with pytest.raises(MantletError, match="describes no data yet"):
        load(path)


WHOLE = {
    "data": {"people": {"personal": ["name"], "classification": "internal"}},
    "elements": {"who": {"type": "user"}, "api": {"type": "web-service", "holds": ["people"]}},
    "flows": {"ask": {"from": "who", "to": "api", "facts": {"protocol": "https"}}},
    "decisions": {"LEAK@api": {"treatment": "accept", "reason": "r", "until": "2027-01-01"}},
    "reviews": [{"by": "lee", "on": "2026-01-01"}],
}
JUNK = st.sampled_from([5, "x", [], {}, ["x"], {"a": 1}, True, [[1]], {"a": {"b": []}}])


def paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


@given(st.lists(st.tuples(st.sampled_from([path for path in paths(WHOLE) if path]), JUNK), max_size=5))
def test_whatever_does_not_fit_the_rest_can_be_read(damage):
    raw = copy.deepcopy(WHOLE)
    for path, junk in damage:
        holder = raw
        for key in path[:-1]:
            try:
                holder = holder[key]
            except (KeyError, IndexError, TypeError):
                holder = None
                break
        if isinstance(holder, dict) or (isinstance(holder, list) and len(holder) > 0):
            if isinstance(holder, list) and not isinstance(path[-1], int):
                continue
            holder[path[-1]] = copy.deepcopy(junk)
    before = copy.deepcopy(raw)
    found = salvage(raw)
    assert raw == before
    try:
        whole = from_raw(copy.deepcopy(raw))
    except MantletError:
        return
    assert found is not None
    assert found.sections == whole
    assert not found.touched

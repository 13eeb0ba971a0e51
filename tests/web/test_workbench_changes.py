"""Changes through the API: on disk when answered, only their lines, taken back exactly, refused whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mantlet.changes.operations import Remove, Rename, Set
from mantlet.web.reversal import inverse
from mantlet.web.session import Session
from tests.web.workbench import INCLUDING, SHARED, SMALL, TODAY, bench, drop, put, rename, write


def undo(work, done, **more):
    return work.post(
        "changes",
        {
            "base": work.revision,
            "changes": done["inverse"],
            "layout": {"set": done["inverse_layout"]},
            **more,
        },
    )


def test_a_change_is_on_disk_when_answered_and_touches_only_its_line(work):
    done = work.change(put("elements", "api", "facts", "rate_limited", value="yes"))
    assert work.text == SMALL.replace('rate_limited: "no"', "rate_limited: yes")
    assert done["revision"] == work.revision
    assert done["inverse"] == [
        {"op": "set", "path": ["elements", "api", "facts", "rate_limited"], "value": "no"}
    ]
    assert done["register"]["full"] is False


def test_a_value_that_the_file_holds_otherwise_is_told(work):
    done = work.change(
        put("elements", "api", "facts", "logged", value=True), put("system", "owner", value="")
    )
    assert {"path": ["elements", "api", "facts", "logged"], "value": "yes"} in done["normalised"]


@pytest.mark.parametrize(
    "changes",
    [
        [drop("flows", "load")],
        [drop("elements", "store", "holds"), drop("flows", "read"), drop("elements", "store")],
        [drop("flows", "read"), drop("flows", "predict"), drop("flows", "load")],
        [put("elements", "cache", value={"type": "cache", "in": ["vpc"]})],
        [put("agents", "rival", value={"name": "A rival"})],
        [drop("elements", "api", "facts", "rate_limited")],
        [drop("elements", "api", "facts")],
        [put("elements", "api", "in", value=["internet"])],
        [rename("elements", "api", "scorer")],
        [rename("data", "customers", "people"), put("data", "people", "personal", value=["name"])],
        [put("system", "facts", "incident_plan", value="yes"), put("system", "name", value="Other")],
        [put("flows", "predict", "data", 0, value="scores")],
        [drop("data", "customers", "personal", 0)],
        [put("assumptions", value=["the account is safe"])],
    ],
    ids=lambda changes: "-".join(
        f"{item['op']}.{'.'.join(map(str, item.get('path', [item.get('section')])))}" for item in changes
    )[:60],
)
def test_undo_gives_the_same_bytes_and_redo_the_same_again(work, changes):
    done = work.change(*changes)
    changed = work.text
    assert changed != SMALL
    back = undo(work, done)
    assert work.text == SMALL
    undo(work, back)
    assert work.text == changed


def test_undo_keeps_comments_and_place_when_somebody_else_changed_something_in_between(work):
    done = work.change(drop("flows", "load"))
    work.change(
        put("elements", "app", "name", value="App"), put("flows", "extra", value={"from": "app", "to": "api"})
    )
    undo(work, done)
    wanted = SMALL.replace(
        "app: {type: user, in: [internet]}", "app: {type: user, in: [internet], name: App}"
    )
    assert (
        "  # at start\n  load: {from: model, to: api, data: [weights], opened_by: api}\n  read:" in work.text
    )
    assert work.text.startswith(wanted[: wanted.index("flows:")])
    assert list(work.get("model")["raw"]["flows"]) == ["predict", "load", "read", "extra"]


def test_undo_never_takes_away_what_somebody_wrote_in_an_editor_since(work):
    renamed = work.change(put("elements", "api", "name", value="Scorer"))
    dropped = work.change(drop("flows", "load"))
    edited = work.text.replace("  # people\n", "  # people and machines\n").replace(
        "in: [vpc]   # behind", "in: [vpc]   # far behind"
    )
    work.path.write_text(edited, encoding="utf-8")
    work.post("changes", {"base": work.revision, "changes": renamed["inverse"]})
    assert "# people and machines" in work.text
    assert "# far behind the gateway" in work.text
    work.post("changes", {"base": work.revision, "changes": dropped["inverse"]})
    assert work.text == SMALL.replace("# people", "# people and machines").replace("# behind", "# far behind")


def test_a_change_that_would_not_be_sound_writes_nothing(work):
    revision = work.revision
    for change, word in (
        (put("flows", "predict", "to", value="nowhere"), "nowhere"),
        (put("elements", "api", "typ", value="x"), "typ"),
        (put("elements", "api", "facts", "rate_limitd", value="no"), "rate_limitd"),
        (put("elements", "api", value="text"), "text"),
        (drop("elements", "api"), "api"),
        (rename("elements", "api", "app"), "app"),
        (rename("elements", "gone", "there"), "gone"),
        (put("mantlet", value=[[[1]]]), "mantlet"),
        (put("flows", "predict", "data", "x", value="y"), "list"),
    ):
        error = work.change(change, status=422, layout={"set": {"elements": {"api": {"x": 1, "y": 1}}}})[
            "error"
        ]
        assert word in json.dumps(error)
    error = work.change(put("elements", "api", "typ", value="x"), status=422)["error"]
    assert error["problems"][0]["path"] == ["elements", "api", "typ"]
    assert "type" in error["problems"][0]["mend"]
    assert work.text == SMALL
    assert work.revision == revision
    assert not work.path.with_name("threatmodel.layout.json").exists()


def test_places_are_kept_beside_the_model_and_follow_a_rename(work):
    layout = {
        "set": {
            "elements": {"api": {"x": 10, "y": 20.5}},
            "flows": {"predict": {"waypoints": [[1, 2]]}},
            "views": {"v1": {"title": "Core", "elements": {"api": {"x": 1, "y": 2}}}},
        }
    }
    done = work.change(layout=layout)
    assert work.text == SMALL
    file = work.path.with_name("threatmodel.layout.json")
    assert json.loads(file.read_text())["elements"]["api"] == {"x": 10, "y": 20.5}
    before = file.read_text()
    renamed = work.change(rename("elements", "api", "scorer"), rename("flows", "predict", "ask"))
    kept = work.get("model")["layout"]
    assert kept["elements"]["scorer"] == {"x": 10, "y": 20.5}
    assert kept["flows"]["ask"] == {"waypoints": [[1, 2]]}
    assert kept["views"]["v1"]["elements"] == {"scorer": {"x": 1, "y": 2}}
    undo(work, renamed)
    assert file.read_text() == before
    undo(work, done)
    assert work.get("model")["layout"]["elements"] == {}


@pytest.mark.parametrize(
    "layout",
    [
        {"elements": {"api": {"x": "left"}}},
        {"elements": {"api": {"x": 1e300, "y": 0}}},
        {"somewhere": {"api": {"x": 1, "y": 1}}},
        {"flows": {"predict": {"waypoints": [[1]]}}},
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_with_the_change_it_came_with(work, layout):
    work.change(put("elements", "api", "name", value="API"), layout={"set": layout}, status=422)
    assert work.text == SMALL


def test_entries_of_an_included_file_are_changed_in_that_file(tmp_path):
    write(tmp_path, SHARED, "shared.yaml")
    with bench(write(tmp_path, INCLUDING)) as work:
        model = work.get("model")
        assert model["raw"]["elements"]["hub"] == {"type": "llm-service"}
        assert model["included"] == {"elements": {"hub": "shared.yaml"}}
        done = work.change(
            put("elements", "hub", "name", value="Hub"), put("elements", "web", "name", value="Web")
        )
        assert work.text == INCLUDING.replace("{type: web-app}", "{type: web-app, name: Web}")
        assert "name: Hub" in (tmp_path / "shared.yaml").read_text()
        assert "# shared by all" in (tmp_path / "shared.yaml").read_text()
        undo(work, done)
        assert (tmp_path / "shared.yaml").read_text() == SHARED
        assert work.text == INCLUDING


def test_entries_that_are_included_under_a_prefix_keep_their_own_ids_in_their_file(tmp_path):
    shared = "mantlet: 1\nboundaries:\n  zone: {type: network}\n  far: {type: network}\nelements:\n  hub: {type: llm-service, in: [zone]}\n"
    write(tmp_path, shared, "shared.yaml")
    text = "mantlet: 1\ninclude: [{path: shared.yaml, as: ai}]\nelements:\n  web: {type: web-app}\nflows:\n  ask: {from: web, to: ai/hub}\n"
    with bench(write(tmp_path, text)) as work:
        assert work.get("model")["raw"]["elements"]["ai/hub"]["in"] == ["ai/zone"]
        done = work.change(
            put("elements", "ai/hub", "in", value=["ai/far"]), put("elements", "ai/hub", "name", value="Hub")
        )
        assert "hub: {type: llm-service, in: [far], name: Hub}" in (tmp_path / "shared.yaml").read_text()
        assert work.get("model")["raw"]["elements"]["ai/hub"]["in"] == ["ai/far"]
        undo(work, done)
        assert (tmp_path / "shared.yaml").read_text() == shared
        assert work.text == text


def test_an_empty_folder_gets_a_model_with_the_first_change(tmp_path):
    with bench(tmp_path / "threatmodel.yaml") as work:
        assert work.get("model")["raw"]["system"]["name"] == tmp_path.name
        assert not work.path.exists()
        done = work.change(put("elements", "api", value={"type": "inference-service"}))
        assert "inference-service" in work.text
        undo(work, done)
        assert work.get("model")["raw"].get("elements", {}) == {}


def test_the_folder_that_one_stands_in_gets_a_model_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with bench(Path("threatmodel.yaml")) as work:
        work.change(put("elements", "api", value={"type": "inference-service"}))
        work.change(put("elements", "api", "name", value="Scoring"))
        assert work.get("model")["raw"]["elements"]["api"]["name"] == "Scoring"
        assert "Scoring" in (tmp_path / "threatmodel.yaml").read_text()


def test_a_folder_behind_a_link_gets_a_model_too(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    with bench(tmp_path / "link" / "threatmodel.yaml") as work:
        work.change(put("elements", "api", value={"type": "inference-service"}))
        assert "inference-service" in (tmp_path / "real" / "threatmodel.yaml").read_text()


def test_read_only_shows_and_refuses(tmp_path):
    with bench(write(tmp_path), read_only=True) as work:
        assert work.get("project")["read_only"] is True
        assert work.change(put("system", "name", value="x"), status=403)["error"]["code"] == "read-only"
        assert work.text == SMALL


RAW = {
    "system": {"name": "s"},
    "elements": {
        "a": {"type": "user", "facts": {"x": "1", "y": "2"}, "in": ["b", "c"]},
        "b": {"type": "api"},
    },
}
PATHS = st.sampled_from(
    [
        ("elements",),
        ("elements", "a"),
        ("elements", "c"),
        ("elements", "a", "facts"),
        ("elements", "a", "facts", "x"),
        ("elements", "a", "facts", "z"),
        ("elements", "a", "in"),
        ("elements", "a", "in", 0),
        ("flows", "f", "from"),
        ("elements", "a", "type", "deep"),
        ("system", "name"),
    ]
)
VALUES = st.one_of(
    st.text(max_size=3),
    st.dictionaries(st.sampled_from("xyz"), st.text(max_size=2), max_size=2),
    st.lists(st.text(max_size=2), max_size=2),
)
OPERATIONS = st.one_of(
    st.builds(Set, PATHS, VALUES), st.builds(Remove, PATHS), st.just(Rename("elements", "b", "d"))
)


@given(st.lists(OPERATIONS, max_size=5))
def test_any_changes_are_taken_back(changes):
    from mantlet.base.errors import UsageError
    from mantlet.changes.apply import apply

    try:
        back = inverse(RAW, changes)
        after = apply(RAW, changes)
    except UsageError:
        return
    assert apply(after, back) == RAW


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_undoing_everything_in_any_run_of_edits_ends_at_the_first_bytes(tmp_path_factory, data):
    """Add, change and remove entries at random; then take each back, last first."""
    session = Session(write(tmp_path_factory.mktemp("run")), today=TODAY)
    done = []
    for _ in range(data.draw(st.integers(1, 6))):
        raw = session.known.raw
        kind = data.draw(st.sampled_from(["add", "name", "fact", "drop-flow", "rename"]))
        name = data.draw(st.sampled_from(sorted(raw["elements"])))
        fresh = f"n{len(done)}"
        change = {
            "add": Set(("elements", fresh), {"type": "cache", "description": "fast: yes # no"}),
            "name": Set(("elements", name, "name"), data.draw(st.text("ab :#'\n", max_size=4)) + "x"),
            "fact": Set(("elements", name, "facts", "logged"), "yes"),
            "rename": Rename("elements", name, fresh),
        }.get(kind)
        if change is None:
            flows = sorted(raw.get("flows") or {})
            if not flows:
                continue
            change = Remove(("flows", data.draw(st.sampled_from(flows))))
        done.append(session.change([change], base=session.known.revision))
    for answer in reversed(done):
        session.change(answer["inverse"], base=session.known.revision, layout=answer["inverse_layout"])
    assert session.path.read_text(encoding="utf-8") == SMALL

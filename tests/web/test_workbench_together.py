"""Several who change one model: nothing is lost unseen, and the files stay the truth."""

from __future__ import annotations

import subprocess
import threading

import pytest

from mantlet.changes.operations import Set
from tests.web.workbench import SMALL, bench, drop, put, rename, write


def test_changes_of_other_places_are_brought_onto_the_newest_state(work):
    base = work.revision
    work.change(put("elements", "api", "name", value="Scorer"), base=base)
    done = work.change(put("elements", "store", "name", value="Records"), base=base)
    assert done["rebased"] is True
    assert "name: Scorer" in work.text
    assert "name: Records" in work.text


def test_both_who_say_the_same_agree(work):
    base = work.revision
    work.change(put("elements", "api", "name", value="Scorer"), base=base)
    assert work.change(put("elements", "api", "name", value="Scorer"), base=base)["revision"] == work.revision


def test_both_who_change_the_same_are_told_both_sides(work):
    base = work.revision
    work.change(put("elements", "api", "name", value="Scorer"), base=base)
    error = work.change(put("elements", "api", "name", value="Predictor"), base=base, status=409)["error"]
    assert error["code"] == "conflict"
    assert error["revision"] == work.revision
    assert error["conflicts"] == [
        {"path": ["elements", "api", "name"], "base": None, "mine": "Predictor", "theirs": "Scorer"}
    ]
    assert "Predictor" not in work.text


def test_lists_of_ids_take_both_sides_entries(work):
    base = work.revision
    work.change(put("flows", "predict", "data", value=["customers", "scores"]), base=base)
    done = work.change(put("flows", "predict", "data", value=["customers", "weights"]), base=base)
    held = work.get("model")["raw"]["flows"]["predict"]["data"]
    assert set(held) == {"customers", "scores", "weights"}
    assert done["normalised"] == [{"path": ["flows", "predict", "data"], "value": held}]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (drop("flows", "load"), put("flows", "load", "facts", "encrypted", value="yes")),
        (put("flows", "load", "facts", "encrypted", value="yes"), drop("flows", "load")),
        (rename("elements", "api", "scorer"), put("elements", "api", "name", value="x")),
        (rename("elements", "api", "scorer"), rename("elements", "api", "predictor")),
        (
            put("data", "weights", "derived_from", value={}),
            put("data", "weights", "derived_from", "customers", value="tune"),
        ),
    ],
)
def test_removing_or_renaming_what_another_changes_is_a_conflict(work, first, second):
    base = work.revision
    work.change(first, base=base)
    text = work.text
    error = work.change(second, base=base, status=409)["error"]
    assert error["conflicts"]
    assert work.text == text


def test_a_mention_of_what_another_removed_is_a_conflict(work):
    base = work.revision
    work.change(drop("flows", "read"), drop("elements", "store"), base=base)
    error = work.change(put("flows", "sync", value={"from": "store", "to": "api"}), base=base, status=409)[
        "error"
    ]
    assert error["code"] == "conflict"
    assert "store" in str(error["conflicts"])


def test_a_place_that_two_move_is_a_conflict_and_two_places_are_none(work):
    base = work.revision
    work.change(layout={"set": {"elements": {"api": {"x": 1, "y": 1}}}}, base=base)
    work.change(layout={"set": {"elements": {"app": {"x": 5, "y": 5}}}}, base=base)
    error = work.change(layout={"set": {"elements": {"api": {"x": 2, "y": 2}}}}, base=base, status=409)[
        "error"
    ]
    assert error["conflicts"] == [
        {
            "path": ["layout", "elements", "api"],
            "base": None,
            "mine": {"x": 2, "y": 2},
            "theirs": {"x": 1, "y": 1},
        }
    ]
    assert work.get("model")["layout"]["elements"] == {"api": {"x": 1, "y": 1}, "app": {"x": 5, "y": 5}}


def test_on_a_base_that_nobody_remembers_nothing_that_is_there_is_overwritten(work):
    error = work.change(put("system", "name", value="x"), base="0123456789abcdef", status=409)["error"]
    assert error["conflicts"] == [
        {"path": ["system", "name"], "base": None, "mine": "x", "theirs": "Churn predictor"}
    ]
    assert (
        work.change(put("elements", "api", "name", value="x"), base="0123456789abcdef")["register"]["full"]
        is True
    )


def test_many_at_once_lose_nothing(tmp_path):
    with bench(write(tmp_path)) as work:
        base = work.session.revision
        failed: list[BaseException] = []

        def edit(number: int) -> None:
            try:
                for step in range(6):
                    change = Set(("elements", f"e{number}-{step}"), {"type": "cache"})
                    work.session.change([change], base=base)
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

        threads = [threading.Thread(target=edit, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        held = work.get("model")["raw"]["elements"]
        assert {f"e{number}-{step}" for number in range(6) for step in range(6)} <= set(held)
        assert work.session.known.raw["elements"].keys() == held.keys()


def test_what_an_editor_saves_is_there_with_the_next_answer_and_merged_with_what_a_client_does(work):
    base = work.revision
    work.path.write_text(SMALL.replace("Churn predictor", "Churn"))
    assert work.get("model")["raw"]["system"]["name"] == "Churn"
    done = work.change(put("elements", "api", "name", value="Scorer"), base=base)
    assert done["rebased"] is True
    assert "name: Churn\n" in work.text or "name: Churn}" in work.text
    assert "name: Scorer" in work.text


def test_a_file_that_is_broken_on_disk_leaves_the_last_good_model_and_stops_changes(work):
    work.path.write_text(SMALL + "  oops: [\n")
    model = work.get("model")
    assert model["broken"] is True
    assert model["problems"][0]["line"] > 20
    assert "api" in model["raw"]["elements"]
    assert work.change(put("system", "name", value="x"), status=409)["error"]["code"] == "broken"
    assert work.text == SMALL + "  oops: [\n"
    work.path.write_text(SMALL)
    assert work.get("model")["broken"] is False
    work.change(put("system", "name", value="x"))


def test_a_model_that_is_not_sound_names_the_line(work):
    work.path.write_text(SMALL.replace("from: app", "from: nobody"))
    (problem,) = work.get("model")["problems"]
    assert problem["line"] == SMALL[: SMALL.index("from: app")].count("\n") + 1
    assert "nobody" in problem["message"]


def test_a_file_that_is_deleted_is_broken_until_it_is_back(work):
    work.path.unlink()
    assert work.get("model")["broken"] is True
    work.change(put("system", "name", value="x"), status=409)
    assert not work.path.exists()
    work.path.write_text(SMALL)
    assert work.get("model")["broken"] is False


def test_a_write_between_look_and_save_is_noticed_and_merged(work, monkeypatch):
    from mantlet.web.project import Files

    real = Files.save
    meddled = []

    def late(files, before, after):
        if not meddled:
            meddled.append(True)
            files.path.write_text(SMALL.replace("Churn predictor", "Meddled"))
        real(files, before, after)

    monkeypatch.setattr(Files, "save", late)
    work.change(put("elements", "api", "name", value="Scorer"))
    assert "Meddled" in work.text
    assert "name: Scorer" in work.text


def test_a_checkout_of_another_version_is_shown(tmp_path):
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    write(tmp_path)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    with bench(tmp_path / "threatmodel.yaml") as work:
        work.change(put("system", "name", value="Two"))
        git("checkout", "-q", ".")
        assert work.get("model")["raw"]["system"]["name"] == "Churn predictor"


def test_what_a_killed_server_left_half_written_goes_and_nothing_else_does(tmp_path):
    path = write(tmp_path)
    for name in (
        ".threatmodel.yaml.abcd1234.yaml",
        ".threatmodel.layout.json.abcd1234.json",
        ".threatmodel.yaml.mine",
        "threatmodel.yaml.bak",
        ".other.yaml.abcd1234.yaml",
    ):
        write(tmp_path, "x", name)
    with bench(path, read_only=True):
        assert len(list(tmp_path.iterdir())) == 6
    with bench(path):
        assert sorted(item.name for item in tmp_path.iterdir()) == [
            ".other.yaml.abcd1234.yaml",
            ".threatmodel.yaml.mine",
            "threatmodel.yaml",
            "threatmodel.yaml.bak",
        ]

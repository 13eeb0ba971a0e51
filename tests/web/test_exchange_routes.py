"""Files of other tools through the API: read, looked at, taken into the model and undone; written with what is lost told."""

from __future__ import annotations

import io
import json

import pytest

from mantlet.store.document import Document
from tests.web.workbench import INCLUDING, SHARED, SMALL, bench, write

OTM = {
    "otmVersion": "0.2.0",
    "project": {"name": "Bakery", "id": "bakery"},
    "trustZones": [{"id": "z", "name": "Office", "risk": {"trustRating": 50}}],
    "components": [
        {"id": "c1", "name": "Oven", "type": "web-application", "parent": {"trustZone": "z"}},
        {"id": "c2", "name": "Recipes", "type": "database", "parent": {"trustZone": "z"}},
    ],
    "dataflows": [{"id": "f1", "name": "Reads", "source": "c2", "destination": "c1"}],
}


def upload(work, path, data, status=200, **params):
    answer = work.client.post(f"/api/{path}", content=data, params=params, headers={"X-Mantlet": "1"})
    assert answer.status_code == status, answer.text[:500]
    return answer.json()


def otm(**more):
    return json.dumps({**OTM, **more}).encode()


def test_a_file_is_looked_at_taken_in_and_undone(work):
    found = upload(work, "import", otm(), name="bakery.otm")
    assert found["format"] == "otm"
    assert found["summary"]["elements"] == 2
    assert {note["fate"] for note in found["notes"]} <= {"kept", "guessed", "lost"}
    assert "undo brings it back" in found["warnings"][0]
    assert work.text == SMALL
    done = work.post("import/apply", {"base": work.revision, "preview": found["preview"]})
    assert "Bakery" in work.text
    assert "inference-service" not in work.text
    assert done["register"]
    assert work.path.with_name("threatmodel.foreign.json").exists()
    work.post("import/apply", {"preview": found["preview"]}, 404)
    again = upload(work, "import", otm(), name="bakery.otm")
    assert again["can_update"]
    assert again["changes"] == 0
    work.post(
        "changes",
        {"base": done["revision"], "changes": done["inverse"], "layout": {"set": done["inverse_layout"]}},
    )
    assert work.text == SMALL


def test_only_what_is_new_in_a_file_can_be_brought_in(work):
    first = upload(work, "import", otm(), name="bakery.otm")
    work.post("import/apply", {"base": work.revision, "preview": first["preview"]})
    oven = next(
        name for name, entry in work.get("model")["raw"]["elements"].items() if entry["name"] == "Oven"
    )
    work.change({"op": "set", "path": ["elements", oven, "name"], "value": "Mine"})
    changed = json.loads(otm())
    changed["components"][0]["name"] = "Theirs"
    changed["components"][1]["name"] = "Cookbook"
    second = upload(work, "import", json.dumps(changed).encode(), name="bakery.otm")
    done = work.post("import/apply", {"preview": second["preview"], "how": "update"})
    names = {entry["name"] for entry in work.get("model")["raw"]["elements"].values()}
    assert names == {"Mine", "Cookbook"}
    assert done["kept_yours"][0]["theirs"] == "Theirs"


def test_a_model_of_ours_and_a_table_of_decisions_come_in_too(work):
    ours = upload(work, "import", SMALL.replace("Churn", "Other").encode(), name="model.yaml")
    assert ours["format"] == "mantlet"
    assert ours["changes"] == 1
    table = work.client.get("/api/export", params={"to": "csv"})
    rows = table.text.splitlines()
    head = rows[0].split(",")
    key = rows[1].split(",")[0]
    sheet = f"id,treatment,owner,reason\n{key},mitigate,ana,we will\n"
    assert "treatment" in head
    found = upload(work, "import", sheet.encode(), name="triage.csv")
    assert found["format"] == "table"
    assert found["changes"] == 3
    work.post("import/apply", {"base": work.revision, "preview": found["preview"]})
    assert work.get("model")["raw"]["decisions"][key]["owner"] == "ana"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.tm7"),
        (b"PK\x03\x04 no model", "m.tm7"),
        (b"<html>no</html>", "m.xml"),
        (b"\xff\xfe\x00", "x.json"),
        (b"{" * 10_000, "deep.json"),
        (b"mantlet: 1\nelements: {a: {type: nothing-known}, a: 1}\n", "m.yaml"),
    ],
)
def test_what_is_no_model_is_told_and_changes_nothing(work, data, name):
    body = upload(work, "import", data, 422, name=name)
    assert body["error"]["message"]
    assert work.text == SMALL


def test_an_upload_includes_no_file_of_the_server(work):
    (work.path.parent / "extra.yaml").write_text("technical_assets: {}\n")
    body = upload(
        work,
        "import",
        b"threagile_version: 1.0.0\nincludes: [extra.yaml]\ntitle: T\n",
        422,
        name="../../m.yaml",
    )
    assert "did not come with it" in body["error"]["message"]
    (work.path.parent / "m.yaml").write_text(
        "threagile_version: 1.0.0\nincludes: [../extra.yaml]\ntitle: T\n"
    )
    assert work.post("import/file", {"path": "m.yaml"}, 422)["error"]["message"]


def test_files_of_the_project_are_read_from_there_only(work, tmp_path):
    (work.path.parent / "bakery.otm").write_bytes(otm())
    assert work.post("import/file", {"path": "bakery.otm"})["title"]
    work.post("import/file", {"path": "none.otm"}, 404)
    for name in ("../threatmodel.yaml", "/etc/passwd", ".git/config", ""):
        work.post("import/file", {"path": name}, 422)
    work.post("import/apply", {"base": "", "preview": "none"}, 404)


def test_large_uploads_are_refused_before_they_are_read(work):
    class Long(io.RawIOBase):
        def readable(self):
            return True

    headers = {"X-Mantlet": "1", "content-length": str(51 * 2**20)}
    answer = work.client.post("/api/import", content=b"x" * (51 * 2**20), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too-large"


def test_every_format_is_written_with_a_name_and_what_it_cannot_hold(work):
    known = work.get("formats")
    assert {"tm7", "otm", "csv", "sarif"} <= {item["id"] for item in known}
    for item in known:
        if not item["write"]:
            continue
        answer = work.client.get("/api/export", params={"to": item["id"]})
        assert answer.status_code == 200, (item["id"], answer.text[:200])
        assert answer.content
        assert "attachment" in answer.headers["content-disposition"]
        notes = work.get("export/notes", to=item["id"])
        assert notes["name"].endswith(item["suffixes"][0])
        assert all(note["fate"] in {"kept", "guessed", "lost"} for note in notes["notes"])
    work.get("export", 404, to="nothing")
    work.get("export", 422)


def test_models_of_the_folder_are_listed_and_opened(tmp_path):
    write(tmp_path, "mantlet: 1\nsystem: {name: Other}\nelements: {a: {type: user}}\n", "other.yaml")
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", "mantlet: 1\nsystem: {name: Inner}\n")
    (tmp_path / "bakery.otm").write_bytes(otm())
    (tmp_path / "notes.yaml").write_text("a: 1\n")
    with bench(write(tmp_path)) as work:
        found = {item["path"]: item for item in work.get("models")}
        assert set(found) == {"threatmodel.yaml", "other.yaml", "sub/threatmodel.yaml", "bakery.otm"}
        assert found["threatmodel.yaml"]["current"]
        assert found["bakery.otm"]["kind"] == "otm"
        work.post("project/open", {"path": "sub/threatmodel.yaml"})
        assert work.get("project")["name"] == "Inner"
        assert {item["path"] for item in work.get("models")} == set(found)
        work.post("project/open", {"path": "other.yaml"})
        assert list(work.get("model")["raw"]["elements"]) == ["a"]
        work.post("project/open", {"path": "bakery.otm"}, 422)
        work.post("project/open", {"path": "../other.yaml"}, 422)
        assert work.get("project")["name"] == "Other"


def test_whoever_may_only_look_takes_nothing_in(tmp_path):
    with bench(write(tmp_path), read_only=True) as work:
        found = upload(work, "import", otm(), name="bakery.otm")
        work.post("import/apply", {"preview": found["preview"]}, 403)
        assert work.text == SMALL


def test_a_model_is_saved_as_one_file_of_ours(work, tmp_path):
    answer = work.client.get("/api/export", params={"to": "mantlet"})
    assert answer.text == SMALL
    assert 'filename="threatmodel.yaml"' in answer.headers["content-disposition"]
    assert work.get("export/notes", to="mantlet") == {"name": "threatmodel.yaml", "notes": []}
    work.change(layout={"set": {"elements": {"api": {"x": 1, "y": 2}}}})
    assert "threatmodel.layout.json" in work.get("export/notes", to="mantlet")["notes"][0]["what"]
    assert work.get("formats")[0]["id"] == "mantlet"
    folder = tmp_path / "parts"
    folder.mkdir()
    write(folder, SHARED, "shared.yaml")
    with bench(write(folder, INCLUDING)) as parts:
        whole = Document(parts.client.get("/api/export", params={"to": "mantlet"}).text).sections()
        assert {"web", "hub"} == set(whole.elements)
        assert not whole.include


def test_account_names_can_be_left_behind(work):
    found = upload(work, "import", otm(), name="bakery.otm", forget="true")
    assert found["format"] == "otm"

"""`mantlet discover` and `mantlet drift` as people and CI call them."""

import json

import pytest

TRAIN = 'import pandas as pd, joblib\nfrom sklearn.svm import SVC\nrows = pd.read_csv("data/people.csv")\njoblib.dump(SVC().fit(rows, rows), "out/model.joblib")\n'
SCORE = 'import joblib, pandas as pd\nmodel = joblib.load("out/model.joblib")\npd.DataFrame(model.predict(pd.read_csv("data/new.csv"))).to_csv("out/scores.csv")\n'


@pytest.fixture
def shop(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    (folder / "requirements.txt").write_text("pandas==2.2.0\nscikit-learn\n")
    monkeypatch.chdir(folder)
    return folder


def test_a_draft_that_works_at_once(shop, call):
    out = call("discover").out
    for word in (
        "train.py:",
        "data/people.csv",
        "out/model.joblib",
        "model_format: joblib",
        "wrote threatmodel.yaml",
    ):
        assert word in out
    call("validate")
    call("risks")
    call("diagram", "-o", "d.svg")
    assert (shop / "d.svg").exists()
    assert "--update" in call("discover", code=2).err


def test_json_prints_and_writes_nothing(shop, call):
    out = call("discover", ".", "--scope", "train.py", "--json").out
    assert set(json.loads(out)) == {"elements", "flows", "not_understood"}
    assert not (shop / "threatmodel.yaml").exists()
    assert not (shop / ".mantlet").exists()
    assert {"skipped", "inventory"} <= set(json.loads(call("discover", "--json", "--detail").out))


def test_a_dry_run_writes_nothing(shop, call):
    call("discover", "--dry-run")
    assert not (shop / "threatmodel.yaml").exists()


def test_another_file(shop, call):
    call("discover", "-o", "models/first.yaml")
    assert (shop / "models/first.yaml").exists()
    assert (shop / "models/.mantlet/discovery.json").exists()


def test_the_inventory(shop, call):
    out = call("discover", "--inventory", "--json").out
    found = {item["name"]: item for item in json.loads(out)["inventory"]}
    assert found["pandas"]["pinned"] is True
    assert found["scikit-learn"]["pinned"] is False
    assert found["pandas"]["at"] == ["requirements.txt:1"]
    assert "pandas" in call("discover", "--inventory").out


def test_drift_is_for_ci(shop, call):
    call("discover")
    assert "code and model agree" in call("drift").out
    (shop / "score.py").write_text(SCORE)
    out = call("drift", code=1).out
    assert "+ element score" in out
    assert "score.py:" in out
    told = json.loads(call("drift", "--json", code=1).out)
    assert told["drift"] is True
    assert {"kind", "section", "id", "what", "at", "known"} <= set(told["items"][0])
    call("discover", "--update")
    call("drift")


def test_stale_code_is_drift(shop, call):
    call("discover")
    path = shop / "threatmodel.yaml"
    path.write_text(path.read_text().replace("code: [train.py]", "code: [train.py, old/**]"))
    assert "old/**" in call("drift", code=1).out


def test_nobody_to_ask(shop, call):
    call("discover")
    (shop / "score.py").write_text(SCORE)
    assert "nobody is there to ask" in call("discover", "--interactive", code=2).err


def test_update_shows_before_it_writes(shop, call):
    call("discover")
    before = (shop / "threatmodel.yaml").read_text()
    (shop / "score.py").write_text(SCORE)
    assert "+ element score" in call("discover", "--update", "--dry-run").out
    assert (shop / "threatmodel.yaml").read_text() == before


def test_nothing_to_update(shop, call):
    assert "no model to update" in call("discover", "--update", code=2).err


def test_nothing_there(shop, call):
    (shop / "empty").mkdir()
    assert "nothing was found" in call("discover", "empty", code=2).err
    assert not (shop / "empty/threatmodel.yaml").exists()
    assert json.loads(call("discover", "empty", "--json").out) == {
        "elements": [],
        "flows": [],
        "not_understood": [],
    }


def test_several_folders_make_one_model(shop, call):
    for name in ("one", "two"):
        (shop / name).mkdir()
        (shop / name / f"{name}.py").write_text(TRAIN)
    (shop / "train.py").unlink()
    call("discover", "one", "two")
    assert (shop / "threatmodel.yaml").exists()
    text = (shop / "threatmodel.yaml").read_text()
    assert "one/one.py" in text
    assert "two/two.py" in text


def test_no_such_folder(shop, call):
    assert "no such folder" in call("discover", "nowhere", code=2).err


def test_names_from_the_repository_do_not_steer_the_terminal(shop, call):
    (shop / "evil\x1b[31m.py").write_text(TRAIN.replace("people", "peo\\x1b[2Jple"))
    assert "\x1b" not in call("discover", "--dry-run", "--detail").out


def test_names_from_the_repository_do_not_look_like_lines_of_ours(shop, call):
    call("discover")
    forged = "\n+ element admin  new"
    (shop / f"evil{forged}.py").write_text(SCORE)
    (shop / "pyproject.toml").write_text('[project]\nname = "shop\\n+ element admin"\n')
    model = shop / "threatmodel.yaml"
    model.write_text(
        model.read_text().replace("code: [train.py]", r'code: [train.py, "old\n+ element admin"]')
    )
    for words, code in ((["drift"], 1), (["discover", "--dry-run", "--detail"], 0)):
        out = call(*words, code=code).out
        assert "element admin" in out
        assert not any(line.strip().startswith("+ element admin") for line in out.splitlines())


def test_drift_names_the_command_that_lists_what_was_not_understood(shop, call, monkeypatch):
    (shop / "load.py").write_text("import sys\n\nopen(sys.argv[1]).read()\n")
    call("discover", "--exclude", "old stuff/**")
    monkeypatch.chdir(shop.parent)
    assert "mantlet discover shop --exclude 'old stuff/**' --dry-run lists" in call("drift", "shop").out
    listed = call("discover", "shop", "--exclude", "old stuff/**", "--dry-run").out
    assert "load.py:3" in listed


def test_each_change_is_asked(shop, call, monkeypatch):
    call("discover")
    (shop / "score.py").write_text(SCORE)
    monkeypatch.setattr("mantlet.cli.discover.sys.stdin", Person())
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "n")
    assert "is as it was" in call("discover", "--interactive").out
    call("drift")  # what was declined is no drift
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "y")
    assert "changes" in call("discover", "--interactive", "--again").out
    assert "score" in (shop / "threatmodel.yaml").read_text()


class Person:
    """Somebody at a terminal."""

    @staticmethod
    def isatty():
        return True

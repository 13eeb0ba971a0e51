"""Discovery from the repository to the model file and back, as both faces call it."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from mantlet.base.errors import InputError, UsageError
from mantlet.project.api import analyse, catalogue_for, load
from mantlet.project.discovering import Update, discover, load_state, shape, stale_code, write_first

TRAIN = 'import pandas as pd, joblib\nfrom sklearn.svm import SVC\nrows = pd.read_csv("data/people.csv")\njoblib.dump(SVC().fit(rows, rows), "out/model.joblib")\n'
SCORE = 'import joblib, pandas as pd\nmodel = joblib.load("out/model.joblib")\npd.DataFrame(model.predict(pd.read_csv("data/new.csv"))).to_csv("out/scores.csv")\n'


@pytest.fixture
def repo(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    return folder


def model(repo):
    return repo / "threatmodel.yaml"


def first(repo):
    found = discover([repo])
    write_first(found, model(repo))
    return found


def test_a_first_model_is_sound_and_has_threats(repo):
    first(repo)
    result = analyse(model(repo))
    assert result.model.name == "shop"
    assert (
        any(risk.type.id == "MODEL-DESERIALISE" for risk in result.risks + result.to_confirm) or result.risks
    )
    assert model(repo).read_text().startswith("# A draft that `mantlet discover` made")
    assert load(model(repo)).sections.elements


def test_explain_names_the_line_of_a_fact(repo):
    (repo / "score.py").write_text(SCORE)
    first(repo)
    result = analyse(model(repo))
    risk = next(risk for risk in result.risks if risk.type.id == "MODEL-DESERIALISE")
    explained = result.explain(risk.id)
    sources = {line.source for line in (*explained.conditions, *explained.preventions)}
    assert "the code, score.py:2" in sources


def test_a_model_that_is_there_is_never_overwritten(repo):
    first(repo)
    before = model(repo).read_text()
    with pytest.raises(UsageError, match="is there already"):
        first(repo)
    assert model(repo).read_text() == before


def test_right_after_the_first_look_nothing_differs(repo):
    first(repo)
    assert Update(discover([repo]), model(repo)).comparison.items == []


def test_credentials_in_one_box_are_no_news(repo):
    names = ["MAIL_TOKEN", "SHOP_TOKEN", "BANK_TOKEN"]
    (repo / "send.py").write_text(
        "import os, requests\n"
        + "".join(
            f'requests.get("https://{n}.example".lower(), headers={{"k": os.environ["{n}"]}})\n'
            for n in names
        )
    )
    first(repo)
    assert "group-secret-store" in model(repo).read_text()
    assert not Update(discover([repo], model=model(repo)), model(repo)).comparison.items


def test_the_model_is_no_evidence_of_itself(repo):
    first(repo)
    model(repo).write_text(
        model(repo).read_text() + "  # see s3://a-bucket/of-the-model and https://host.example\n"
    )
    found = discover([repo], model=model(repo))
    assert not [place for item in found.draft.elements for place in item.evidence if "threatmodel" in place]
    assert ("threatmodel.yaml", "the threat model itself") in [
        (one.path, one.reason) for one in found.draft.skipped
    ]


def test_news_come_in_and_comments_stay(repo):
    first(repo)
    text = model(repo).read_text().replace("elements:", "# our own remark\nelements:  # and here", 1)
    model(repo).write_text(text)
    (repo / "score.py").write_text(SCORE)
    news = Update(discover([repo]), model(repo))
    fresh = {item.id for item in news.comparison.items if item.kind == "new" and item.section == "elements"}
    assert fresh == {"score", "data-new-csv", "out-scores-csv"}
    news.write(news.comparison.items)
    after = model(repo).read_text()
    assert "# our own remark\nelements:  # and here" in after
    load(model(repo))
    assert Update(discover([repo]), model(repo)).comparison.items == []


def test_what_was_not_accepted_is_not_asked_again(repo):
    first(repo)
    (repo / "score.py").write_text(SCORE)
    news = Update(discover([repo]), model(repo))
    news.write([])
    later = Update(discover([repo]), model(repo))
    assert later.comparison.items == []
    assert later.comparison.left_out
    assert Update(discover([repo]), model(repo), again=True).comparison.items


def test_a_flow_whose_end_was_declined_is_not_written(repo):
    first(repo)
    (repo / "score.py").write_text(SCORE)
    news = Update(discover([repo]), model(repo))
    news.write(item for item in news.comparison.items if item.id != "score")
    sections = load(model(repo)).sections
    assert "score" not in sections.elements
    assert not [flow for flow in sections.flows.values() if "score" in (flow.from_, flow.to)]


def test_what_is_gone_goes(repo):
    (repo / "score.py").write_text(SCORE)
    first(repo)
    (repo / "score.py").unlink()
    news = Update(discover([repo]), model(repo))
    assert {item.kind for item in news.comparison.items} == {"gone"}
    news.write(news.comparison.items)
    assert "score" not in load(model(repo)).sections.elements


def test_a_moved_line_updates_where_it_was_seen_and_nothing_else(repo):
    first(repo)
    before = load(model(repo)).sections
    (repo / "train.py").write_text("import os\n\n" + TRAIN)
    news = Update(discover([repo]), model(repo))
    assert news.comparison.items == []
    news.write([])
    after = load(model(repo)).sections
    assert after.elements.keys() == before.elements.keys()
    assert "train.py:5" in model(repo).read_text()


def test_included_files_are_changed_where_they_are(repo):
    first(repo)
    inner = repo / "system.yaml"
    inner.write_text(model(repo).read_text())
    model(repo).write_text("mantlet: 1\nsystem: {name: Shop}\ninclude: [system.yaml]\n")
    (repo / "train.py").unlink()
    news = Update(discover([repo]), model(repo))
    news.write(news.comparison.items)
    assert load(model(repo)).sections.elements == {}
    assert model(repo).read_text() == "mantlet: 1\nsystem: {name: Shop}\ninclude: [system.yaml]\n"


def test_code_that_is_not_there(repo):
    raw = {"elements": {"a": {"code": ["train.py", "gone/**"]}, "b": {"code": ["*.py"]}, "c": {}}}
    assert stale_code(repo, raw) == [("a", "gone/**")]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"proposal": []}', '{"proposal": {"elements": 3}}', "[" * 99999]
)
def test_a_strange_memory_is_told(repo, text):
    first(repo)
    (repo / ".mantlet/discovery.json").write_text(text)
    with pytest.raises(InputError):
        load_state(model(repo))


def test_several_paths_are_parts_of_one_system(repo):
    (repo / "a").mkdir()
    (repo / "a/train.py").write_text(TRAIN)
    (repo / "b").mkdir()
    (repo / "b/score.py").write_text(SCORE)
    (repo / "train.py").unlink()
    (repo / "c.py").write_text('open("other.txt").read()\n')
    found = discover([repo / "a", repo / "b"])
    places = {place.partition(":")[0] for item in found.draft.elements for place in item.evidence}
    assert places == {"a/train.py", "b/score.py"}


def test_what_was_left_out_once_stays_out(repo):
    (repo / "examples").mkdir()
    (repo / "examples/score.py").write_text(SCORE)
    found = discover([repo], exclude=["examples/**"])
    assert any(item.path == "examples/**" for item in found.draft.skipped)
    write_first(found, model(repo))
    assert Update(discover([repo], model=model(repo)), model(repo)).comparison.items == []
    assert Update(discover([repo]), model(repo)).comparison.items


def test_a_project_s_own_name_counts(repo):
    (repo / "pyproject.toml").write_text('[project]\nname = "till"\n')
    assert discover([repo]).name == "till"
    (repo / "pyproject.toml").write_text("[project\n")
    assert discover([repo]).name == "shop"


def test_no_such_folder(repo):
    with pytest.raises(InputError, match="no such folder"):
        discover([repo / "nowhere"])


def test_the_shape_for_programs(repo):
    made = shape(discover([repo]).draft)
    assert list(made) == ["elements", "flows", "not_understood"]
    assert set(made["elements"][0]) == {
        "id",
        "name",
        "type",
        "kind",
        "dfd",
        "parent",
        "evidence",
        "confidence",
    }
    assert set(made["flows"][0]) == {"from", "to", "data", "evidence", "confidence"}
    assert {item["dfd"] for item in made["elements"]} <= {"external", "process", "store"}
    json.dumps(made)


# -- the demo projects: their code makes roughly the model that people wrote

EXAMPLES = Path(str(files("mantlet.project") / "examples"))
CODED = {
    "churn": {"api", "dashboard", "ingest", "features-job", "train", "score", "gateway", "ci", "lake", "registry", "tracker", "scores-db"},
    "rag-chatbot": {"app", "ingest", "index", "memory"},
    "factory-vision": {"inspector", "updater", "uploader", "label-import", "export"},
    "federated-health": {"rounds", "enrolment"},
}  # fmt: skip


@pytest.mark.parametrize("name", CODED)
def test_a_demo_s_code_is_recognised_in_its_model(tmp_path, monkeypatch, name):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder)
    known = set(load(model(folder)).sections.elements)
    before = model(folder).read_text()
    found = discover([folder])
    news = Update(found, model(folder))
    linked = {str(change.path[1]) for change in news.comparison.refreshed if change.path[0] == "elements"}
    linked |= {item.id for item in news.comparison.items if item.kind in {"changed", "differs"}}
    wanted = CODED[name] & known
    assert len(wanted & linked) >= 0.75 * len(wanted), wanted - linked
    news.write(item for item in news.comparison.items if item.kind != "differs")
    sections = load(model(folder)).sections
    assert known <= set(sections.elements)
    assert all(line in model(folder).read_text() for line in before.splitlines() if line.startswith("#"))


@pytest.mark.parametrize("name", CODED)
def test_a_demo_s_code_makes_a_model_that_can_be_judged_and_drawn(tmp_path, monkeypatch, name):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder)
    model(folder).unlink()
    found = first(folder)
    result = analyse(model(folder))
    assert result.risks
    tops = [item for item in result.model.sections.elements.values() if not item.parent]
    assert len(tops) <= 25
    assert result.diagram("svg")
    assert found.components


def test_the_inventory_comes_into_the_bom(repo):
    from mantlet.project.foreign import outgoing

    (repo / "requirements.txt").write_text("pandas==2.2.0\njoblib\n")
    first(repo)
    found = outgoing(load(model(repo)), catalogue_for(model(repo)), model(repo)).built_from
    assert {(item.name, item.version) for item in found} >= {("pandas", "2.2.0"), ("joblib", "")}


def test_how_far_a_look_is_is_told(repo):
    (repo / "score.py").write_text(SCORE)
    heard = []
    discover([repo], cached=False, told=lambda *said: heard.append(said))
    assert heard == [(1, 2, "files"), (2, 2, "files"), (1, 1, "programs")]

"""`mantlet report --compliance` in every format: complete, safe, the same every time."""

import csv
import io
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from mantlet.base.errors import UsageError
from mantlet.project.api import analyse
from mantlet.project.outputs import REPORT_FORMATS

ROOT = Path(str(files("mantlet.project")))
HOSTILE = "<img src=x onerror=alert(1)> =cmd|x #panic(1) | *b* `c`"


@pytest.fixture(scope="module")
def churn():
    return analyse(ROOT / "examples/churn/threatmodel.yaml")


@pytest.mark.parametrize("law", ["gdpr", "ai-act"])
@pytest.mark.parametrize("kind", REPORT_FORMATS)
def test_every_format_is_written_and_the_same_every_time(churn, law, kind):
    if kind == "pdf":
        pytest.importorskip("typst")
    first = churn.report(kind, compliance=law)
    assert len(first) > 2000
    assert first == churn.report(kind, compliance=law)


def test_the_page_asks_nothing_of_the_network(churn):
    page = churn.report("html", compliance="gdpr", date="2026-11-24").decode()
    assert "<script" not in page
    assert 'src="http' not in page
    assert "2026-11-24" in page
    for words in ("Record of processing", "Is an impact assessment needed?", "Signatures", "Art. 35"):
        assert words in page


def test_json_has_everything(churn):
    document = json.loads(churn.report("json", compliance="ai-act"))
    assert document["mantlet"] == 1
    made = document["compliance"]
    assert made["law"] == "ai-act"
    assert sum(document["counts"].values()) == len(made["articles"])
    assert {"id", "title", "asks", "state", "risks", "controls", "answers", "questions"} <= set(
        made["articles"][0]
    )
    assert json.loads(churn.report("json", compliance="gdpr"))["compliance"]["record"]


def test_a_row_for_each_article(churn):
    rows = list(csv.reader(io.StringIO(churn.report("csv", compliance="gdpr").decode("utf-8-sig"))))
    assert rows[0][:4] == ["article", "title", "asks", "state"]
    assert len(rows) == 40


@pytest.fixture
def hostile(tmp_path):
    text = (ROOT / "examples/rag-chatbot/threatmodel.yaml").read_text(encoding="utf-8")
    model = yaml.load(text, yaml.BaseLoader)  # noqa: S506  (texts stay texts)
    model["system"]["name"] = HOSTILE
    for section in ("elements", "data"):
        for entry in model[section].values():
            entry["name"] = HOSTILE
    path = tmp_path / "threatmodel.yaml"
    path.write_text(yaml.safe_dump(model, sort_keys=False), encoding="utf-8")
    return analyse(path)


@pytest.mark.parametrize("law", ["gdpr", "ai-act"])
def test_names_are_data_everywhere(hostile, law):
    assert "<img" not in hostile.report("html", compliance=law).decode()
    assert re.search(r"(?<!\\)<img", hostile.report("md", compliance=law).decode()) is None
    for row in csv.reader(io.StringIO(hostile.report("csv", compliance=law).decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
    pytest.importorskip("typst")
    assert hostile.report("pdf", compliance=law).startswith(b"%PDF")


def test_the_command(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = ROOT / "examples/churn/threatmodel.yaml"
    assert "wrote gdpr.html" in call("report", model, "--compliance", "gdpr").out
    assert Path("gdpr.html").exists()
    assert "no compliance view for 'gdrp'" in call("report", model, "--compliance", "gdrp", code=2).err
    assert not Path("gdrp.html").exists()


def test_an_unknown_format(churn):
    with pytest.raises(UsageError):
        churn.report("docx", compliance="gdpr")

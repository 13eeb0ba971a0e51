"""Import, export and convert as people use them, and every other command on other tools' files."""

import csv
import io
import json

import pytest

from mantlet import load
from mantlet.formats.tables import safe, unsafe
from tests.formats.small import drawio, otm, pytm_json, threagile, threat, threat_dragon, tm7


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.otm").write_text(json.dumps(otm()), encoding="utf-8")
    (tmp_path / "shop.tm7").write_bytes(tm7(threats=threat("S1", (2, 10, 3), "Mitigated", "Passkeys")))
    (tmp_path / "shop.json").write_text(json.dumps(threat_dragon()), encoding="utf-8")
    (tmp_path / "shop.drawio").write_text(drawio(), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["shop.otm", "shop.tm7", "shop.json", "shop.drawio"])
def test_every_command_takes_every_file(here, call, name):
    assert "fine" in call("validate", name).out
    assert json.loads(call("risks", name, "--json").out)["risks"]
    assert json.loads(call("threats", name, "--json").out)["threats"]
    call("diagram", name, "-o", "drawn.svg")
    call("report", name, "-o", "report.md")
    call("plan", name, "--budget", "5")
    assert "agree" in call("drift", name).out


def test_an_import_tells_what_became_of_everything(here, call):
    said = call("import", "shop.tm7").out
    assert "3 elements, 2 flows, 2 boundaries" in said
    assert "kept: free texts of the drawing, beside the model: A remark" in said
    assert "lost: rules that cannot be read" in said
    told = json.loads(call("import", "shop.tm7", "-o", "other.yaml", "--json").out)["imported"][0]
    assert told["format"] == "tm7"
    assert {note["fate"] for note in told["notes"]} >= {"kept", "lost"}


def test_an_import_overwrites_nothing_unasked(here, call):
    call("import", "shop.otm")
    assert "is there already" in call("import", "shop.otm", code=2).err
    call("import", "shop.otm", "--force")


def test_several_files_are_imported_side_by_side(here, call):
    call("import", "shop.otm", "shop.drawio", "-o", ".", code=2)
    (here / "shop.drawio").rename(here / "plan.drawio")
    call("import", "shop.otm", "plan.drawio")
    assert load("shop.yaml").elements
    assert load("plan.yaml").elements


def test_a_second_import_brings_changes_and_keeps_mine(here, call):
    call("import", "shop.otm")
    path = here / "threatmodel.yaml"
    path.write_text(
        path.read_text("utf-8")
        .replace("elements:", "elements: # mine")
        .replace("name: Client", "name: Mine"),
        encoding="utf-8",
    )
    document = otm()
    document["components"][1]["name"] = "Shop two"
    document["components"].append(
        {"id": "c9", "name": "New one", "type": "database", "parent": {"trustZone": "z"}}
    )
    (here / "shop.otm").write_text(json.dumps(document), encoding="utf-8")
    assert "2 changes" in call("import", "shop.otm", "--update").out
    model = load("threatmodel.yaml")
    assert {element.name for element in model.elements.values()} == {"Mine", "Shop two", "Store", "New one"}
    assert "# mine" in path.read_text("utf-8")
    assert "0 changes" in call("import", "shop.otm", "--update").out


def test_a_second_import_names_what_both_changed(here, call):
    call("import", "shop.otm")
    path = here / "threatmodel.yaml"
    path.write_text(path.read_text("utf-8").replace("name: Client", "name: Mine"), encoding="utf-8")
    document = otm()
    document["components"][0]["name"] = "Theirs"
    (here / "shop.otm").write_text(json.dumps(document), encoding="utf-8")
    assert "conflict, yours is kept" in call("import", "shop.otm", "--update").out
    assert "Mine" in {element.name for element in load("threatmodel.yaml").elements.values()}


def test_an_imported_file_keeps_its_own_rules(here, call):
    call("import", "shop.tm7")
    found = json.loads(
        call("threats", "threatmodel.yaml", "--pack", "embedded", "--json", "--status", "open").out
    )["threats"]
    assert {item["id"] for item in found} == {"S1@ask", "I1@ask"}
    call("export", "-o", "back.tm7")
    again = json.loads(call("threats", "back.tm7", "--pack", "embedded", "--json").out)["threats"]
    assert {item["id"] for item in again} == {item["id"] for item in found}


def test_account_names_can_be_left_behind(here, call):
    told = threat("S1", (2, 10, 3), "Mitigated", "Passkeys").replace(
        "<b:State>", "<b:ChangedBy>CORP\\ana</b:ChangedBy><b:State>"
    )
    (here / "named.tm7").write_bytes(tm7(threats=told))
    call("import", "named.tm7", "-o", "kept.yaml")
    assert "ana" in (here / "kept.foreign.json").read_text("utf-8").replace('"owner":"ana"', "").replace(
        '"Owner":"ana"', ""
    )
    call("import", "named.tm7", "-o", "left.yaml", "--forget-names")
    assert "CORP" not in (here / "left.foreign.json").read_text("utf-8")
    call("export", "left.yaml", "-o", "left.tm7")
    assert load("left.tm7").sections.decisions["S1@ask"].reason == "Passkeys"


def test_converting_says_what_is_lost(here, call):
    said = call("convert", "shop.otm", "out.td.json").err
    assert "lost: data assets" in said
    assert load("out.td.json").elements
    assert "is there already" in call("convert", "shop.otm", "out.td.json", code=2).err
    call("convert", "shop.otm", "model.yaml")
    assert load("model.yaml").name == "Shop"


def test_unknown_formats_and_files_are_named(here, call):
    assert "did you mean 'otm'?" in call("export", "shop.otm", "--to", "otn", code=2).err
    assert "names no format" in call("export", "shop.otm", "-o", "x.unknown", code=2).err
    assert "export to what?" in call("export", "shop.otm", code=2).err
    (here / "poem.txt").write_text("roses are red", encoding="utf-8")
    assert "no model that mantlet knows" in call("import", "poem.txt", code=2).err
    (here / "broken.json").write_text('{\n  "summary": 1,,\n}', encoding="utf-8")
    assert "broken.json:2:" in call("import", "broken.json", code=2).err
    (here / "found.json").write_text('{"version": "2.1.0", "runs": []}', encoding="utf-8")
    assert "mantlet evidence import found.json" in call("import", "found.json", code=2).err
    assert "there is no such file" in call("import", "nothing.otm", code=2).err
    assert "threat-dragon" in call("export", "--list").out


def test_files_of_others_are_not_written_into(here, call):
    said = call("decide", "S1@ask", "mitigate", "shop.tm7", code=2).err
    assert "another tool" in said
    assert "mantlet import shop.tm7" in said


def test_plans_and_drafts_are_not_written_into_them_either(here, call):
    before = (here / "shop.tm7").read_bytes()
    assert "mantlet import shop.tm7" in call("plan", "shop.tm7", "--budget", "5", "--decide", code=2).err
    assert (here / "shop.tm7").read_bytes() == before


def test_triage_in_a_spreadsheet_comes_back(here, call):
    call("import", "shop.otm")
    for name in ("triage.csv", "triage.xlsx"):
        call("export", "-o", name)
    rows = list(csv.DictReader(io.StringIO((here / "triage.csv").read_text("utf-8"))))
    chosen = next(row for row in rows if not row["treatment"])
    chosen |= {"treatment": "mitigate", "owner": "ana", "due": "2027-01-31", "reason": "=1+1; soon"}
    with (here / "triage.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert "1 decision changed" in call("import", "triage.csv").out
    decision = load("threatmodel.yaml").sections.decisions[chosen["id"]]
    assert (decision.owner, decision.due, decision.reason) == ("ana", "2027-01-31", "=1+1; soon")
    call("export", "-o", "triage.xlsx")
    assert "nothing new" in call("import", "triage.xlsx").out
    assert "'=1+1" in call("export", "--to", "csv").out


def test_mistakes_in_a_table_are_named_with_their_rows(here, call):
    call("import", "shop.otm")
    (here / "triage.csv").write_text("id,treatment,due\nFLOODED@shop,mitigat,soon\n", encoding="utf-8")
    before = (here / "threatmodel.yaml").read_bytes()
    said = call("import", "triage.csv", code=2).err
    assert "triage.csv:2" in said
    assert "did you mean 'mitigate'?" in said
    assert "'soon'" in said
    assert (here / "threatmodel.yaml").read_bytes() == before


def test_cells_are_safe_and_read_back_as_they_were():
    for text in ("=SUM(1)", "+1", "-", "@x", " =1", "plain", "'quoted", ""):
        assert unsafe(safe(text)) == text
        assert not safe(text).lstrip().startswith(("=", "+", "-", "@"))


def test_includes_are_read_from_the_same_folder_only(tmp_path, call):
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("title: secret", encoding="utf-8")
    head, _, tail = threagile().partition("trust_boundaries:")
    (folder / "more.yaml").write_text(f"trust_boundaries:{tail}", encoding="utf-8")
    (folder / "threagile.yaml").write_text(f"includes: [more.yaml]\n{head}", encoding="utf-8")
    assert list(load(folder / "threagile.yaml").boundaries) == ["cloud"]
    (folder / "threagile.yaml").write_text(f"includes: [../secret.yaml]\n{head}", encoding="utf-8")
    assert "outside the project" in call("validate", str(folder / "threagile.yaml"), code=2).err


def test_scripts_are_read_and_never_run(tmp_path, call):
    script = tmp_path / "model.py"
    script.write_text(
        f"""import pytm
from pytm import TM, Actor, Boundary, Dataflow, Server, Data, Classification
open({str(tmp_path / "ran")!r}, 'w').write('x')
tm = TM("Shop", description="Sells " + "things")
net = Boundary("Cloud")
def build():
    secret = Data("Orders", classification=Classification.SECRET)
    user, shop = None, Server("Shop", inBoundary=net)
    shop.controls.sanitizesInput = False
    who = Actor(f"User {{1 + 1}}")
    buy = Dataflow(who, shop, "Buy", protocol="HTTPS")
    buy.data = [secret]
build()
""",
        encoding="utf-8",
    )
    model = load(script)
    assert not (tmp_path / "ran").exists()
    assert model.sections.system.description == "Sells things"
    shop = next(element for element in model.elements.values() if element.name == "Shop")
    assert (shop.type, shop.facts) == ("web-service", {"input_validated": "no"})
    assert shop.within == ["cloud"]
    flow = model.flows["buy"]
    assert (flow.data, flow.facts) == (["orders"], {"protocol": "https"})
    call("convert", str(script), str(tmp_path / "again.py"))
    compile((tmp_path / "again.py").read_text("utf-8"), "again", "exec")


def test_names_in_scripts_are_texts_and_nothing_else(tmp_path, call):
    document = pytm_json()
    document["elements"][1]["name"] = 'Shop")\nimport os; os.system("x'
    document["flows"][0]["sink"] = document["flows"][1]["source"] = document["elements"][1]["name"]
    (tmp_path / "shop.json").write_text(json.dumps(document), encoding="utf-8")
    call("convert", str(tmp_path / "shop.json"), str(tmp_path / "out.py"))
    import ast

    tree = ast.parse((tmp_path / "out.py").read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert len(load(tmp_path / "out.py").elements) == 3


def test_compressed_drawings_open_within_bounds(tmp_path):
    import base64
    import urllib.parse
    import zlib

    from mantlet.base.errors import MantletError
    from mantlet.formats.drawio import cells

    def packed(data: bytes) -> str:
        engine = zlib.compressobj(9, zlib.DEFLATED, -15)
        return base64.b64encode(engine.compress(data) + engine.flush()).decode()

    inner = drawio().partition("<mxGraphModel>")[2].partition("</mxGraphModel>")[0]
    text = urllib.parse.quote(f"<mxGraphModel>{inner}</mxGraphModel>").encode()
    (tmp_path / "shop.drawio").write_text(
        f"<mxfile><diagram>{packed(text)}</diagram></mxfile>", encoding="utf-8"
    )
    assert len(load(tmp_path / "shop.drawio").elements) == 3
    bomb = packed(b" " * (cells.MAX_PAGE + 1))
    (tmp_path / "bomb.drawio").write_text(f"<mxfile><diagram>{bomb}</diagram></mxfile>", encoding="utf-8")
    with pytest.raises(MantletError, match="opens to more than"):
        load(tmp_path / "bomb.drawio")


def test_every_format_is_documented():
    from pathlib import Path

    from mantlet.formats.registry import formats

    page = (Path(__file__).parents[2] / "docs/formats.md").read_text("utf-8")
    for item in formats():
        assert f"`{item.id}`" in page
        if item.read and item.brings == "model":
            assert item.cannot in page

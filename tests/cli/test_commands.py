"""The command as people and scripts use it: output, exit codes, files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mantlet import load
from mantlet.project.demo import write_example

MODEL = """\
mantlet: 1
system: {name: Shop}   # the shop
data:
  people: {personal: [name, email], classification: confidential}
  weights: {type: model, derived_from: {people: train}}
boundaries:
  net: {type: internet}
  lan: {type: private-network}
elements:
  who: {type: user, in: net}
  api: {type: inference-service, in: lan}   # answers
  model: {type: model-artifact, in: lan, holds: [weights]}
flows:
  ask: {from: who, to: api, data: [people], facts: {protocol: https}}
  load: {from: model, to: api, data: [weights], opened_by: api}
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("threatmodel.yaml").write_text(MODEL, encoding="utf-8")
    return tmp_path


def test_risks_are_few_and_ranked(shop, call):
    out = call("risks").out
    assert "Shop" in out
    assert "MODEL-DESERIALISE@api" in out
    assert "Find out first" in out


def test_risks_json_is_ranked(shop, call):
    document = json.loads(call("risks", "--json").out)
    order = ["note", "low", "medium", "high", "critical"]
    severities = [order.index(risk["rating"]["severity"]) for risk in document["risks"]]
    assert severities == sorted(severities, reverse=True)
    assert sum(document["counts"].values()) == len(document["risks"])


def test_threats_filters_hold(shop, call):
    every = json.loads(call("threats", "--json").out)["threats"]
    spoofing = json.loads(call("threats", "--json", "-c", "spoofing").out)["threats"]
    high = json.loads(call("threats", "--json", "-s", "high", "--status", "open").out)["threats"]
    at_load = json.loads(call("threats", "--json", "--element", "load").out)["threats"]
    assert spoofing == [threat for threat in every if "spoofing" in threat["stride"]]
    assert all(
        threat["state"] == "open" and threat["rating"]["severity"] in {"high", "critical"} for threat in high
    )
    assert at_load
    assert all(threat["at"]["id"].startswith("load") for threat in at_load)
    for node in ("DD", "DD.4"):
        some = json.loads(call("threats", "--json", "-c", node).out)["threats"]
        assert some == [
            threat for threat in every if any(f"{name}.".startswith(f"{node}.") for name in threat["linddun"])
        ]


def test_considered_lists_every_cell(shop, call):
    cells = json.loads(call("threats", "--considered", "--json").out)["considered"]
    assert {cell["table"] for cell in cells} == {
        "stride-per-element",
        "stride-per-interaction",
        "linddun-per-element",
        "linddun-per-interaction",
    }
    assert all(cell["reason"] for cell in cells)


def test_explain_open_and_absent(shop, call):
    told = call("explain", "MODEL-DESERIALISE@api").out
    assert "It applies: yes" in told
    assert "Ease of exploit" in told
    assert "absent" in call("explain", "MODEL-DESERIALISE@ask").out
    assert "did you mean" in call("explain", "MODEL-DESERIALIZE@api", code=2).err


def test_answers_and_decisions_go_into_the_file(shop, call):
    call("ask", "--answer", "model_format@model=safetensors")
    text = Path("threatmodel.yaml").read_text(encoding="utf-8")
    assert "model_format: safetensors" in text
    assert "# answers" in text
    assert "MODEL-DESERIALISE@api" not in call("risks", "--all").out.split("Mitigated")[0]
    first = json.loads(call("risks", "--json").out)["risks"][0]["id"]
    call("decide", first, "accept", "--reason", "small", "--approved-by", "lee", "--until", "2999-01-01")
    document = json.loads(call("risks", "--json").out)
    assert [risk["id"] for risk in document["settled"]] == [first]
    changed = [
        line
        for line in Path("threatmodel.yaml").read_text(encoding="utf-8").splitlines()
        if line not in text.splitlines()
    ]
    assert all(first in line or line.startswith(("decisions", " ")) for line in changed)


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "--answer", "nonsense@model=1"],
        ["ask", "--answer", "encrypted@load"],
        ["decide", "MODEL-DESERIALISE@api", "accept"],
        ["decide", "MODEL-DESERIALISE@api", "ignore"],
        ["decide", "MODEL-DESERIALISE@api", "mitigate", "--control", "magic"],
        ["decide", "NOTHING@api", "mitigate"],
        ["threats", "-s", "terrible"],
        ["threats", "-c", "spoofin"],
        ["risks", "nowhere.yaml"],
        ["risks", "--impact-mode", "guess"],
        ["risks", "--today", "tomorrow"],
        ["risks", "--pack", "nonsense"],
        ["rate", "SL:1/M:x"],
        ["report", "-o", "report.doc"],
        ["diagram", "-o", "picture.bmp"],
        ["diagram", "--path", "99"],
        ["catalogue", "show", "nonsense"],
        ["catalogue", "list", "nonsense"],
        ["nonsense"],
        ["init"],
        ["demo", "nonsense"],
    ],
)
def test_wrong_usage_is_two_and_writes_nothing(shop, call, arguments):
    before = sorted((path.name, path.read_bytes()) for path in shop.iterdir())
    said = call(*arguments, code=2)
    assert said.err.strip()
    assert "Traceback" not in said.err
    assert sorted((path.name, path.read_bytes()) for path in shop.iterdir()) == before


def test_mistakes_come_all_at_once_with_their_places(shop, call):
    broken = (
        MODEL.replace("type: user", "type: usr")
        .replace("to: api, data: [people]", "to: apo, data: [peple]")
        .replace("protocol: https", "protocl: https")
    )
    Path("threatmodel.yaml").write_text(broken, encoding="utf-8")
    said = call("validate", code=2).err
    for what in (
        "threatmodel.yaml:10:",
        "'usr'",
        "did you mean 'user'",
        "'apo'",
        "'peple'",
        "'protocl'",
        "did you mean 'protocol'",
    ):
        assert what in said, what
    document = json.loads(call("validate", "--json", code=2).out)
    assert len(document["errors"]) == 4
    assert all(error["line"] and error["column"] for error in document["errors"])


def test_rate_prints_the_rating_object(call):
    document = json.loads(
        call(
            "rate", "SL:5/M:2/O:7/S:1/ED:3/EE:6/A:9/ID:2/LC:9/LI:7/LAV:5/LAC:8/FD:1/RD:2/NC:1/PV:5", "--json"
        ).out
    )
    assert (document["severity"], document["likelihood"], document["impact"]) == ("low", 4.375, 2.25)


def test_diagram_and_report_in_every_format(shop, call):
    for name in ("d.svg", "d.png", "d.dot", "d.mmd", "d.puml"):
        call("diagram", "-o", name)
        assert Path(name).stat().st_size > 100
    names = ("r.html", "r.md", "r.xlsx", "r.csv", "r.json")
    call("report", *(part for name in names for part in ("-o", name)))
    assert all(Path(name).stat().st_size > 500 for name in names)
    assert "MODEL-DESERIALISE" in Path("r.html").read_text(encoding="utf-8")


def test_sequence_view_of_a_named_order(tmp_path, call):
    model = write_example("churn", tmp_path / "demo")
    for name in ("s.svg", "s.png", "s.mmd", "s.puml"):
        call("diagram", model, "--sequence", "shop-question", "-o", tmp_path / name)
        assert (tmp_path / name).stat().st_size > 100
    assert "night" in call("diagram", model, "--sequence", "nigt", code=2).err


def test_pdf(shop, call):
    pytest.importorskip("typst")
    call("report", "-o", "r.pdf")
    assert Path("r.pdf").read_bytes().startswith(b"%PDF")


def test_same_model_same_bytes(shop, call):
    for name in ("a.html", "b.html"):
        call("report", "-o", name)
    assert Path("a.html").read_bytes() == Path("b.html").read_bytes()


def test_init_writes_a_model_that_works(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    call("init")
    call("validate")
    call("init", "rag.yaml", "--from", "rag-assistant", "--yes")
    assert "open risks" in call("risks", "rag.yaml").out


def test_demo_writes_project_report_and_diagram(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    assert "churn" in call("demo", "--list").out
    call("demo")
    folder = tmp_path / "mantlet-demo-churn"
    assert {"threatmodel.yaml", "report.html", "diagram.svg"} <= {path.name for path in folder.iterdir()}
    call("demo", code=2)


def test_a_project_s_own_rules_are_read(shop, call):
    Path("mantlet-rules").mkdir()
    rule = "threats:\n  OURS:\n    title: Ours at {element}\n    text: Ours.\n    at: element\n    applies: element is 'inference-service'\n    cia: [integrity]\n    agents: [user]\n    controls: [rate-limiting]\n"
    Path("mantlet-rules/ours.yaml").write_text(rule, encoding="utf-8")
    assert "OURS@api" in call("risks", "--all").out
    Path("mantlet-rules/ours.yaml").write_text(
        rule.replace("inference-service", "inference-servce"), encoding="utf-8"
    )
    assert "did you mean 'inference-service'" in call("risks", code=2).err


def test_output_is_plain_when_piped_and_respects_no_color(tmp_path):
    model = write_example("churn", tmp_path / "demo")
    for environment in ({}, {"FORCE_COLOR": "", "NO_COLOR": "1"}):
        done = subprocess.run(
            [sys.executable, "-m", "mantlet", "risks", model],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **environment},
        )
        assert "\x1b[" not in done.stdout


def test_version_answers_without_the_command_line_library():
    program = "import sys; sys.argv = ['mantlet', '--version']; from mantlet.__main__ import main; main(); print([m for m in ('typer', 'numpy', 'yaml', 'msgspec') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_search_finds_by_words(call):
    found = json.loads(call("catalogue", "search", "pickle", "--json").out)
    assert "MODEL-DESERIALISE" in {hit["id"] for hit in found}
    assert "found" in call("catalogue", "search", "prompt", "injection").out


def test_names_never_steer_the_terminal(shop, call):
    hostile = "\\e]0;owned\\a\\e[2J \\u202egnp.exe [bold red]x[/] :smile:"
    model = MODEL.replace(
        "api: {type: inference-service,", f'api: {{type: inference-service, name: "{hostile}",'
    )
    Path("threatmodel.yaml").write_text(model, encoding="utf-8")
    for arguments in (
        ["risks"],
        ["risks", "--all"],
        ["threats"],
        ["threats", "--considered"],
        ["ask", "--list"],
        ["explain", "MODEL-DESERIALISE@api"],
    ):
        out = call(*arguments).out
        assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert "[bold red]x[/] :smile:" in call("explain", "MODEL-DESERIALISE@api").out
    broken = MODEL.replace("type: user", 'type: "\\e[2Jx"')
    Path("threatmodel.yaml").write_text(broken, encoding="utf-8")
    assert "\x1b" not in call("validate", code=2).err


def test_a_kept_layout_is_drawn_again(shop, call):
    call("diagram", "--keep-layout", "-o", "a.svg")
    layout = json.loads(Path("threatmodel.layout.json").read_text(encoding="utf-8"))
    assert set(layout["elements"]) == {"who", "api", "model"}
    call("diagram", "-o", "b.svg")
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    layout["elements"]["who"]["y"] += 300
    Path("threatmodel.layout.json").write_text(json.dumps(layout), encoding="utf-8")
    call("diagram", "-o", "c.svg")
    assert Path("c.svg").read_bytes() != Path("a.svg").read_bytes()


def rewrite(*pairs):
    path = Path("threatmodel.yaml")
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def accept(call, name):
    call("decide", name, "accept", "--reason", "small", "--approved-by", "lee", "--until", "2999-01-01")


def test_a_decision_is_flagged_when_a_fact_it_was_taken_on_changes(shop, call):
    accept(call, "MODEL-DESERIALISE@api")
    entry = load("threatmodel.yaml").sections.decisions["MODEL-DESERIALISE@api"]
    assert entry.basis.facts["model.model_format"] == "unknown"
    assert entry.covers == ["load"]
    assert "decision changed" not in call("risks").out
    rewrite(("holds: [weights]", "holds: [weights], facts: {model_format: pickle}"))
    said = "model.model_format was unknown, is pickle now"
    for command in (("risks",), ("risks", "--all"), ("threats",), ("explain", "MODEL-DESERIALISE@api")):
        assert said in call(*command).out
    (risk,) = (
        item
        for item in json.loads(call("risks", "--json").out)["risks"]
        if item["id"] == "MODEL-DESERIALISE@api"
    )
    assert risk["decision"]["changed"] == [{"fact": "model.model_format", "was": "unknown", "now": "pickle"}]
    call("report", "-o", "report.md")
    assert said in Path("report.md").read_text(encoding="utf-8").replace("\\", "")
    accept(call, "MODEL-DESERIALISE@api")
    assert "decision changed" not in call("risks").out


def test_deciding_again_takes_the_rating_that_counts_then(shop, call):
    call("decide", "MODEL-DESERIALISE@api", "transfer", "--rating", "SL:0/M:0/O:0/S:0/ED:0/EE:0/A:0/ID:0")
    assert "decision changed" not in call("risks").out
    call("decide", "MODEL-DESERIALISE@api", "transfer")
    assert "decision changed" not in call("risks").out


def test_a_wildcard_keeps_its_places_and_their_facts(shop, call):
    call("decide", "MODEL-DESERIALISE@*", "transfer")
    entry = load("threatmodel.yaml").sections.decisions["MODEL-DESERIALISE@*"]
    assert entry.covers == ["load"]
    assert "load.verifies_signature" in entry.basis.facts


def test_what_is_verified_counts_and_the_contradiction_is_shown(shop, call):
    rewrite(
        ("in: lan}   # answers", "in: lan, facts: {sandboxed_loading: no}}"),
        ("flows:", "controls: {box: {control: sandboxed-loading, on: [api], status: verified}}\nflows:"),
    )
    said = "api.sandboxed_loading is written as no, but box is verified and says yes"
    for command in ("validate", "risks", "threats"):
        assert said in call(command).out
    refuted = {"place": "api", "fact": "sandboxed_loading", "claimed": "no", "verified": "yes", "by": "box"}
    for command in ("validate", "risks"):
        assert json.loads(call(command, "--json").out)["contradictions"] == [refuted]
    told = call("explain", "MODEL-DESERIALISE@api").out
    assert "evidence against the model (no)" in told
    call("report", "-o", "report.html")
    assert "Evidence against the model" in Path("report.html").read_text(encoding="utf-8")


NEWER = """\
threats:
  LATE:
    title: "{element} is late"
    text: Late.
    at: element
    applies: element is 'inference-service'
    stride: [denial-of-service]
    cia: [availability]
    agents: [accident]
    controls: [sandboxed-loading]
    since: 2
"""


def test_threats_of_a_newer_catalogue_stand_apart(shop, call):
    Path("mantlet-rules").mkdir()
    Path("mantlet-rules/late.yaml").write_text(NEWER, encoding="utf-8")
    heading = "New in the catalogue since version 1"
    for command in (("risks",), ("risks", "--all"), ("threats",)):
        before, _, after = call(*command).out.partition(heading)
        assert "LATE@api" in after
        assert "LATE@api" not in before
    new = {item["id"] for item in json.loads(call("threats", "--json").out)["threats"] if item["new"]}
    assert new == {"LATE@api"}
    rewrite(("mantlet: 1\n", "mantlet: 1\ncatalogue: {version: 2}\n"))
    assert heading not in call("risks").out
    rewrite(("{version: 2}", "{version: 3}"))
    assert "catalogue older than the model" in call("risks").out


def test_conditions_under_not_are_said_the_way_they_count(shop, call):
    conditions = json.loads(call("explain", "MODEL-DESERIALISE@api", "--json").out)["applies"]["conditions"]
    (turned,) = (item for item in conditions if item["condition"].startswith("not "))
    assert turned["answer"] == "yes"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["threats", "--element", "aip"], "did you mean 'api'?"),
        (["threats", "--category", "Spofing"], "did you mean 'spoofing'?"),
        (["threats", "--considered", "--category", "spofing"], "did you mean 'spoofing'?"),
        (["threats", "--status", "opn"], "did you mean 'open'?"),
        (["threats", "--considered", "--element", "nowhere"], "the model has no element or flow 'nowhere'"),
        (["explain", "MODEL-DESERIALISE"], "write MODEL-DESERIALISE@api"),
    ],
)
def test_a_name_that_says_too_little_or_nothing_is_answered_with_one_that_does(shop, call, arguments, said):
    assert said in call(*arguments, code=2).err

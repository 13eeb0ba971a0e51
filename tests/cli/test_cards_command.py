"""`mantlet cards`: hands on the terminal and on paper, findings in the model file."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from mantlet.project.api import analyse, load
from mantlet.project.cards import deal, finding_change, printed

CHURN = Path(str(files("mantlet.project"))) / "examples/churn/threatmodel.yaml"


@pytest.fixture
def churn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("threatmodel.yaml").write_bytes(CHURN.read_bytes())
    return Path("threatmodel.yaml")


def test_cards_deals_by_itself_and_says_how_to_go_on(churn, call):
    out = call("cards").out
    assert "9 cards" in out
    assert "mantlet cards add" in out
    assert call("cards", "deal", ".").out == out
    assert call("cards", churn, "--seed", "1").out == out
    assert call("cards", "--seed", "2").out != out


def test_cards_as_json_and_on_paper(churn, call):
    document = json.loads(call("cards", "--json", "--hand", "4", "--suit", "privacy").out)
    assert document["seed"] == "1"
    assert [card["deck"] for card in document["cards"]] == ["privacy"] * 4
    assert set(document["cards"][0]) >= {"id", "suit", "title", "text", "place", "question"}
    call("cards", "-o", "hand.md", "-o", "hand.json")
    assert "## Machine learning" in Path("hand.md").read_text(encoding="utf-8")
    assert json.loads(Path("hand.json").read_bytes())["mantlet"] == 1
    assert "docx" in call("cards", "-o", "hand.docx", code=2).err


def test_the_pdf_has_nine_to_a_sheet_and_is_the_same_every_time(churn):
    pytest.importorskip("typst")
    result = analyse(churn)
    hand = deal(result, hand=10)
    first = printed(result, hand, "pdf")
    assert first.startswith(b"%PDF")
    assert first == printed(result, hand, "pdf")
    assert b"/Count 2" in first
    assert b"/Count 1" in printed(result, hand[:9], "pdf")


def test_names_are_no_markup_on_paper(churn):
    pytest.importorskip("typst")
    text = churn.read_text(encoding="utf-8").replace(
        "Churn predictor", "#panic(1) $x$ *b* <s> " + "long " * 20, 1
    )
    churn.write_text(text, encoding="utf-8")
    result = analyse(churn)
    hand = deal(result, hand=9)
    assert printed(result, hand, "pdf").startswith(b"%PDF")
    assert "<s>" not in printed(result, hand, "md").decode()


def test_what_is_found_is_written_with_one_command(churn, call):
    before = churn.read_text(encoding="utf-8")
    hand = json.loads(call("cards", "--json").out)["cards"]
    card = next(card for card in hand if card["deck"] == "stride")
    out = call(
        "cards", "add", card["id"], "The night shift shares a login", "--by", "ana", "--text", "Since 2019."
    )
    assert "wrote the threat THE-NIGHT-SHIFT-SHARES-A-LOGIN" in out.out
    entry = load(churn).sections.threats["THE-NIGHT-SHIFT-SHARES-A-LOGIN"]
    assert (entry.at, entry.found_by, entry.text) == ([card["place"]], "ana", "Since 2019.")
    assert entry.stride == card["stride"]
    after = churn.read_text(encoding="utf-8")
    assert set(before.splitlines()) <= set(after.splitlines())
    call("cards", "add", card["id"], "The night shift shares a login!")
    assert "THE-NIGHT-SHIFT-SHARES-A-LOGIN-2" in load(churn).sections.threats
    assert any(risk.type.id == "THE-NIGHT-SHIFT-SHARES-A-LOGIN-2" for risk in analyse(churn).risks)


@pytest.mark.parametrize(
    "arguments",
    [
        ("X9@api", "x"),
        ("S1@nowhere", "x"),
        ("{card}", " "),
        ("{card}", "x", "--control", "no-such"),
        ("{card}", "x", "--at", "nowhere"),
        ("{card}", "x", "--rating", "what"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(churn, call, arguments):
    before = churn.read_bytes()
    card = json.loads(call("cards", "--json").out)["cards"][0]["id"]
    assert call("cards", "add", *(item.format(card=card) for item in arguments), code=2).err
    assert churn.read_bytes() == before


def test_titles_in_other_scripts_get_an_id(churn):
    result = analyse(churn)
    card = deal(result, hand=1)[0].id
    names = [finding_change(result, card, title).path[1] for title in ("漏洞", "3 keys", "Ünsafe", "x" * 200)]
    assert names == ["FOUND", "FOUND-3-KEYS", "UNSAFE", "X" * 48]


def test_playing_writes_what_is_found_and_goes_back_and_on(churn, call, monkeypatch):
    typed = iter(["f", "Somebody listens", "", "", "b", "f", "", "q"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(typed))
    out = call("cards", "play", "--hand", "3", "--minutes", "5").out
    assert "1 finding in threatmodel.yaml: SOMEBODY-LISTENS" in out
    assert "2 of 3" in out
    assert "SOMEBODY-LISTENS" in load(churn).sections.threats


def test_the_bell_rings_once_time_is_over(churn, call, monkeypatch):
    import threading

    rung = threading.Event()
    monkeypatch.setattr("sys.stderr.write", lambda text: rung.set() if "Time is up" in text else None)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "q" if rung.wait(10) else "")
    call("cards", "play", "--hand", "1", "--minutes", "0.0001")
    assert rung.is_set()

"""Cards: every one has a place somewhere, a deal is fair and repeats, names of the model fill it."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from mantlet.analysis.engine import Analysis
from mantlet.base.errors import InputError, InputErrors, UsageError
from mantlet.catalogue.load import load_catalogue
from mantlet.model.model import Model
from mantlet.project.api import analyse, load
from mantlet.review.cards import deal, finding, on_place, suits
from mantlet.risk.register import Register

ROOT = Path(str(files("mantlet.project")))
MODELS = [
    *sorted(ROOT.glob("*/*/threatmodel.yaml")),
    *(
        path
        for path in sorted((Path(__file__).parents[1] / "models").glob("*.yaml"))
        if ".expected" not in path.name
    ),
]


def register(path, catalogue=None):
    known = catalogue or load_catalogue()
    return Register(Analysis(load(path, catalogue=known).sections, known), today=date(2026, 11, 24))


@pytest.fixture(scope="module")
def chatbot():
    return register(ROOT / "examples/rag-chatbot/threatmodel.yaml")


def test_every_card_has_a_place_on_some_model():
    dealt = {card.card for path in MODELS for card in deal(register(path), hand=500)}
    assert dealt == set(load_catalogue().cards)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_hand_is_filled_with_names_on_places_that_a_threat_can_name(path):
    made = register(path)
    hand = deal(made, hand=60, seed="x")
    raw = {f"T-{number}": {"title": card.title, **finding(card)} for number, card in enumerate(hand)}
    for card in hand:
        assert "{" not in card.title + card.text + card.question + card.at
        assert card.question.endswith("?")
        assert on_place(made, card.id) == card
    assert len(raw) == len({card.id for card in hand})


def test_what_is_found_is_a_threat_at_the_cards_place(chatbot, tmp_path):
    hand = deal(chatbot, hand=200)
    entries = {f"T-{number}": {"title": card.title, **finding(card)} for number, card in enumerate(hand)}
    text = (ROOT / "examples/rag-chatbot/threatmodel.yaml").read_text(encoding="utf-8")
    import json

    body = "\n".join(f"  {name}: {json.dumps(entry)}" for name, entry in entries.items())
    path = tmp_path / "threatmodel.yaml"
    path.write_text(text.replace("\nthreats:\n", f"\nthreats:\n{body}\n"), encoding="utf-8")
    found = {risk.type.id for risk in analyse(path).register}
    assert set(entries) <= found


def test_a_seed_repeats_and_another_differs(chatbot):
    assert deal(chatbot, seed="team") == deal(chatbot, seed="team")
    assert deal(chatbot, seed="team") != deal(chatbot, seed="other")
    assert len({tuple(card.id for card in deal(chatbot, seed=str(seed))) for seed in range(30)}) == 30


def test_decks_get_their_share_and_suits_their_turn(chatbot):
    hand = deal(chatbot, hand=18)
    assert [sum(card.deck == deck for card in hand) for deck in ("stride", "privacy", "ml")] == [6, 6, 6]
    assert {card.suit for card in hand if card.deck == "stride"} == suits(["stride"])
    assert len({card.card for card in hand}) == 18


def test_a_hand_goes_around_the_system(chatbot):
    places = [card.element for seed in range(10) for card in deal(chatbot, hand=9, seed=str(seed))]
    assert len(set(places)) >= len(chatbot.analysis.columns.elements) * 0.7


def test_places_where_much_is_at_stake_come_more_often(chatbot):
    worst = {risk.element for risk in chatbot.open if risk.severity.word in {"critical", "high"}}
    calm = set(chatbot.analysis.columns.elements.ids) - {risk.element for risk in chatbot.open}
    seen = [card.element for seed in range(60) for card in deal(chatbot, hand=9, seed=str(seed))]
    often, seldom = (sum(seen.count(name) for name in group) / len(group) for group in (worst, calm))
    assert often > 1.5 * seldom


def test_suits_and_decks_by_name(chatbot):
    assert {card.suit for card in deal(chatbot, hand=20, chosen=["poisoning", "Linking"])} == {
        "poisoning",
        "linking",
    }
    assert {card.deck for card in deal(chatbot, hand=20, chosen=["ml"])} == {"ml"}
    with pytest.raises(UsageError) as caught:
        deal(chatbot, chosen=["poisning"])
    assert "poisoning" in caught.value.mend


@pytest.mark.parametrize("hand", [0, -1, 501])
def test_a_hand_has_a_size(chatbot, hand):
    with pytest.raises(UsageError):
        deal(chatbot, hand=hand)


@pytest.mark.parametrize("name", ["S1", "S1@", "S1@nowhere", "S1@index", "Z9@chat", "@chat", ""])
def test_a_card_that_is_not_there_or_on_nothing(chatbot, name):
    with pytest.raises(UsageError):
        on_place(chatbot, name)


def test_nothing_of_what_is_out_of_scope_is_played():
    model = Model("Small")
    model.element("who", "user", out_of_scope="theirs")
    model.element("api", "web-service")
    model.flow("who", "api", id="ask")
    hand = deal(analyse(model, evidence=False).register, hand=100)
    assert hand
    assert "who" not in {card.place for card in hand}


def test_an_empty_model_has_only_the_cards_of_the_system():
    hand = deal(Register(Analysis(Model("Empty").sections, load_catalogue()), today=date(2026, 11, 24)))
    assert {card.place for card in hand} <= {"system"}


OWN = """
cards:
  X1: {suit: spoofing, at: element, applies: "element is 'user'", title: "Own {element}", text: "Own text.", ask: "And now?"}
"""


@pytest.fixture
def rules(tmp_path):
    folder = tmp_path / "mantlet-rules"
    folder.mkdir()

    def write(text):
        (folder / "cards.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


def test_a_project_has_cards_of_its_own(rules):
    catalogue = load_catalogue([rules(OWN)])
    hand = deal(register(ROOT / "templates/minimal/threatmodel.yaml", catalogue), hand=500)
    assert any(card.title.startswith("Own ") for card in hand if card.card == "X1")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("X1", "own", "a card's id"),
        ("X1", "S1", "'S1' is already in the catalogue"),
        ("spoofing", "spofing", "expected one of"),
        ("now?", "now", "no question"),
        ("{element}", "{source}", "no meaning at 'element'"),
        ("'user'", "'usr'", "unknown element type 'usr'"),
        ("Own text.", "x" * 301, "too long for a card"),
        ("at: element", "linddun: [L.99], at: element", "no node 'L.99'"),
    ],
)
def test_mistakes_in_own_cards_are_told(rules, old, new, what):
    text = OWN.replace(old, new, 1)
    assert text != OWN
    with pytest.raises((InputError, InputErrors)) as caught:
        load_catalogue([rules(text)])
    assert what in str(caught.value)
    assert "cards.yaml:" in str(caught.value)


def test_cards_from_python_and_in_the_catalogue(call):
    result = analyse(ROOT / "examples/churn/threatmodel.yaml")
    assert [card.deck for card in result.cards(hand=3)] == ["stride", "privacy", "ml"]
    assert "Whoever says they are" in call("catalogue", "show", "s1").out
    assert f"{len(result.catalogue.cards)} cards" in call("catalogue", "list", "cards").out

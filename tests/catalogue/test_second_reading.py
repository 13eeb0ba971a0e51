"""Every mapping of a published list was read by somebody who didn't write it, and is still what they read."""

import pytest

from mantlet.base.errors import InputError
from mantlet.catalogue.coverage import UNSETTLED, coverage
from mantlet.catalogue.load import Catalogue, load_catalogue
from mantlet.catalogue.reading import (
    FOLDER,
    TEXTS,
    EntryReading,
    Reading,
    Readings,
    load_readings,
    mapping_hash,
    shipped_readings,
    text_hash,
)

COVERAGE = coverage(load_catalogue(), None, shipped_readings(), open_lists=True)
IDS = [item.id for item in COVERAGE]


@pytest.mark.parametrize("listed", COVERAGE, ids=IDS)
def test_every_mapping_has_a_second_reading_of_what_it_is_now(listed):
    left = [entry.id for entry in listed.entries if entry.second_reading.verdict in UNSETTLED]
    assert not left, "read these again, then: python tools/second_reading.py --agree " + " ".join(
        f"{listed.id}:{name}" for name in left
    )


@pytest.mark.parametrize("listed", COVERAGE, ids=IDS)
def test_what_was_read_is_there_and_what_was_taken_back_is_gone(listed):
    reading = shipped_readings().lists[listed.id]
    entries = {entry.id: entry for entry in listed.entries}
    for name, said in reading.entries.items():
        if not (entry := entries.get(name)):
            assert listed.id in {"cwe", "capec"}, f"{name} is in no list"
            continue
        now = set(entry.types) or {entry.disposition, *entry.facts}
        assert not now & {*said.dropped, *said.refused}
        assert now == {*said.kept, *said.added}
        assert set(said.confirmed) <= set(said.added)
        assert set(said.against) <= now


@pytest.mark.parametrize(
    "listed", [item for item in COVERAGE if item.of == "threats"], ids=lambda item: item.id
)
def test_at_most_a_quarter_of_a_list_of_threats_is_out_of_scope(listed):
    assert listed.counts.get("out-of-scope", 0) <= listed.total / 4
    assert all(entry.reason for entry in listed.entries if entry.disposition == "out-of-scope")


@pytest.fixture
def small(sample, rules):
    """Return a catalogue with a list of two entries, and its readings as they are right after somebody read them."""
    text = sample.replace("{cwe: [502]}", "{list: [A]}") + (
        "frameworks:\n"
        "  list:\n"
        "    title: A list\n"
        '    version: "1"\n'
        "    source: somewhere\n"
        "    licence: CC0-1.0\n"
        "    entries: {A: One, B: {title: Two, disposition: review-question}}\n"
    )
    catalogue = load_catalogue([rules(text)])
    threat = catalogue.threats["SAMPLE-THREAT"]
    entries = {
        "A": EntryReading(now=mapping_hash("A", "threat", "", ["SAMPLE-THREAT"]), kept=["SAMPLE-THREAT"]),
        "B": EntryReading(now=mapping_hash("B", "review-question", "", []), dropped=["X"]),
    }
    reading = Reading(list="list", reader="somebody", on="2026-11-24", read="all", entries=entries)
    return catalogue, Readings({"list": reading}, {threat.id: text_hash(threat.title, threat.text)})


def verdicts(catalogue: Catalogue, readings: Readings):
    found = next(item for item in coverage(catalogue, None, readings) if item.id == "list")
    return {entry.id: entry.second_reading.verdict for entry in found.entries}, found.agreement


def test_a_reading_holds_until_mapping_or_text_changes(small):
    catalogue, readings = small
    said, agreement = verdicts(catalogue, readings)
    assert said == {"A": "agreed", "B": "mended"}
    assert (agreement.agreed, agreement.mappings, agreement.changed) == (1, 2, 0)
    readings.lists["list"].entries["B"].added = ["review-question"]
    readings.lists["list"].entries["B"].dropped = []
    assert verdicts(catalogue, readings)[0]["B"] == "completed"
    readings.lists["list"].entries["B"].against = ["review-question"]
    assert verdicts(catalogue, readings)[0]["B"] == "disagrees"
    catalogue.threats["SAMPLE-THREAT"].text += " And more."
    said, agreement = verdicts(catalogue, readings)
    assert said["A"] == "changed"
    assert agreement.changed == 1
    catalogue.threats["SAMPLE-THREAT"].refs["list"] = ["A", "B"]
    assert verdicts(catalogue, readings)[0]["B"] == "changed"


def test_what_was_added_is_read_by_another_reader_in_turn():
    said = EntryReading(now="", kept=["A", "B"], added=["C", "D"])
    said.confirm(["A", "C", "E"], "now")
    assert (said.kept, said.dropped) == (["A"], ["B"])
    assert (said.added, said.confirmed, said.refused) == (["C", "E"], ["C"], ["D"])
    agreement = Reading(list="list", reader="r", on="o", read="all", entries={"A": said}).agreement(0)
    assert (agreement.added, agreement.confirmed, agreement.refused) == (3, 1, 1)
    said.confirm(["A", "C", "E"], "now")
    assert (said.confirmed, said.refused, said.now) == (["C", "E"], ["D"], "now")


def test_who_confirmed_is_named():
    for name, reading in shipped_readings().lists.items():
        assert reading.confirmer or not any(entry.confirmed for entry in reading.entries.values()), name
        assert reading.confirmer != reading.reader


def test_without_a_reader_a_list_says_so(small):
    catalogue, _ = small
    said, agreement = verdicts(catalogue, Readings({}, {}))
    assert said == {"A": "unread", "B": "unread"}
    assert agreement is None
    assert coverage(catalogue)[0].entries[0].second_reading is None


def test_a_reading_that_is_none_is_told(tmp_path):
    (tmp_path / TEXTS).write_text("A: b\n", encoding="utf-8")
    (tmp_path / "list.yaml").write_text("list: x\nnobody: knows\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"list\.yaml"):
        load_readings(tmp_path)
    assert load_readings(tmp_path / "none") == Readings({}, {})
    assert load_readings(FOLDER) == shipped_readings()


def test_a_review_question_names_facts_that_there_are(sample, rules):
    entry = "frameworks: {q: {title: Q, version: '1', source: s, licence: l, of: questions, entries: {A: {title: One, disposition: review-question, facts: [FACT]}}}}\n"
    with pytest.raises(InputError, match="unknown fact 'patchd'"):
        load_catalogue([rules(sample + entry.replace("FACT", "patchd"))])
    found = next(
        item
        for item in coverage(load_catalogue([rules(sample + entry.replace("FACT", "patched"))]))
        if item.id == "q"
    )
    assert found.entries[0].facts == ["patched"]
    assert found.counts == {"review-question": 1}


def test_microsofts_review_questions_are_answered_by_facts():
    questions = next(item for item in COVERAGE if item.id == "ms-aiml-questions")
    assert [entry.id for entry in questions.entries if not entry.facts] == ["MSQ33"]

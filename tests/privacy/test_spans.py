"""Spans of personal data in free text: each kind found, look-alikes left alone."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.privacy.text import Span, find, settle

SHARED = Path(__file__).parents[3] / "shared" / "data" / "presidio_synth_v2" / "synth_dataset_v2.json"


def pieces(text):
    return [(span.id, text[span.start : span.end]) for span in find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ana.b+x@mail.example.org.", [("email", "ana.b+x@mail.example.org")]),
        ("card 4111-1111-1111-1111 expired", [("card", "4111-1111-1111-1111")]),
        ("card 4111-1111-1111-1112 expired", []),
        ("IBAN DE89 3704 0044 0532 0130 00 please", [("iban", "DE89 3704 0044 0532 0130 00")]),
        ("iban gb82west12345698765432", [("iban", "gb82west12345698765432")]),
        ("from 192.168.1.20 and 2001:db8::7", [("ip", "192.168.1.20"), ("ip", "2001:db8::7")]),
        ("version 1.2.3.4000", []),
        ("my SSN is 078-05-1120", [("ssn", "078-05-1120")]),
        ("part 000-12-3456", []),
        ("see https://example.org/a?b=1, then", [("url", "https://example.org/a?b=1")]),
        ("see example.org for more", [("url", "example.org")]),
        ("call me at +41 44 668 18 00 today", [("phone", "+41 44 668 18 00")]),
        ("(020) 7946 0958", [("phone", "(020) 7946 0958")]),
        ("555-123-4567 x89", [("phone", "555-123-4567 x89")]),
        ("on 2024-03-01 12:30 we met", []),
        ("order number 5551234567", []),
        ("it cost 12,345,678 or 12345678.50", []),
        ("the years 1999 - 2004", []),
        ("line one 12\n44939 line two", []),
    ],
)
def test_spans(text, expected):
    assert pieces(text) == expected


def test_a_surer_span_wins_over_one_that_it_overlaps():
    assert settle([Span(0, 10, "phone", 0.7), Span(2, 8, "card", 0.97), Span(20, 22, "ip", 0.9)]) == [
        Span(2, 8, "card", 0.97),
        Span(20, 22, "ip", 0.9),
    ]


@given(st.text(alphabet=st.sampled_from("0123456789 -+().@:/abx\nDE"), max_size=200))
def test_spans_are_in_order_and_never_overlap(text):
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


KINDS = {"EMAIL_ADDRESS": "email", "CREDIT_CARD": "card", "IBAN_CODE": "iban", "IP_ADDRESS": "ip", "US_SSN": "ssn", "DOMAIN_NAME": "url", "PHONE_NUMBER": "phone"}  # fmt: skip


@pytest.mark.skipif(not SHARED.exists(), reason="the labelled texts are not here")
def test_the_labelled_texts_are_found_as_well_as_promised():
    right, wrong, missed = (
        dict.fromkeys(KINDS.values(), 0),
        dict.fromkeys(KINDS.values(), 0),
        dict.fromkeys(KINDS.values(), 0),
    )
    for entry in json.loads(SHARED.read_text()):
        spans = find(entry["full_text"])
        hit = set()
        for gold in entry["spans"]:
            kind, start, end = KINDS.get(gold["entity_type"]), gold["start_position"], gold["end_position"]
            if kind is None:
                continue
            found = [
                i
                for i, s in enumerate(spans)
                if s.id == kind and min(end, s.end) - max(start, s.start) >= (end - start) / 2
            ]
            hit.update(found)
            (right if found else missed)[kind] += 1
        for place, span in enumerate(spans):
            if place not in hit:
                wrong[span.id] += 1
    f1 = {kind: 2 * right[kind] / (2 * right[kind] + wrong[kind] + missed[kind]) for kind in right}
    assert min(value for kind, value in f1.items() if kind != "phone") >= 0.98, f1
    assert f1["phone"] >= 0.85, f1

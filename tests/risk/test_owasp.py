"""The method page's rules: vectors, levels, modes, and the published examples."""

import contextlib
import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mantlet.base.errors import MantletError
from mantlet.model.vector import FACTORS, parse_vector, to_vector
from mantlet.risk.owasp import (
    IMPACT_MODES,
    MATRIX,
    Level,
    Severity,
    factor_texts,
    level,
    rate,
    rate_vector,
)

EXAMPLES = Path(__file__).parents[3] / "shared/catalogues/owasp_rr_examples.tsv"

PUBLISHED = [
    (
        "(SL:1/M:1/O:0/S:2/ED:1/EE:1/A:1/ID:2/LC:2/LI:1/LAV:1/LAC:1/FD:1/RD:1/NC:2/PV:3)",
        "mean8",
        1.125,
        1.5,
        "note",
    ),
    (
        "(SL:9/M:9/O:9/S:2/ED:9/EE:9/A:9/ID:9/LC:9/LI:9/LAV:1/LAC:9/FD:1/RD:1/NC:2/PV:9)",
        "mean8",
        8.125,
        5.125,
        "high",
    ),
    (
        "(SL:9/M:9/O:4/S:2/ED:9/EE:3/A:6/ID:5/LC:6/LI:5/LAV:5/LAC:9/FD:3/RD:5/NC:5/PV:5)",
        "mean8",
        5.875,
        5.375,
        "medium",
    ),
    (
        "(SL:9/M:9/O:9/S:2/ED:9/EE:9/A:9/ID:9/LC:9/LI:9/LAV:1/LAC:9/FD:9/RD:9/NC:9/PV:9)",
        "mean8",
        8.125,
        8.0,
        "critical",
    ),
    (
        "SL:5/M:2/O:7/S:1/ED:3/EE:6/A:9/ID:2/LC:9/LI:7/LAV:5/LAC:8/FD:1/RD:2/NC:1/PV:5",
        "method",
        4.375,
        2.25,
        "low",
    ),
]


@pytest.mark.parametrize(("vector", "mode", "likelihood", "impact", "severity"), PUBLISHED)
def test_published_vectors(vector, mode, likelihood, impact, severity):
    rating = rate_vector(vector, mode)
    assert (rating.likelihood, rating.impact, rating.severity.word) == (likelihood, impact, severity)


@pytest.mark.parametrize(
    ("vector", "likelihood", "technical", "business"),
    [
        ("SL:5/M:4/O:7/S:6/ED:3/EE:1/A:4/ID:9/LC:9/LI:7/LAV:1/LAC:9/FD:7/RD:4/NC:7/PV:9", 4.875, 6.5, 6.75),
        ("SL:1/M:1/O:0/S:2/ED:1/EE:1/A:1/ID:1/LC:2/LI:1/LAV:1/LAC:1/FD:1/RD:1/NC:2/PV:3", 1.0, 1.25, 1.75),
    ],
)
def test_technical_and_business_stay_apart(vector, likelihood, technical, business):
    rating = rate_vector(vector)
    assert (rating.likelihood, rating.technical, rating.business) == (likelihood, technical, business)


def test_business_wins_only_when_known():
    technical = dict.fromkeys(FACTORS[:12], 9.0)
    assert rate(technical).severity is Severity.CRITICAL
    assert rate({**technical, **dict.fromkeys(FACTORS[12:], 0.0)}).impact == 0


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "foobar",
        "SL:1/M:1/O:0/S:",
        "SL:1/M:null",
        "SL:10/M:1",
        "SL:1/SL:2",
        "XX:1",
        "SL:-1",
        "SL:1//M:2",
        "SL:1/M:1/O:0/S:2",
    ],
)
def test_bad_vectors_are_refused(vector):
    with pytest.raises(MantletError):
        rate_vector(vector)


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0, "low"), (2, "low"), (2.999, "low"), (3, "medium"), (5.999, "medium"), (6, "high"), (9, "high")],
)
def test_levels(score, expected):
    assert level(score).word == expected


@pytest.mark.parametrize("score", [-1, 9.001, 10, float("nan")])
def test_no_level_outside(score):
    with pytest.raises(MantletError):
        level(score)


def test_matrix_grows_both_ways():
    for row in MATRIX:
        assert list(row) == sorted(row)
    for column in zip(*MATRIX, strict=True):
        assert list(column) == sorted(column)
    assert MATRIX[Level.HIGH][Level.HIGH] is Severity.CRITICAL


scores = st.integers(0, 90).map(lambda tenths: tenths / 10)


@given(
    st.fixed_dictionaries(dict.fromkeys(FACTORS, scores)),
    st.sampled_from(IMPACT_MODES),
    st.sampled_from(["{}", "({})", "OWASP/{}", " {} "]),
)
def test_vector_round_trip(factors, mode, frame):
    text = to_vector(factors)
    assert parse_vector(frame.format(text)) == factors
    rating = rate(factors, mode)
    assert rating.vector == text
    assert 0 <= rating.impact <= 9
    assert rate(factors, "max8").impact >= rate(factors, "mean8").impact


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(MantletError):
        assert rate_vector(text).vector == to_vector(parse_vector(text))


def test_every_factor_has_the_page_s_options():
    texts = factor_texts()
    assert tuple(item.code for item in texts) == FACTORS
    assert sum(len(item.options) for item in texts) == 67


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the catalogue of published examples is not here")
def test_the_published_file():
    checked = 0
    for row in csv.DictReader(EXAMPLES.open(encoding="utf-8"), delimiter="\t"):
        if row["kind"] not in {"published test", "methodology page"}:
            continue
        checked += 1
        if not row["likelihood"]:
            with pytest.raises(MantletError):
                rate_vector(row["vector"])
            continue
        mode = "method" if row["kind"] == "methodology page" or row["technical_impact"] else "mean8"
        rating = rate_vector(row["vector"], mode)
        assert rating.likelihood == float(row["likelihood"])
        assert rating.likelihood_level.name == row["likelihood_level"]
        if row["technical_impact"]:
            assert rating.technical == float(row["technical_impact"].split()[0])
            assert rating.business == float(row["business_impact"].split()[0])
        if row["severity"]:
            assert rating.severity.name == row["severity"].upper()
    assert checked == 10

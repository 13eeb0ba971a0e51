"""Queries: noise of the promised size, what one unit can change is bounded, and a wrong mechanism would be caught."""

import math

import numpy as np
import polars as pl
import pytest

from mantlet.base.errors import UsageError
from mantlet.privacy.dp import query as queries
from mantlet.privacy.dp.ledger import Ledger, OverspentError
from mantlet.privacy.dp.mechanisms import choose, laplace, threshold
from mantlet.privacy.dp.query import Query, plan, run

pytest.importorskip("opendp")
DRAWS = 20_000


def noise_fits(draw, sensitivity, epsilon):
    """Tell whether draws around 0 have the discrete Laplace distribution of this scale (G-test on tails and centre)."""
    values = np.asarray(draw([0] * DRAWS))
    ratio = math.exp(-epsilon / sensitivity)
    bound = 2 * sensitivity / epsilon
    centre = (1 - ratio) / (1 + ratio)
    tail = 2 * ratio ** (math.floor(bound) + 1) / (1 + ratio)
    for share, expected in (((values == 0).mean(), centre), ((np.abs(values) > bound).mean(), tail)):
        spread = math.sqrt(expected * (1 - expected) / DRAWS)
        if abs(share - expected) > 5 * spread:
            return False
    return abs(values.mean()) < 5 * math.sqrt(2) * sensitivity / epsilon / math.sqrt(DRAWS)


@pytest.mark.parametrize(("sensitivity", "epsilon"), [(1, 1.0), (1, 0.2), (7, 0.5)])
def test_noise_has_the_promised_distribution(sensitivity, epsilon):
    assert noise_fits(lambda zeros: laplace(zeros, sensitivity, epsilon), sensitivity, epsilon)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda zeros: [0 for _ in zeros],
        lambda zeros: laplace(zeros, 1, 1.3),
        lambda zeros: np.rint(np.random.default_rng(1).normal(0, math.sqrt(2), len(zeros))).astype(int),
        lambda zeros: [abs(value) for value in laplace(zeros, 1, 1.0)],
    ],
    ids=["none", "too little", "gaussian", "one-sided"],
)
def test_the_same_test_catches_wrong_mechanisms(wrong):
    assert not noise_fits(wrong, 1, 1.0)


def test_an_outcome_is_hardly_likelier_with_one_row_more():
    with_row = np.asarray(laplace([1] * DRAWS, 1, 0.5))
    without = np.asarray(laplace([0] * DRAWS, 1, 0.5))
    for value in range(-3, 5):
        one, other = (with_row == value).mean(), (without == value).mean()
        assert max(one / other, other / one) < math.exp(0.5) * 1.25


def test_choosing_prefers_low_scores():
    picks = [choose([0, 50, 100], 1, 0.5) for _ in range(300)]
    assert picks.count(0) > 290


@pytest.fixture
def people():
    rows = 4_000
    return pl.DataFrame(
        {
            "user": [f"u{n}" for n in range(rows)],
            "age": [20 + n % 60 for n in range(rows)],
            "city": ["A" if n % 4 else "B" for n in range(rows)],
        }
    ).lazy()


@pytest.fixture
def ledger(tmp_path):
    book = Ledger(tmp_path / "book.jsonl")
    book.open(epsilon=50.0, delta=1e-3, data="people", unit="user")
    return book


def answered(people, ledger, **fields):
    return dict(run(people, Query(**{"epsilon": 5.0, **fields}), ledger).rows)


def test_answers_are_near_the_truth(people, ledger):
    assert answered(people, ledger, kind="count")[""] == pytest.approx(4_000, abs=10)
    groups = answered(people, ledger, kind="count", by="city", keys=("A", "B", "C"))
    assert groups["A"] == pytest.approx(3_000, abs=10)
    assert groups["C"] == pytest.approx(0, abs=10)
    assert answered(people, ledger, kind="sum", column="age", low=0, high=100)[""] == pytest.approx(
        4_000 * 49.2, rel=0.02
    )
    assert answered(people, ledger, kind="mean", column="age", low=0, high=100)[""] == pytest.approx(
        49.2, abs=1
    )
    assert answered(people, ledger, kind="quantile", column="age", low=0, high=100)[""] == pytest.approx(
        49.5, abs=2
    )
    bars = answered(people, ledger, kind="histogram", column="age", low=0, high=100, width=20)
    assert bars.keys() == {"0-20", "20-40", "40-60", "60-80", "80-100"}
    assert bars["20-40"] == pytest.approx(1_340, abs=15)
    assert ledger.read().spent[0] == pytest.approx(30)


def test_groups_from_the_data_are_shown_only_when_large_and_cost_delta(ledger):
    rare = pl.DataFrame({"user": [f"u{n}" for n in range(901)], "city": ["A"] * 900 + ["only one"]}).lazy()
    for _ in range(5):
        assert answered(rare, ledger, kind="count", by="city", delta=1e-5, epsilon=1.0).keys() == {"A"}
    assert ledger.read().spent[1] == pytest.approx(5e-5)
    with pytest.raises(UsageError, match="delta"):
        answered(rare, ledger, kind="count", by="city")
    assert threshold(1, 1.0, 1e-5) > 11


def test_one_unit_moves_an_answer_by_no_more_than_its_bound(ledger, monkeypatch):
    """Without noise, the same query on data with and without somebody's many rows differs by the sensitivity at most."""
    seen = []
    monkeypatch.setattr(
        queries, "laplace", lambda values, sensitivity, epsilon: seen.append(sensitivity) or list(values)
    )
    base = pl.DataFrame({"user": ["a", "b"], "x": [10.0, 20.0]})
    loud = pl.concat([base, pl.DataFrame({"user": ["evil"] * 500, "x": [1e12] * 500})])
    for kind in ("count", "sum"):
        one = answered(base.lazy(), ledger, kind=kind, column="x", low=-5, high=100)[""]
        two = answered(loud.lazy(), ledger, kind=kind, column="x", low=-5, high=100)[""]
        assert abs(two - one) <= seen[-1]


@pytest.mark.parametrize("values", [[], [None], ["NaN", "inf", "-inf", "text"], [5], ["1e308", "-1e308"]])
def test_odd_tables_are_answered(ledger, values):
    frame = pl.DataFrame(
        {"user": [f"u{n}" for n in range(len(values))], "x": [None if v is None else str(v) for v in values]},
        schema={"user": pl.String, "x": pl.String},
    ).lazy()
    for kind in ("count", "sum", "mean", "quantile"):
        (value,) = answered(frame, ledger, kind=kind, column="x", low=0, high=10, epsilon=1.0).values()
        assert math.isfinite(value)


def test_sums_too_large_for_exact_noise_are_refused(ledger):
    frame = pl.DataFrame({"user": ["a", "b"], "x": [1.0, 2.0]}).lazy()
    with pytest.raises(UsageError):
        answered(frame, ledger, kind="sum", column="x", low=0, high=1e18, resolution=1e-6)


@pytest.mark.parametrize(
    "fields",
    [{"kind": "sum"}, {"kind": "sum", "column": "age"}, {"kind": "sum", "column": "age", "low": 5, "high": 1}, {"kind": "histogram", "column": "age", "low": 0, "high": 9}, {"kind": "quantile", "column": "age", "low": 0, "high": 9, "quantile": 2}, {"kind": "count", "epsilon": 0}, {"kind": "histogram", "column": "age", "low": 0, "high": 9, "width": 1e-9}, {"kind": "sum", "column": "age", "low": 0, "high": 9, "resolution": float("nan")}],
)  # fmt: skip
def test_questions_without_bounds_are_refused_and_cost_nothing(people, ledger, fields):
    with pytest.raises(UsageError) as caught:
        answered(people, ledger, **fields)
    assert caught.value.mend
    assert ledger.read().spent == (0, 0)


def test_the_error_said_before_holds_after(people, ledger):
    query = Query("count", 1.0)
    _, _, text = plan(query, 1)
    bound = run(people, query, ledger).error
    assert f"{bound:,.3g}" in text
    misses = sum(abs(laplace([0], 1, 1.0)[0]) > bound for _ in range(2_000))
    assert misses / 2_000 < 0.07


def test_an_empty_budget_gives_no_answer(people, tmp_path):
    book = Ledger(tmp_path / "b.jsonl")
    book.open(epsilon=0.5, delta=0, data="d")
    with pytest.raises(OverspentError):
        run(people, Query("count", 0.6), book)

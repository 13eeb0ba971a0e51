"""Synthetic tables and private training: near the truth for much epsilon, and honest about what they spend."""

import numpy as np
import polars as pl
import pytest

from mantlet.base.errors import InputError, UsageError
from mantlet.privacy.dp.features import table_of
from mantlet.privacy.dp.ledger import Ledger, OverspentError
from mantlet.privacy.dp.synth import Domain, read_domains, synthesise
from mantlet.privacy.dp.train import Recipe, accuracy, curve, epsilon_of, noise_for, train

pytest.importorskip("opendp")
DOMAINS = {
    "age": Domain(low=0, high=100, width=10),
    "sex": Domain(values=("f", "m")),
    "city": Domain(values=("A", "B", "C")),
}


@pytest.fixture
def people():
    rng = np.random.default_rng(3)
    sex = rng.choice(["f", "m"], 4_000)
    city = np.where(sex == "f", "A", rng.choice(["B", "C"], 4_000))
    return pl.DataFrame(
        {
            "user": [f"u{n}" for n in range(4_000)],
            "age": rng.integers(20, 60, 4_000),
            "sex": sex,
            "city": city,
        }
    ).lazy()


@pytest.fixture
def ledger(tmp_path):
    book = Ledger(tmp_path / "book.jsonl")
    book.open(epsilon=20, delta=1e-4, data="people", unit="user")
    return book


def test_a_synthetic_table_keeps_columns_and_what_ties_two_of_them(people, ledger):
    made = synthesise(people, DOMAINS, 6.0, ledger)
    assert made.columns == ["age", "sex", "city"]
    assert len(made) == pytest.approx(4_000, abs=40)
    assert (made["sex"] == "f").mean() == pytest.approx(0.5, abs=0.05)
    assert made.filter(pl.col("sex") == "f")["city"].value_counts(sort=True)["city"][0] == "A"
    assert made.filter((pl.col("sex") == "f") & (pl.col("city") != "A")).height < 40
    assert made["age"].is_between(0, 100).all()
    assert ledger.read().spent[0] == 6.0


def test_little_epsilon_means_much_noise(people, tmp_path):
    book = Ledger(tmp_path / "b.jsonl")
    book.open(epsilon=1, delta=0, data="d")
    made = synthesise(people, DOMAINS, 0.001, book, rows=2_000)
    assert len(made) == 2_000
    with pytest.raises(OverspentError):
        synthesise(people, DOMAINS, 1.0, book)


def test_an_empty_table_and_values_outside_their_domain_are_synthesised(ledger):
    frame = pl.DataFrame({"user": ["a"], "age": ["NaN"], "sex": ["x"], "city": [None]}).lazy()
    assert len(synthesise(frame, DOMAINS, 1.0, ledger, rows=5)) == 5


@pytest.mark.parametrize("text", ["- a", "age: {low: x}", "age: {lo: 1}", "{"])
def test_broken_domains_are_one_clear_error(tmp_path, text):
    file = tmp_path / "d.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"d\.yaml"):
        read_domains(file)


@pytest.mark.parametrize(
    "domain",
    [
        Domain(low=0, high=1e308, width=1e-300),
        Domain(low=0, high=float("inf"), width=1),
        Domain(low=float("nan"), high=1, width=1),
    ],
)
def test_domains_without_end_are_refused(people, ledger, domain):
    with pytest.raises(UsageError) as caught:
        synthesise(people, {"age": domain}, 1.0, ledger)
    assert caught.value.mend
    assert ledger.read().spent == (0, 0)


def test_domains_that_say_nothing_are_refused(people, ledger):
    with pytest.raises(UsageError, match="neither"):
        synthesise(people, {"age": Domain()}, 1.0, ledger)
    assert ledger.read().spent == (0, 0)


@pytest.fixture(scope="module")
def task():
    rng = np.random.default_rng(5)
    features = rng.random((6_000, 4))
    target = ((features @ np.array([3.0, -2.0, 1.0, 0.0])) > 1.0).astype(float)
    return features, target


def test_accounting_grows_with_steps_and_falls_with_noise():
    assert epsilon_of(1.0, 0.01, 100, 1e-5) < epsilon_of(1.0, 0.01, 400, 1e-5)
    assert epsilon_of(2.0, 0.01, 100, 1e-5) < epsilon_of(1.0, 0.01, 100, 1e-5)
    noise = noise_for(2.0, 0.05, 200, 1e-5)
    assert epsilon_of(noise, 0.05, 200, 1e-5) <= 2.0
    assert epsilon_of(noise * 0.97, 0.05, 200, 1e-5) > 2.0


def test_private_training_stays_within_epsilon_and_learns(task):
    features, target = task
    recipe = Recipe(epochs=10, seed=1)
    free = train(features[::2], target[::2], epsilon=float("inf"), delta=1e-5, recipe=recipe)
    private = train(features[::2], target[::2], epsilon=2.0, delta=1e-5, recipe=recipe)
    assert private.epsilon <= 2.0
    assert private.noise > 0
    assert accuracy(free, features[1::2], target[1::2]) > 0.9
    assert accuracy(private, features[1::2], target[1::2]) > 0.85
    assert not np.allclose(free.weights, private.weights)


def test_one_row_moves_a_step_by_no_more_than_the_clip(task):
    """With one step and every row in it, a row of huge features moves the weights by the clip over the batch."""
    features, target = task
    recipe = Recipe(epochs=1, batch=10**9, rate=1.0, clip=1.0)
    loud = np.vstack([features[:500], [[1e9, 1e9, 1e9, 1e9]]])
    wanted = np.append(target[:500], 0.0)
    quiet = train(features[:500], target[:500], epsilon=float("inf"), delta=0, recipe=recipe).weights * 500
    moved = train(loud, wanted, epsilon=float("inf"), delta=0, recipe=recipe).weights * 501
    assert np.linalg.norm(moved - quiet) <= 1.0 + 1e-9


def test_the_curve_says_what_privacy_costs(task):
    points = curve(*task, [0.05, 8.0], 1e-5, Recipe(epochs=5, seed=2))
    assert points[0][1] < points[1][1]


@pytest.mark.parametrize(("rows", "delta"), [(1, 1e-5), (100, 0.5)])
def test_what_cannot_be_trained_is_refused(rows, delta):
    with pytest.raises(UsageError):
        train(np.zeros((rows, 2)), np.zeros(rows), epsilon=1.0, delta=delta)


def test_features_are_scaled_by_their_domains():
    frame = pl.DataFrame(
        {"age": ["50", "500", "x"], "sex": ["f", "m", None], "y": ["yes", "no", "yes"]}
    ).lazy()
    features, target, names = table_of(frame, {"age": DOMAINS["age"], "sex": DOMAINS["sex"]}, "y", "yes")
    assert names == ["age", "sex=f", "sex=m"]
    assert features.tolist() == [[0.5, 1, 0], [1, 0, 1], [0, 0, 0]]
    assert target.tolist() == [1, 0, 1]

"""Differentially private training of linear and logistic models: clipped gradients of random batches, with Gaussian noise.

DP-SGD (Abadi et al. 2016) with Poisson sampling; the accountant is dp-accounting's PLD. The noise is NumPy's, in floating
point: good for training, not for releasing single numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mantlet.base.errors import MissingToolError, UsageError

Array = NDArray[np.float64]
Model = Literal["logistic", "linear"]


@dataclass(frozen=True)
class Trained:
    """A model and what it cost."""

    weights: Array
    """One for each feature, then the intercept."""
    epsilon: float
    delta: float
    noise: float
    steps: int


def epsilon_of(noise: float, rate: float, steps: int, delta: float) -> float:
    """Return epsilon of so many steps with this noise multiplier and sampling rate, by privacy loss distributions."""
    try:
        import dp_accounting  # noqa: PLC0415  # an extra
        from dp_accounting.pld import PLDAccountant  # noqa: PLC0415
    except ImportError:
        raise MissingToolError(
            "accounting for training needs the package dp-accounting", mend="pip install 'mantlet[dp]'"
        ) from None
    event = dp_accounting.SelfComposedDpEvent(
        dp_accounting.PoissonSampledDpEvent(rate, dp_accounting.GaussianDpEvent(noise)), steps
    )
    accountant = PLDAccountant(value_discretization_interval=1e-3)
    return float(accountant.compose(event).get_epsilon(delta))


def noise_for(epsilon: float, rate: float, steps: int, delta: float) -> float:
    """Return the least noise multiplier that keeps training within epsilon, by halving."""
    low, high = 0.3, 0.6
    while epsilon_of(high, rate, steps, delta) > epsilon:
        low, high = high, high * 2
        if high > 5_000:
            raise UsageError(
                "no noise is enough for an epsilon that small", mend="ask for a larger epsilon or fewer steps"
            )
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if epsilon_of(middle, rate, steps, delta) > epsilon else (low, middle)
    return high


@dataclass(frozen=True)
class Recipe:
    """How training goes; the defaults suit tables of thousands of rows and features scaled to about one."""

    epochs: int = 20
    batch: int = 512
    rate: float = 4.0
    clip: float = 1.0
    seed: int | None = None
    """For tests: a fixed seed gives the noise away."""


def train(
    features: Array,
    target: Array,
    *,
    epsilon: float,
    delta: float,
    model: Model = "logistic",
    recipe: Recipe | None = None,
) -> Trained:
    """Train on rows of features (scaled by bounds that are public) and a target (0 and 1, or a number).

    ``epsilon`` infinite trains without privacy, for comparison.
    """
    rows, how = len(features), recipe or Recipe()
    if rows < 2 or features.ndim != 2 or len(target) != rows:
        raise UsageError("training needs at least two rows, and a target for each")
    if not np.isfinite(features).all() or not np.isfinite(target).all():
        raise UsageError("features and target must be numbers", mend="leave out or fill empty values first")
    if not (0 < delta < 1 / rows) and np.isfinite(epsilon):
        raise UsageError(f"delta must lie below one over the number of rows, {1 / rows:g}")
    share = min(how.batch / rows, 1.0)
    steps = max(round(how.epochs / share), 1)
    noise = noise_for(epsilon, share, steps, delta) if np.isfinite(epsilon) else 0.0
    spent = epsilon_of(noise, share, steps, delta) if noise else float("inf")
    return Trained(_descend(features, target, model, how, steps, noise), spent, delta, noise, steps)


def _descend(features: Array, target: Array, model: Model, how: Recipe, steps: int, noise: float) -> Array:
    """Return weights, averaged over the second half of the steps: noise evens out, at no further cost."""
    rng = np.random.default_rng(how.seed)
    inputs = np.hstack([features, np.ones((len(features), 1))])
    share = min(how.batch / len(features), 1.0)
    weights, average = np.zeros(inputs.shape[1]), np.zeros(inputs.shape[1])
    for step in range(steps):
        chosen = rng.random(len(inputs)) < share
        rows = inputs[chosen]
        gradients = (predict(weights, rows, model) - target[chosen])[:, None] * rows
        norms = np.linalg.norm(gradients, axis=1, keepdims=True)
        total = (gradients * np.minimum(1, how.clip / np.maximum(norms, 1e-12))).sum(axis=0)
        if noise:
            total = total + rng.normal(0, noise * how.clip, len(weights))
        weights = weights - how.rate * total / (share * len(features))
        late = step - steps // 2
        if late >= 0:
            average += (weights - average) / (late + 1)
    return average


def predict(weights: Array, inputs: Array, model: Model) -> Array:
    """Return the model's answer for rows that end in a one for the intercept."""
    linear = inputs @ weights
    return linear if model == "linear" else 1 / (1 + np.exp(-np.clip(linear, -30, 30)))


def accuracy(trained: Trained, features: Array, target: Array) -> float:
    """Return the share of rows that a logistic model tells right."""
    inputs = np.hstack([features, np.ones((len(features), 1))])
    return float(((predict(trained.weights, inputs, "logistic") > 0.5) == (target > 0.5)).mean())


@dataclass(frozen=True)
class Tested:
    """How a model does on rows that training did not see; for its maker, since it is not itself private."""

    rows: int
    accuracy: float
    commonest: float
    """The accuracy of always giving the commonest answer."""


HELD_OUT = 5
"""Every fifth row is held out."""


def train_and_test(
    features: Array, target: Array, *, epsilon: float, delta: float
) -> tuple[Trained, Tested | None]:
    """Train a logistic model on four rows of five and test it on the fifth; of too few rows nothing is held out."""
    held = np.arange(len(features)) % HELD_OUT == HELD_OUT - 1
    trained = train(features[~held], target[~held], epsilon=epsilon, delta=delta)
    if not held.any():
        return trained, None
    share = float(target[held].mean())
    right = accuracy(trained, features[held], target[held])
    return trained, Tested(int(held.sum()), right, max(share, 1 - share))


def curve(
    features: Array, target: Array, epsilons: Sequence[float], delta: float, recipe: Recipe | None = None
) -> list[tuple[float, float]]:
    """Return accuracy on the odd rows after training on the even ones, for each epsilon: what privacy costs.

    Each point trains anew, so publishing the curve spends the sum of its epsilons.
    """
    points = []
    for epsilon in epsilons:
        trained = train(features[::2], target[::2], epsilon=epsilon, delta=delta, recipe=recipe)
        points.append((epsilon, accuracy(trained, features[1::2], target[1::2])))
    return points

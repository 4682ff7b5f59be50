"""Distance of predictions from the gold model's, row by row.

The Wasserstein distance compares two sets of predictions: it is 0 even if the right predictions are
on the wrong rows. Here each row's prediction is compared with the gold model's of the same seed;
and over seeds, the distribution of a row's predictions with that of gold's, by the energy distance
2 E|U - G| - E|U - U'| - E|G - G'| (Szekely and Rizzo, "Energy statistics", J. Stat. Plan. Inference
143, 2013), which is 0 for equal distributions only. All expectations are over different seeds,
since models of one seed share data order and start. The estimate has no bias at any number of
seeds, whereas a Wasserstein distance or a divergence of a few models a row is far above 0 for equal
distributions.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import numpy as np

NEEDS = ("observations", "gold_observations")
QUANTITIES = (
    Quantity(
        "row_distance_train",
        "Distance a row, train",
        "mean over the forget rows of the distance between this and the retrained model's "
        "prediction, in the target's unit",
        goal="0",
        unit="target",
        compares=True,
        least=0,
        of_classes="mean over the forget rows of the total variation between this and the "
        "retrained model's probabilities of the classes",
    ),
    Quantity(
        "row_distance_test",
        "Distance a row, test",
        "the same on test rows that the forget set would have held",
        goal="0",
        unit="target",
        compares=True,
        least=0,
    ),
    Quantity(
        "row_energy_train",
        "Energy distance a row, train",
        "mean over the forget rows of the energy distance between the predictions of this and of "
        "the retrained models over all seeds, in the target's unit; without bias, so that it may "
        "be negative; a seed's value is a jackknife pseudo-value, and their mean is the estimate; "
        "0 for the retrained models by definition, hence no floor",
        goal="0",
        unit="target",
        compares=True,
        floor=False,
        of_classes="mean over the forget rows of the energy distance, by total variation, between "
        "the probabilities of this and of the retrained models over all seeds; without bias, so "
        "that it may be negative; a seed's value is a jackknife pseudo-value; no floor",
    ),
)
#: quantity -> (part, whether the rows are like the forget set's)
PARTS = {"row_distance_train": ("forget", None), "row_distance_test": ("test", True)}
ENERGY, LEAST = "row_energy_train", 3
NO_ROW = "no test row is like the forget set"
FEW = f"fewer than {LEAST} seeds: no distribution over them"
DEFINED = "0 by definition"


class Settings(Section):
    """No settings."""


def predictions(
    models: Sequence[Observation], part: str = "forget", like_forget: bool | None = None
) -> "np.ndarray":
    """Predictions of each model on a part; for classes see `Observation.comparable`.

    Parameters
    ----------
    models : sequence of Observation
        Observed on the same rows.
    part, like_forget
        See `Observation.of`.

    Returns
    -------
    float64 array (models, rows)

    Raises
    ------
    UserError
        When not all models were observed on the same rows, in the same order.
    """
    import numpy as np

    rows = [model.of(part, "row_id", like_forget=like_forget) for model in models]
    if not all(np.array_equal(row_ids, rows[0]) for row_ids in rows):
        raise UserError(
            f"models were observed on different {part} rows and cannot be compared row by row: "
            "observe them on the same forget set."
        )
    compared = [model.comparable(part, like_forget=like_forget) for model in models]
    return np.stack(compared).astype(np.float64)


def distances(ours: "np.ndarray", theirs: "np.ndarray") -> "np.ndarray":
    """Mean absolute difference over rows between each model and each other.

    Parameters
    ----------
    ours, theirs : float64 array (n, rows), array (m, rows)
        Predictions of two groups of models on the same rows.

    Returns
    -------
    float64 array (n, m)
        In the target's unit.
    """
    import numpy as np

    return np.stack([np.abs(theirs - model).mean(1) for model in ours])


def energies(ours: "np.ndarray", gold: "np.ndarray") -> "np.ndarray":
    """Mean over rows of the energy distance, as one value per seed; their mean is the estimate.

    The estimate is the mean over pairs of different seeds s, t of
    |u_s - g_t| + |u_t - g_s| - |u_s - u_t| - |g_s - g_t|, a U-statistic. A seed's value is its
    jackknife pseudo-value, n times the estimate less n - 1 times that without the seed, so that
    their spread gives the estimate's standard error (Arvesen, "Jackknifing U-statistics", Ann.
    Math. Stat. 40, 1969); means over each seed's own pairs would spread about half as much.

    Parameters
    ----------
    ours, gold : array (seeds, rows)
        Predictions of the models and of the gold models, in the same order of at least 3 seeds.

    Returns
    -------
    array (seeds,)
        In the target's unit; may be negative.
    """
    across = distances(ours, gold)
    pairs = across + across.T - distances(ours, ours) - distances(gold, gold)
    count = len(pairs)
    own = (pairs.sum(1) - pairs.diagonal()) / (count - 1)
    return (2 * (count - 1) * own - own.sum()) / (count - 2)


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Distances and energies for each seed; for gold models, distances between each two seeds."""
    seeds = sorted(inputs.observations)
    models = [inputs.observations[seed] for seed in seeds]
    models += [inputs.gold_observations[seed] for seed in seeds]
    rows = []
    for quantity, part in PARTS.items():
        predicted = predictions(models, *part)
        distance = distances(*_halves(predicted)) if predicted.size else None
        for i, j in _pairs(len(seeds), inputs.is_gold):
            value, note = (None, NO_ROW) if distance is None else (float(distance[i, j]), "")
            other = seeds[j] if inputs.is_gold else None
            rows.append(inputs.value(quantity, seeds[i], value, other_seed=other, note=note))
    if len(seeds) < LEAST:
        return [*rows, *(inputs.value(ENERGY, seed, None, note=FEW) for seed in seeds)]
    note = DEFINED if inputs.is_gold else ""
    energy = energies(*_halves(predictions(models)))
    own = zip(seeds, energy.tolist(), strict=True)
    return [*rows, *(inputs.value(ENERGY, seed, value, note=note) for seed, value in own)]


def _pairs(count: int, gold: bool) -> list[tuple[int, int]]:
    """Indices of models to compare: the two of each seed; for gold models, each two seeds."""
    return list(combinations(range(count), 2)) if gold else [(i, i) for i in range(count)]


def _halves(models: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
    middle = len(models) // 2
    return models[:middle], models[middle:]

"""Wasserstein distance between predictions on the forget set and the gold model's."""

from itertools import combinations

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

NEEDS = ("observations", "gold_observations")
TARGETS = "numbers"
QUANTITIES = (
    Quantity(
        "wasserstein_train",
        "Wasserstein distance, train",
        "distance between the predictions of this and of the retrained model on the forget rows",
        goal="0",
        unit="target",
        symbol="w_dist ↓",
        compares=True,
        least=0,
    ),
    Quantity(
        "wasserstein_test",
        "Wasserstein distance, test",
        "the same distance on test rows that the forget set would have held",
        goal="0",
        unit="target",
        compares=True,
        least=0,
    ),
)
#: quantity -> (part, whether the rows are like the forget set's)
PARTS = {"wasserstein_train": ("forget", None), "wasserstein_test": ("test", True)}


class Settings(Section):
    """No settings."""


def distance(
    ours: Observation, gold: Observation, part: str = "forget", like_forget: bool | None = None
) -> float | None:
    """First Wasserstein distance between two models' predictions on a part (paper, Eq. 1).

    Parameters
    ----------
    ours, gold : Observation
        The two models.
    part, like_forget
        See `Observation.of`.

    Returns
    -------
    float or None
        In the target's unit; None for an empty part.
    """
    from scipy.stats import wasserstein_distance

    first = ours.of(part, "prediction", like_forget=like_forget)
    second = gold.of(part, "prediction", like_forget=like_forget)
    return float(wasserstein_distance(first, second)) if len(first) else None


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Distance to the gold model of the same seed; for gold models, between each two seeds."""
    gold = inputs.gold_observations
    pairs: list[tuple[int, Observation, int | None, Observation]]
    if inputs.is_gold:
        pairs = [(i, gold[i], j, gold[j]) for i, j in combinations(sorted(gold), 2)]
    else:
        pairs = [
            (seed, observation, None, gold[seed])
            for seed, observation in inputs.observations.items()
        ]
    rows = []
    for seed, ours, other_seed, theirs in pairs:
        for quantity, (part, like_forget) in PARTS.items():
            value = distance(ours, theirs, part, like_forget)
            note = "" if value is not None else "no test row is like the forget set"
            rows.append(inputs.value(quantity, seed, value, other_seed=other_seed, note=note))
    return rows

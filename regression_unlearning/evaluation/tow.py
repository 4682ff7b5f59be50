"""Tug of war: how close the errors are to the retrained model's, on three parts at once.

The product over forget, retain (both of train) and test of 1 - min(1, |E - E_gold| / E_constant).
E_constant is the error of predicting the mean of the retain set's targets for every row (under the
quantile loss: their quantiles). The product is 1 where all errors are the retrained model's. For
classes, errors are error rates and E_constant is 1, as in the source: Zhao et al., "What makes
unlearning hard and what to do about it" (NeurIPS 2024), with errors in place of accuracies.
"""

from itertools import combinations

from regression_unlearning.evaluation.errors import constant_error, error
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

NEEDS = ("observations", "gold_observations")
QUANTITIES = (
    Quantity(
        "tow",
        "Tug of war",
        "product over forget, retain and test rows of 1 minus the gap between this and the "
        "retrained model's error, in units of the error of predicting the mean",
        goal="1",
        compares=True,
        least=0,
        most=1,
        of_classes="product over forget, retain and test rows of 1 minus the gap between this and "
        "the retrained model's accuracy",
    ),
)
PARTS = ("forget", "retain", "test")
QUANTILES = "in units of the error of the retain set's own quantiles"


class Settings(Section):
    """No settings."""


def scale_of(observation: Observation, part: str) -> float:
    """Error, on a part, of a constant computed from the retain set's targets; 1 for classes.

    Parameters
    ----------
    observation : Observation
        A model, for the targets and the loss.
    part : str
        See `PARTS`.
    """
    if observation.of_classes:
        return 1.0
    targets = observation.of("retain", "target"), observation.of(part, "target")
    return constant_error(*targets, observation.loss, observation.arrays.get("quantiles", ()))


def tug_of_war(observation: Observation, gold: Observation) -> tuple[float | None, str]:
    """Tug of war of one model (Zhao et al., 2024).

    Parameters
    ----------
    observation, gold : Observation
        The model and the retrained model.

    Returns
    -------
    product : float or None
        Between 0 and 1; None where all targets of a part are the same.
    note : str
    """
    product = 1.0
    for part in PARTS:
        scale = scale_of(gold, part)
        if scale == 0:
            return None, f"all targets of {part} are the same"
        ours, theirs = (error(model.errors(part), model.loss) for model in (observation, gold))
        product *= 1 - min(1.0, abs(ours - theirs) / scale)
    return product, QUANTILES if gold.loss == "quantile" else ""


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """One value per seed; for gold models, its distance from 1 between each two seeds."""
    gold = inputs.gold_observations
    pairs: list[tuple[Observation, Observation, int, int | None]]
    if inputs.is_gold:
        pairs = [(gold[a], gold[b], a, b) for a, b in combinations(sorted(gold), 2)]
    else:
        pairs = [
            (observation, gold[seed], seed, None)
            for seed, observation in inputs.observations.items()
        ]
    rows = []
    for observation, theirs, seed, other in pairs:
        value, note = tug_of_war(observation, theirs)
        if inputs.is_gold and value is not None:
            meaning = "distance of the product from 1 between two retrained models"
            value, note = 1 - value, f"{meaning}, {note}" if note else meaning
        rows.append(inputs.value("tow", seed, value, other_seed=other, note=note))
    return rows

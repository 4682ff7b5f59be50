"""Tug of war: how close the errors are to the retrained model's, on three parts at once.

The product over forget, retain (both of train) and test of 1 - min(1, |E - E_gold| / E_constant),
E_constant being the error of a model that says the retain set's mean target to everything. 1 is the
retrained model's own errors. Source: Zhao et al., "What makes unlearning hard and what to do about
it" (NeurIPS 2024), with errors in place of accuracies.
"""

from itertools import combinations

from regression_unlearning.evaluation.errors import error
from regression_unlearning.evaluation.inputs import Inputs, row
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.settings.section import Section

NEEDS = ("observations", "gold_observations")
PARTS = ("forget", "retain", "test")


class Settings(Section):
    """No settings."""


def constant_error(seen: Observation, part: str) -> float | None:
    """Error of the retain set's mean target on a part; None for a loss that has no single mean."""
    import numpy as np

    apart = seen.of(part, "target").astype(np.float64)
    apart = apart - seen.of("retain", "target").mean(dtype=np.float64)
    if seen.loss == "mse":
        return error(apart**2, seen.loss)
    return error(np.abs(apart), seen.loss) if seen.loss == "l1" else None


def tug_of_war(seen: Observation, gold: Observation) -> tuple[float | None, str]:
    """The product, or why there is none."""
    product = 1.0
    for part in PARTS:
        scale = constant_error(gold, part)
        if scale is None:
            return None, f"no constant prediction is defined for the loss {seen.loss}"
        if scale == 0:
            return None, f"all targets of {part} are the same"
        ours, theirs = (error(one.of(part, "loss"), one.loss) for one in (seen, gold))
        product *= 1 - min(1.0, abs(ours - theirs) / scale)
    return product, ""


def measure(inputs: Inputs, settings: Settings) -> list[dict]:
    """One value a seed; for gold models, its distance from 1 between each two seeds."""
    gold = inputs.gold_observations
    if inputs.is_gold:
        pairs = [(gold[a], gold[b], a, b) for a, b in combinations(sorted(gold), 2)]
    else:
        pairs = [(seen, gold[seed], seed, None) for seed, seen in inputs.observations.items()]
    rows = []
    for seen, theirs, seed, other in pairs:
        value, note = tug_of_war(seen, theirs)
        if inputs.is_gold and value is not None:
            value, note = 1 - value, "distance of the product from 1 between two retrained models"
        rows.append(row("tow", seed, value, other_seed=other, note=note))
    return rows

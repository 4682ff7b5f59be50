"""Anamnesis Index: effort to relearn the forget set, over the gold model's (paper, Eq. 10)."""

from itertools import permutations

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Bound, Value
from regression_unlearning.settings.section import Section

NEEDS = ("relearning", "gold_relearning")
#: The original model is where relearning wants to arrive: its index is 0 by definition.
SKIPS = ("original",)
QUANTITIES = (
    Quantity(
        "anamnesis",
        "Anamnesis index",
        "mini-batches until the forget rows are learnt again, over those the retrained model needs",
        goal="1",
        symbol="AIN ↑",
        compares=True,
    ),
)


class Settings(Section):
    """No settings: how models relearn belongs to the dataset (``relearning``)."""


def index(ours: list[dict], gold: list[dict]) -> tuple[float | None, Bound, str]:
    """Anamnesis Index from the mini-batches of several orders.

    The sum of our mini-batches over the sum of the gold model's, over the same batch orders. A run
    that hit the cap makes the sum a lower bound, and the index a bound.

    Returns
    -------
    value : float or None
    bound : {"", ">=", "<="}
    note : str
    """
    steps, gold_steps = (sum(run["steps"] for run in runs) for runs in (ours, gold))
    censored, gold_censored = (any(not run["reached"] for run in runs) for runs in (ours, gold))
    if gold_steps == 0:
        return None, "", "the gold model starts within alpha of the original's forget loss"
    if censored and gold_censored:
        return None, "", "neither the model nor the gold model relearnt within the cap"
    bound: Bound = ">=" if censored else "<=" if gold_censored else ""
    who = "the model" if censored else "the gold model"
    return steps / gold_steps, bound, f"{who} did not relearn within the cap" if bound else ""


def _counts(inputs: Inputs, source: str) -> dict[int, list[dict]]:
    return {seed: found["counts"] for seed, found in inputs.json(source).items()}


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Index for each seed; for gold models, its distance from 1 between each two seeds."""
    gold = _counts(inputs, "gold_relearning")
    if not inputs.is_gold:
        ours = _counts(inputs, "relearning")
        found = {seed: index(runs, gold[seed]) for seed, runs in ours.items()}
        return [
            inputs.value("anamnesis", seed, value, bound=bound, note=note)
            for seed, (value, bound, note) in found.items()
        ]
    rows = []
    for i, j in permutations(sorted(gold), 2):
        value, bound, note = index(gold[i], gold[j])
        if bound:
            value, note = None, "a gold model did not relearn within the cap"
        apart = None if value is None else abs(value - 1)
        note = note or "distance of the index from 1 between two retrained models"
        rows.append(inputs.value("anamnesis", i, apart, other_seed=j, note=note))
    return rows

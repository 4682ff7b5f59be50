"""Anamnesis Index: effort to relearn the forget set, over the gold model's (paper, Eq. 10).

Its floor is a factor between two gold models: the gold model of the next seed relearns to this
seed's original, in this seed's batch orders, as this seed's own gold model does. The factor between
their counts of mini-batches is due to the seed alone.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import Annotated, Any

from pydantic import Field

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Bound, Value
from regression_unlearning.settings.section import Section

NEEDS = ("relearning", "gold_relearning", "gold_relearning_pairs")
#: Relearning stops at the original's loss, so that the original's own index is 0 by definition.
SKIPS = ("original",)
QUANTITIES = (
    Quantity(
        "anamnesis",
        "Anamnesis index",
        "mini-batches until the forget rows are learnt again, over those the retrained model "
        "needs; its floor is a factor: how many times as many another retrained model needs in the "
        "same place, or as few",
        goal="1",
        symbol="AIN ↑",
        compares=True,
        least=0,
        average="median",
    ),
    Quantity(
        "relearning_steps",
        "Mini-batches to relearn",
        "mini-batches until the forget rows are learnt again, averaged over batch orders; without "
        "a floor, since another seed's model goes to another original's loss",
        goal="retrained",
        least=0,
        floor=False,
        average="median",
    ),
)
#: Relearning in each batch order: ``steps``, and whether the loss was ``reached``.
Runs = Sequence[Mapping[str, Any]]
CAPPED = "{} did not relearn within the cap"
MODEL, GOLD_MODEL, OTHER = "the model", "the gold model", "the next seed's gold model"
AT_ONCE = "gold relearns at once: not informative (gold {:g}{} mini-batches an order)"
ONE_SEED = "one seed: no other gold model relearns in its place"


class Settings(Section):
    """When there is no index; how models relearn is set for each dataset (`relearning`)."""

    at_once: Annotated[float, Field(ge=0)] = 2
    """There is no index where the retrained models need at most this many mini-batches an order
    (their median over seeds): one mini-batch more or less would change it too much."""


def steps(runs: Runs) -> float:
    """Mean number of mini-batches over the batch orders; a lower bound if one was capped."""
    return sum(run["steps"] for run in runs) / len(runs)


def capped(runs: Runs) -> bool:
    """Whether relearning reached the cap in some batch order."""
    return any(not run["reached"] for run in runs)


def index(ours: Runs, gold: Runs) -> tuple[float | None, Bound, str]:
    """Anamnesis Index from the mini-batches of several batch orders (paper, Eq. 10).

    The sum of the model's mini-batches over the sum of the gold model's. A run that reached the cap
    makes its sum a lower bound, and the index a bound.

    Parameters
    ----------
    ours, gold : sequence of mapping
        Relearning of the model and of the gold model, in the same batch orders.

    Returns
    -------
    value : float or None
        None where the gold model needs no mini-batch, or both models reached the cap.
    bound : {"", ">=", "<="}
    note : str
    """
    if steps(gold) == 0:
        return None, "", _relearns_at_once([gold], [ours])
    if capped(ours) and capped(gold):
        return None, "", "neither the model nor the gold model relearnt within the cap"
    total, over = (sum(run["steps"] for run in runs) for runs in (ours, gold))
    if capped(ours):
        return total / over, ">=", CAPPED.format(MODEL)
    return total / over, *(("<=", CAPPED.format(GOLD_MODEL)) if capped(gold) else ("", ""))


def factor(other: Runs, gold: Runs) -> tuple[float | None, Bound, str]:
    """How far two gold models are from each other, as a factor of at least 1.

    Parameters
    ----------
    other, gold : sequence of mapping
        Relearning of another seed's gold model and of the seed's own, in the same batch orders to
        the same loss.

    Returns
    -------
    value : float or None
        The larger of the index and its inverse; a lower bound where one side is capped. None
        where that bound is at most 1, where both are capped, or where one needs no mini-batch.
    bound : {"", ">="}
    note : str
    """
    if 0 in (steps(other), steps(gold)):
        return None, "", "one of two gold models starts within alpha of the original's loss"
    if capped(other) and capped(gold):
        return None, "", "neither of two gold models relearnt within the cap"
    ratio = steps(other) / steps(gold)
    if not capped(other) and not capped(gold):
        return max(ratio, 1 / ratio), "", ""
    note = CAPPED.format(OTHER if capped(other) else GOLD_MODEL)
    least = ratio if capped(other) else 1 / ratio
    return (least, ">=", note) if least > 1 else (None, "", note)


def too_soon(gold: Collection[Runs], ours: Collection[Runs], settings: Settings) -> str | None:
    """The reason why there is no index if gold models relearn at once; else None.

    Parameters
    ----------
    gold, ours : collection of runs
        Relearning of each seed; `ours` is empty for the gold models themselves.
    settings : Settings
        Its `at_once` is the limit.
    """
    needed = median(math.inf if capped(runs) else steps(runs) for runs in gold)
    return _relearns_at_once(gold, ours) if needed <= settings.at_once else None


def _relearns_at_once(gold: Collection[Runs], ours: Collection[Runs]) -> str:
    """Note that the gold models relearn at once, with the median counts."""
    model = f", model {'at least ' * any(map(capped, ours))}{_median(ours):g}" if ours else ""
    return AT_ONCE.format(_median(gold), model)


def _median(counts: Collection[Runs]) -> float:
    return median(map(steps, counts))


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Index and counts for each seed; for gold models, the factor from each seed to the next."""
    records = inputs.json("relearning")
    keys = [quantity.key for quantity in QUANTITIES]
    if absent := next(
        (record["absent"] for record in records.values() if "absent" in record), None
    ):
        return [inputs.value(key, seed, None, note=absent) for key in keys for seed in records]
    ours = {seed: record["counts"] for seed, record in records.items()}
    rows = (_factors if inputs.is_gold else _indices)(inputs, ours, settings)
    for seed, runs in ours.items():
        bound: Bound = ">=" if capped(runs) else ""
        note = CAPPED.format(MODEL) if bound else ""
        rows.append(inputs.value("relearning_steps", seed, steps(runs), bound=bound, note=note))
    return rows


def _indices(inputs: Inputs, ours: Mapping[int, Runs], settings: Settings) -> list[Value]:
    gold = {seed: inputs.json("gold_relearning")[seed]["counts"] for seed in ours}
    why = too_soon(gold.values(), ours.values(), settings)
    rows = []
    for seed, runs in ours.items():
        value, bound, note = (None, "", why) if why else index(runs, gold[seed])
        rows.append(inputs.value("anamnesis", seed, value, bound=bound, note=note))
    return rows


def _factors(inputs: Inputs, gold: Mapping[int, Runs], settings: Settings) -> list[Value]:
    pairs = inputs.json("gold_relearning_pairs")
    why = too_soon(gold.values(), (), settings)
    if not pairs:
        return [inputs.value("anamnesis", seed, None, note=why or ONE_SEED) for seed in gold]
    rows = []
    for seed, pair in pairs.items():
        value, bound, note = (None, "", why) if why else factor(pair["counts"], gold[seed])
        other = pair["other_seed"]
        rows.append(
            inputs.value("anamnesis", seed, value, other_seed=other, bound=bound, note=note)
        )
    return rows

"""The floor: what retrained models of different seeds differ by, with its interval.

The values of pairs share models, so the floor's standard error is the jackknife's over models
(Efron and Stein, "The jackknife estimate of variance", Annals of Statistics, 1981).
"""

from collections.abc import Mapping
from itertools import combinations
from statistics import median

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.reporting.averages import FEWEST, around, error_of_mean, mean

#: Two seeds to what was measured between their retrained models.
Pairs = Mapping[tuple[int, int], float]


def between(values: Mapping[int, float]) -> dict[tuple[int, int], float]:
    """Absolute differences between each two of one value a seed."""
    return {(a, b): abs(values[a] - values[b]) for a, b in combinations(sorted(values), 2)}


def floor(pairs: Pairs, quantity: Quantity) -> float:
    """The mean over pairs; the median where the quantity is summarised so."""
    values = list(pairs.values())
    return median(values) if quantity.average == "median" else mean(values)


def without_each(pairs: Pairs) -> dict[int, float]:
    """Jackknife pseudo-values of the mean over pairs, by seed; empty where a seed less leaves none.

    The standard error of their mean is that of the floor.
    """
    seeds = sorted({seed for pair in pairs for seed in pair})
    whole, count, pseudo = mean(list(pairs.values())), len(seeds), {}
    for seed in seeds:
        others = [value for pair, value in pairs.items() if seed not in pair]
        if not others:
            return {}
        pseudo[seed] = count * whole - (count - 1) * mean(others)
    return pseudo


def interval(pairs: Pairs, quantity: Quantity) -> tuple[float, float] | None:
    """Ends of a mean floor's 95 % interval, never below 0; None with fewer than five models."""
    pseudo = list(without_each(pairs).values())
    if quantity.average == "median" or len(pseudo) < FEWEST:
        return None
    return around(floor(pairs, quantity), error_of_mean(pseudo), len(pseudo) - 1, least=0.0)

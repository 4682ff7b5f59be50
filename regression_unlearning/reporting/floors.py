"""The floor: the difference between retrained models of different seeds, with its interval.

Values of pairs share models; the floor's standard error therefore is the jackknife's over models
(Efron and Stein, "The jackknife estimate of variance", Annals of Statistics, 1981).
"""

from collections.abc import Mapping
from itertools import combinations
from statistics import median

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.reporting.averages import FEWEST, around, error_of_mean, mean

#: Two seeds to the value measured between their retrained models.
Pairs = Mapping[tuple[int, int], float]


def between(values: Mapping[int, float]) -> dict[tuple[int, int], float]:
    """Absolute differences between the values of every two seeds."""
    return {(a, b): abs(values[a] - values[b]) for a, b in combinations(sorted(values), 2)}


def floor(pairs: Pairs, quantity: Quantity) -> float:
    """The mean over pairs, or the median where the quantity is averaged by its median."""
    values = list(pairs.values())
    return median(values) if quantity.average == "median" else mean(values)


def without_each(pairs: Pairs) -> dict[int, float]:
    """Jackknife pseudo-values of the mean over pairs, by seed.

    The standard error of their mean is the floor's. Empty where no pair is left without one seed.
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
    """Ends of the floor's 95 % interval, never below 0.

    None for a median, and with fewer than five models.
    """
    pseudo = list(without_each(pairs).values())
    if quantity.average == "median" or len(pseudo) < FEWEST:
        return None
    return around(floor(pairs, quantity), error_of_mean(pseudo), len(pseudo) - 1, least=0.0)

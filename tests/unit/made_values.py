"""Measured values of models, said briefly, for comparisons over seeds."""

from itertools import combinations

from regression_unlearning.evaluation.values import Value

PLACE = ("d", "f")
#: Gold's values of a quantity that is compared with gold's of the same seed: a floor of 0.1.
STEADY = (1.0, 1.1, 1.0, 1.1, 0.95)


def by_seed(quantity, place=PLACE, bound="", **models):
    """Values of some models, one a seed."""
    return [
        Value(*place, method, quantity, seed, None, float(number), bound)
        for method, numbers in models.items()
        for seed, number in enumerate(numbers)
    ]


def floor(quantity, value, seeds=5, place=PLACE):
    """Gold against gold, each two seeds the same apart."""
    return [
        Value(*place, "retrained", quantity, a, b, value) for a, b in combinations(range(seeds), 2)
    ]


def around(middle, step=0.01, seeds=5):
    """Numbers a little apart, whose mean is `middle`."""
    return [middle + step * (seed - (seeds - 1) / 2) for seed in range(seeds)]


def wobbling(middle, step=0.01, seeds=5):
    """The same in another order: seed by seed they differ from `around`."""
    numbers = around(middle, step, seeds)
    return numbers[2:] + numbers[:2]

"""Paired comparisons of two models over training seeds, and their verdicts.

Original, retrained and unlearned models of one seed share the data's order and the start, and are
compared seed by seed. A model's score is its distance from the retrained model's value at that seed
(or from the number that is the quantity's goal), and so includes the retrained model's uncertainty.
The margin below which a difference means nothing is the floor, which has its own uncertainty.

There are four verdicts: better or worse (a two-sided paired t test, and a mean difference beyond
the floor), the same (two one-sided tests against the floor: Schuirmann, 1987), or undecided with
this number of seeds. Where a quantity is averaged by its median, distances of logarithms are
compared by Wilcoxon's signed-rank test. p values are corrected by Holm's rule over a family of
comparisons.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from regression_unlearning.reporting.averages import LEVEL, error_of_mean, mean
from regression_unlearning.reporting.floors import Pairs, without_each

BETTER, WORSE, SAME, UNTOLD = "better", "worse", "the same", "cannot be told"
ALPHA = 1 - LEVEL
POWER = 0.8
#: Fewest pairs that are compared; most seeds that `Comparison.needed` names.
FEWEST, MOST = 3, 1000

Name = TypeVar("Name")


@dataclass(frozen=True)
class Comparison:
    """One model against another on one quantity.

    Attributes
    ----------
    difference : float or None
        Mean over seeds of the first score minus the second: below 0 the first is nearer to the
        goal. None where fewer than three seeds have both.
    low, high : float or None
        Its 95 % paired t interval, not corrected for the number of comparisons.
    seeds : int
        Number of seeds that have both.
    floor : float or None
        The margin.
    p_apart, p_same : float
        p values of the test for a difference and of the test for equivalence; `judged` corrects
        them.
    spread, spread_same : float
        Standard errors of the two tests, times the root of the number of seeds.
    verdict : str
        One of the four.
    needed : int or None
        Where undecided: number of seeds that would decide with a power of 80 %, if the mean
        difference and the spread stayed the same; None where it is over a thousand or not known.
    """

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    seeds: int = 0
    floor: float | None = None
    p_apart: float = 1.0
    p_same: float = 1.0
    spread: float = math.nan
    spread_same: float = math.nan
    verdict: str = UNTOLD
    needed: int | None = None


def compare(
    ours: Mapping[int, float],
    other: Mapping[int, float],
    floor: float | None = None,
    pairs: Pairs | None = None,
    *,
    ranked: bool = False,
) -> Comparison:
    """Compare two models' scores seed by seed; `judged` gives the verdict.

    Parameters
    ----------
    ours, other : mapping of int to float
        Scores by training seed, of which the nearer to 0 is the better; infinite ones only if
        `ranked`.
    floor : float, optional
        The margin.
    pairs : mapping, optional
        The values whose mean is the floor, by pairs of seeds; if given, the floor's uncertainty is
        included.
    ranked : bool
        Whether to compare by Wilcoxon's signed-rank test instead of the t test.
    """
    differences = {seed: _less(ours[seed], other[seed]) for seed in sorted(set(ours) & set(other))}
    numbers = list(differences.values())
    if len(numbers) < FEWEST:
        return Comparison(seeds=len(numbers), floor=floor)
    if ranked:
        return _by_ranks(numbers, floor)
    middle, error = mean(numbers), error_of_mean(numbers)
    half = _quantile(1 - ALPHA / 2, len(numbers) - 1) * error
    result = Comparison(
        middle, middle - half, middle + half, len(numbers), floor, spread=_spread(numbers)
    )
    result = replace(result, p_apart=2 * _tail(abs(middle), error, len(numbers) - 1))
    if floor is None:
        return result
    if not any(numbers):
        return replace(result, p_same=0.0, spread_same=0.0)
    pseudo = without_each(pairs) if pairs else {}
    own = all(seed in pseudo for seed in differences)
    p_same, widest = 0.0, 0.0
    for sign in (1, -1):
        margins = [sign * d + (pseudo[s] if own else floor) for s, d in differences.items()]
        p_same = max(p_same, _tail(mean(margins), error_of_mean(margins), len(margins) - 1))
        widest = max(widest, _spread(margins))
    return replace(result, p_same=p_same, spread_same=widest)


def judged(family: Mapping[Name, Comparison]) -> dict[Name, Comparison]:
    """Correct a family's p values and give each comparison its verdict."""
    tested = [name for name, comparison in family.items() if comparison.difference is not None]
    apart = holm({name: family[name].p_apart for name in tested})
    same = holm({name: family[name].p_same for name in tested})
    result = dict(family)
    for name in tested:
        comparison = replace(family[name], p_apart=apart[name], p_same=same[name])
        comparison = replace(comparison, verdict=_verdict(comparison))
        if comparison.verdict == UNTOLD:
            comparison = replace(comparison, needed=_needed(comparison, len(tested)))
        result[name] = comparison
    return result


def holm(p: Mapping[Name, float]) -> dict[Name, float]:
    """Correct p values by Holm's step-down rule ("A simple sequentially rejective ...", 1979)."""
    corrected, greatest = {}, 0.0
    for number, name in enumerate(sorted(p, key=lambda name: p[name])):
        greatest = max(greatest, min(1.0, (len(p) - number) * p[name]))
        corrected[name] = greatest
    return corrected


def _verdict(comparison: Comparison) -> str:
    if comparison.floor is None or comparison.difference is None:
        return UNTOLD
    if comparison.p_apart < ALPHA and abs(comparison.difference) > comparison.floor:
        return BETTER if comparison.difference < 0 else WORSE
    return SAME if comparison.p_same < ALPHA else UNTOLD


def _needed(comparison: Comparison, family: int) -> int | None:
    """Number of seeds that would decide, at Holm's strictest level; see `Comparison`."""
    if comparison.floor is None or comparison.difference is None:
        return None
    beyond = abs(comparison.difference) - comparison.floor
    effect, spread, level = (
        (abs(comparison.difference), comparison.spread, ALPHA / 2 / family)
        if beyond > 0
        else (-beyond, comparison.spread_same, ALPHA / family)
    )
    if not effect or math.isnan(spread) or math.isinf(effect):
        return None

    def decides(seeds: int) -> bool:
        required = _quantile(1 - level, seeds - 1) + _quantile(POWER, seeds - 1)
        return effect * math.sqrt(seeds) >= required * spread

    numbers = range(max(FEWEST, comparison.seeds + 1), MOST + 1)
    first = bisect_left(numbers, True, key=decides)  # with more seeds less is required
    return numbers[first] if first < len(numbers) else None


def _by_ranks(numbers: list[float], floor: float | None) -> Comparison:
    import numpy as np
    from scipy.stats import wilcoxon

    def p(shifted: list[float], alternative: str) -> float:
        # only the rank of an infinite difference counts, and it is the largest
        finite = [abs(difference) for difference in shifted if math.isfinite(difference)]
        beyond = max(finite, default=0.0) + 1
        clipped = np.clip(shifted, -beyond, beyond)
        return float(wilcoxon(clipped, alternative=alternative).pvalue) if clipped.any() else 1.0

    middle = float(np.median(numbers))
    result = Comparison(middle, None, None, len(numbers), floor, p(numbers, "two-sided"))
    if not any(numbers):
        return replace(result, p_same=0.0)
    if floor is None:
        return result
    above = p([number + floor for number in numbers], "greater")
    below = p([number - floor for number in numbers], "less")
    return replace(result, p_same=max(above, below))


def _less(ours: float, other: float) -> float:
    """The difference of two scores; 0 between two infinite ones."""
    return 0.0 if ours == other else ours - other


def _spread(numbers: list[float]) -> float:
    return error_of_mean(numbers) * math.sqrt(len(numbers))


def _quantile(share: float, freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))


def _tail(middle: float, error: float, freedom: int) -> float:
    """P(T >= middle / error) of Student's t: probability of such a mean if the true mean is 0."""
    if error == 0:
        return 1.0 if middle == 0 else float(middle < 0)
    from scipy.special import stdtr

    return float(stdtr(freedom, -middle / error))

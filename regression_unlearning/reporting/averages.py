"""Averages over training seeds, and 95 % intervals that stay in a quantity's range."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Bound, Value

#: With fewer seeds the values themselves are shown in place of an interval.
FEWEST = 5
LEVEL = 0.95


@dataclass(frozen=True)
class Average:
    """An average and its interval.

    Attributes
    ----------
    value : float or None
        None where there is none; `why` gives the reason.
    bound : {"", ">=", "<="}
        Whether the value is a bound.
    low, high : float or None
        The interval's ends.
    why : str
        Why there is no value.
    """

    value: float | None
    bound: Bound = ""
    low: float | None = None
    high: float | None = None
    why: str = ""


def average(values: Sequence[Value], quantity: Quantity) -> Average:
    """Average measured values in the way that the quantity defines.

    If one value is a bound, a mean or geometric mean is a bound of the same direction and has no
    interval. A median is a bound only where the bounded values may change it.

    Parameters
    ----------
    values : sequence of Value
        At least one; all with a number.
    quantity : Quantity
        Its `average` and its range.
    """
    if quantity.average == "median":
        return _median(values, quantity)
    directions = {value.bound for value in values if value.bound}
    numbers = [value.value for value in values if value.value is not None]
    if len(directions) == 2:
        return Average(None, why="bounds in both directions have no mean")
    bound: Bound = next(iter(directions), "")
    if quantity.average == "geometric":
        if min(numbers) <= 0:
            return Average(None, why="a ratio that is not positive has no logarithm")
        logs = [math.log(number) for number in numbers]
        low, high = (None, None) if bound else interval(logs)
        if low is None or high is None:
            return Average(math.exp(mean(logs)), bound)
        return Average(math.exp(mean(logs)), bound, math.exp(low), math.exp(high))
    low, high = (None, None) if bound else interval(numbers, quantity.least, quantity.most)
    return Average(mean(numbers), bound, low, high)


def mean(numbers: Sequence[float]) -> float:
    """The arithmetic mean; the mean of equal numbers is exactly that number."""
    same = min(numbers) == max(numbers)
    return numbers[0] if same else math.fsum(numbers) / len(numbers)


def error_of_mean(numbers: Sequence[float]) -> float:
    """Standard error of the mean of at least two numbers."""
    middle = mean(numbers)
    variance = math.fsum((number - middle) ** 2 for number in numbers) / (len(numbers) - 1)
    return math.sqrt(variance / len(numbers))


def interval(
    numbers: Sequence[float], least: float | None = None, most: float | None = None
) -> tuple[float | None, float | None]:
    """Ends of the 95 % interval of a mean; see `around`.

    Returns
    -------
    low, high : float or None
        None with fewer than `FEWEST` numbers.
    """
    if len(numbers) < FEWEST:
        return None, None
    return around(mean(numbers), error_of_mean(numbers), len(numbers) - 1, least, most)


def around(
    middle: float,
    error: float,
    freedom: int,
    least: float | None = None,
    most: float | None = None,
) -> tuple[float, float]:
    """Ends of a 95 % t interval around an estimate, within a range.

    In a range with two ends the interval is computed on the logit scale; with a lower end alone, on
    the logarithm of the distance from it. The standard error there is the delta method's. Such an
    interval cannot leave the range.

    Parameters
    ----------
    middle, error : float
        The estimate and its standard error.
    freedom : int
        Degrees of freedom.
    least, most : float, optional
        The range.
    """
    if error == 0:
        return middle, middle
    from scipy.special import expit, logit, stdtrit

    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    if least is None or middle <= least:
        return middle - half, middle + half
    if most is None:
        factor = math.exp(min(half / (middle - least), 700.0))
        return least + (middle - least) / factor, least + (middle - least) * factor
    share = (middle - least) / (most - least)
    away = half / (most - least) / (share * (1 - share))
    low, high = (float(expit(logit(share) + shift)) for shift in (-away, away))
    return least + (most - least) * low, least + (most - least) * high


def _median(values: Sequence[Value], quantity: Quantity) -> Average:
    """The median with an interval of order statistics.

    A bounded value may lie anywhere beyond its bound: where that changes the median, the median is
    a bound too. The interval covers the distribution's median with a probability of at least 95 %
    (binomial). Five values have no such interval: their range is given; fewer have none.
    """
    measured = [value for value in values if value.value is not None]
    lowest, highest = (
        sorted(
            float(value.value if value.bound != open_end else beyond)  # type: ignore[arg-type]
            for value in measured
        )
        for open_end, beyond in (
            ("<=", -math.inf if quantity.least is None else quantity.least),
            (">=", math.inf if quantity.most is None else quantity.most),
        )
    )
    low, high = _middle(lowest), _middle(highest)
    if low != high:
        if any(value.bound == "<=" for value in measured) and any(
            value.bound == ">=" for value in measured
        ):
            return Average(None, why="bounds in both directions leave the median open")
        upwards = any(value.bound == ">=" for value in measured)
        return Average(low, ">=") if upwards else Average(high, "<=")
    if len(measured) < FEWEST:
        return Average(low)
    first = _rank(len(measured))
    ends = (lowest[first], highest[-1 - first])
    if any(math.isinf(value) for value in ends):
        return Average(low)
    return Average(low, "", *ends)


def _middle(numbers: Sequence[float]) -> float:
    """The median of sorted numbers, which may be infinite."""
    half = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[half]
    return (
        numbers[half]
        if numbers[half - 1] == numbers[half]
        else sum(numbers[half - 1 : half + 1]) / 2
    )


def _rank(count: int) -> int:
    """Index, from 0, of the order statistic at the interval's low end; 0 where none reaches 95 %.

    It is k - 1 for the greatest k with P(Binomial(count, 1/2) < k) at most 2.5 %.
    """
    total, k = 0.0, 0
    while True:
        total += math.comb(count, k) / 2**count
        if total > (1 - LEVEL) / 2:
            return max(k - 1, 0)
        k += 1

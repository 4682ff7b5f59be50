"""Averages and intervals against closed forms, other implementations, and their own coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting.averages import around, average, interval


def quantity(least=None, most=None, how="mean"):
    return Quantity("q", "Q", "", least=least, most=most, average=how)


def values(*numbers):
    """Numbers, or pairs of a number and its bound, as values of seeds 0, 1 and so on."""
    pairs = [one if isinstance(one, tuple) else (one, "") for one in numbers]
    return [Value("d", "f", "m", "q", n, None, *pair) for n, pair in enumerate(pairs)]


def test_without_a_range_it_is_the_t_interval():
    numbers = [1.0, 2.0, 4.0, 4.5, 7.0]
    expected = stats.ttest_1samp(numbers, 0).confidence_interval(0.95)
    assert interval(numbers) == pytest.approx(tuple(expected), rel=1e-12)


def test_above_an_end_it_is_the_delta_method_on_the_logarithm():
    numbers = [0.1, 0.2, 0.4, 0.3, 0.9]
    middle, error = np.mean(numbers), stats.sem(numbers)
    away = stats.t.ppf(0.975, 4) * error / middle
    low, high = interval(numbers, least=0.0)
    assert (low, high) == pytest.approx((middle * math.exp(-away), middle * math.exp(away)))


def test_between_two_ends_on_the_logit():
    numbers = [-0.5, 0.1, 0.7, 0.2, 0.3]
    share = (np.mean(numbers) + 1) / 2
    away = stats.t.ppf(0.975, 4) * stats.sem(numbers) / 2 / (share * (1 - share))
    odds = [math.log(share / (1 - share)) + one for one in (-away, away)]
    expected = tuple(2 / (1 + math.exp(-one)) - 1 for one in odds)
    assert interval(numbers, -1.0, 1.0) == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.floats(0, 1), min_size=5, max_size=12))
def test_no_interval_leaves_the_range(numbers):
    low, high = interval(numbers, 0.0, 1.0)
    assert 0 <= low <= high <= 1
    above, _ = interval(numbers, 0.0)
    assert above >= 0


def test_equal_numbers_have_an_empty_interval_and_few_have_none():
    assert interval([0.1] * 5, 0.0, 1.0) == (0.1, 0.1)
    assert interval([0.0] * 5, 0.0, 1.0) == (0.0, 0.0)
    assert interval([0.1, 0.2, 0.3, 0.4], 0.0, 1.0) == (None, None)


def test_it_holds_the_mean_as_often_as_it_says():
    """Errors of five seeds, lognormal: 95 % of the intervals hold the true mean, within 1 %."""
    generator = np.random.default_rng(0)
    number, spread = 4000, 0.3
    drawn = generator.lognormal(0, spread, (number, 5))
    true = math.exp(spread**2 / 2)
    found = [interval(list(row), least=0.0) for row in drawn]
    share = np.mean([low <= true <= high for low, high in found])
    # three standard errors of a share of 4,000, and two points for the delta method's own error
    assert abs(share - 0.95) < 3 * math.sqrt(0.95 * 0.05 / number) + 0.02


def test_ratios_are_averaged_as_logarithms():
    found = average(values(0.5, 2.0, 1.0, 4.0, 0.25), quantity(0.0, how="geometric"))
    logs = np.log([0.5, 2.0, 1.0, 4.0, 0.25])
    ends = stats.ttest_1samp(logs, 0).confidence_interval(0.95)
    assert found.value == pytest.approx(1.0)
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(ends)))
    none = average(values(0.0, 1.0), quantity(0.0, how="geometric"))
    assert none.value is None and "no logarithm" in none.why


def test_a_median_with_its_order_statistics():
    """Of 20 values the 6th and the 15th: P(Binomial(20, 1/2) < 6) is 2.07 %, < 7 is 5.77 %."""
    numbers = list(range(20, 0, -1))
    found = average(values(*map(float, numbers)), quantity(0.0, how="median"))
    assert (found.value, found.low, found.high) == (10.5, 6.0, 15.0)
    five = average(values(5.0, 1.0, 3.0, 2.0, 4.0), quantity(0.0, how="median"))
    assert (five.value, five.low, five.high) == (3.0, 1.0, 5.0)
    two = average(values(5.0, 1.0), quantity(0.0, how="median"))
    assert (two.value, two.low, two.high) == (3.0, None, None)


@pytest.mark.parametrize(
    ("numbers", "value", "bound"),
    [
        ([1.0, 2.0, (9.0, ">=")], 2.0, ""),  # above the median already
        ([1.0, 3.0, (2.0, ">=")], 2.0, ">="),  # may lie anywhere above 2
        ([1.0, 3.0, (2.0, "<=")], 2.0, "<="),
        ([(4.0, ">="), (5.0, ">="), 1.0], 4.0, ">="),
        ([1.0, (2.0, ">="), (2.5, "<="), 3.0, 2.2], None, ""),
    ],
)
def test_the_median_knows_what_bounds_leave_open(numbers, value, bound):
    found = average(values(*numbers), quantity(0.0, how="median"))
    assert (found.value, found.bound) == (value, bound)


def test_a_mean_with_a_bound_is_one():
    found = average(values(1.0, (2.0, ">="), 3.0, 1.0, 1.0), quantity(0.0))
    assert (found.value, found.bound, found.low) == (1.6, ">=", None)
    both = average(values((1.0, "<="), (2.0, ">=")), quantity(0.0))
    assert both.value is None and both.why


def test_a_far_interval_does_not_overflow():
    low, high = around(1e-300, 1.0, 4, least=0.0)
    assert 0 <= low < 1e-300 < high < math.inf

"""Means with what is known of their uncertainty, and how to compare them."""

import math
from dataclasses import dataclass

from regression_unlearning.reporting.numerals import in_brackets, plain
from regression_unlearning.reporting.summaries import Summary

HOLDS, FAILS, UNDECIDED, NOT_MEASURED = "holds", "does not hold", "undecided", "not measured"


@dataclass(frozen=True)
class Estimate:
    """A number, and the range that it may lie in.

    Parameters
    ----------
    value : float
        The mean; the bound itself for a censored number; NaN when it was not measured.
    low, high : float
        Ends of the interval: infinite on the open side of a bound, equal to `value` for one seed.
    text : str
        How the figure is written in a verdict.
    """

    value: float
    low: float
    high: float
    text: str

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return not math.isnan(self.value)

    @property
    def censored(self) -> bool:
        """Whether only a bound is known."""
        return math.isinf(self.low) or math.isinf(self.high)

    @property
    def has_interval(self) -> bool:
        """Whether anything is known of the uncertainty."""
        return self.low < self.high

    def distance(self, target: float) -> "Estimate":
        """Absolute difference from `target`; its interval reaches 0 where it holds `target`."""
        ends = abs(self.low - target), abs(self.high - target)
        inside = self.low <= target <= self.high
        value = abs(self.value - target)
        return Estimate(value, 0.0 if inside else min(ends), max(ends), self.text)


def constant(value: float) -> Estimate:
    """A number that is known exactly."""
    return Estimate(value, value, value, f"{value:g}")


def estimate(summary: Summary | None) -> Estimate:
    """A cell's mean with its interval; an absent one is not known."""
    if summary is None or summary.mean.value is None:
        text = summary.mean.state if summary else NOT_MEASURED
        return Estimate(math.nan, math.nan, math.nan, text)
    mean, value = summary.mean, summary.mean.value
    if mean.bound:
        low, high = (value, math.inf) if mean.bound == ">=" else (-math.inf, value)
        return Estimate(value, low, high, plain(mean))
    if summary.low is None or summary.high is None:
        return Estimate(value, value, value, plain(mean))
    text = in_brackets(value, summary.low, summary.high)
    return Estimate(value, summary.low, summary.high, text)


def less(first: Estimate, second: Estimate, floor: float) -> str:
    """Judge whether `first` is below `second`.

    Undecided where the intervals overlap, where the difference is smaller than the floor, or where
    neither an interval nor a floor is known: one seed proves nothing.
    """
    if not (first.known and second.known):
        return NOT_MEASURED
    open_ended = first.censored or second.censored
    noise_known = first.has_interval or second.has_interval or not math.isnan(floor)
    if not noise_known or (not open_ended and abs(first.value - second.value) < floor):
        return UNDECIDED
    if first.high < second.low:
        return HOLDS
    return FAILS if second.high < first.low else UNDECIDED


def together(verdicts: list[str]) -> str:
    """The verdict on a claim with several parts: one failed part refutes it, all must hold."""
    order = (FAILS, NOT_MEASURED, UNDECIDED, HOLDS)
    return next((verdict for verdict in order if verdict in verdicts), NOT_MEASURED)

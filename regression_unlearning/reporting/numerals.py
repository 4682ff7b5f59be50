"""Numbers as text, for all tables, figures and reports."""

import math
from collections.abc import Callable, Iterable

from regression_unlearning.evaluation.values import Bound
from regression_unlearning.reporting.summaries import Number, Summary

#: Signs of a bound, as shown.
SIGNS: dict[Bound, str] = {">=": "≥", "<=": "≤"}


def digits(value: float, significant: int = 6) -> str:
    """A number with at most `significant` digits; empty for NaN."""
    return "" if math.isnan(value) else format(float(value) + 0.0, f".{significant}g")


def short(value: float) -> str:
    """A number with three digits for a figure; with separated thousands and a typographic minus."""
    text = f"{value:,.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def rounded(value: float | None, significant: int = 6) -> float:
    """A number rounded to `significant` digits, before it is written with fewer; NaN for None."""
    return math.nan if value is None else float(f"{value:.{significant}g}")


def brief(value: float | None, significant: int) -> str:
    """A number with few digits; empty for None."""
    return digits(rounded(value), significant)


def kept(number: Number) -> float:
    """A number rounded to six digits, the most that is shown; a bound to four."""
    return rounded(number.value, 4 if number.bound else 6)


def plain(number: Number) -> str:
    """A number outside a table, or the reason why there is none."""
    if number.value is None:
        return number.state
    text = digits(kept(number))
    return f"{number.bound} {text}" if number.bound else text


def in_brackets(value: float, low: float, high: float) -> str:
    """A number and its interval outside a table."""
    mean, *ends = (brief(number, 4) for number in (value, low, high))
    return f"{mean} [{', '.join(ends)}]"


def decimals_for(numbers: Iterable[Number]) -> int:
    """Number of decimals with which the largest of some numbers has three or four digits."""
    values = (abs(kept(number)) for number in numbers if number.value is not None)
    largest = max(values, default=0.0)
    return 3 if largest < 10 else 2 if largest < 100 else 1 if largest < 1000 else 0


def fixed(value: float, decimals: int) -> str:
    """A number with `decimals` decimals, or with two significant digits if it would show as 0.

    One that would take a dozen digits is written as 9.0e-206.
    """
    if value and not 1e-9 <= abs(value) < 1e12:
        return f"{value:.1e}"
    if value and not float(text := f"{value:.{decimals}f}"):
        import numpy as np

        return np.format_float_positional(value, 2, unique=False, fractional=False, trim="-")
    return text if value else f"{0:.{decimals}f}"


def spread(value: float, decimals: int) -> str:
    """A floor with `decimals` decimals; one that would show as 0 as a bound, "<0.001"."""
    least = 10.0**-decimals
    return f"<{least:.{decimals}f}" if 0 < value < least / 2 else fixed(value, decimals)


def shown(number: Number, decimals: int, write: Callable[[float, int], str] = fixed) -> str:
    """A mean or a floor as a table shows it, or the reason why there is none."""
    if number.value is None:
        return number.state
    if number.bound:
        return f"{SIGNS[number.bound]} {fixed(kept(number), decimals)}"
    return write(kept(number), decimals)


def with_interval(summary: Summary, decimals: int) -> str:
    """A cell as a table shows it: average and interval, or with few seeds their values."""
    if summary.low is not None and summary.high is not None:
        return f"{shown(summary.mean, decimals)} {ends((summary.low, summary.high), decimals)}"
    if summary.mean.value is not None and len(summary.values) > 1:
        return ", ".join(fixed(rounded(value), decimals) for value in summary.values)
    return shown(summary.mean, decimals)


def ends(interval: tuple[float, float], decimals: int) -> str:
    """An interval in brackets."""
    return f"[{', '.join(fixed(rounded(end), decimals) for end in interval)}]"

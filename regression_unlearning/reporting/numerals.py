"""How numbers are written: the one place where a number becomes text."""

import math
from collections.abc import Callable, Iterable

from regression_unlearning.evaluation.values import Bound
from regression_unlearning.reporting.summaries import Number, Summary

#: Signs of a bound, as shown.
SIGNS: dict[Bound, str] = {">=": "≥", "<=": "≤"}


def digits(value: float, significant: int = 6) -> str:
    """Write a number with at most `significant` digits; an absent one (NaN) as an empty text."""
    return "" if math.isnan(value) else format(float(value) + 0.0, f".{significant}g")


def short(value: float) -> str:
    """Write a number in three digits for a figure: thousands in full, a minus as in print."""
    text = f"{value:,.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"
    return text.replace("-", "−")


def rounded(value: float | None, significant: int = 6) -> float:
    """A number to so many digits, before it is written with fewer; NaN for an absent one."""
    return math.nan if value is None else float(f"{value:.{significant}g}")


def brief(value: float | None, significant: int) -> str:
    """Write a number in few digits; an absent one as an empty text."""
    return digits(rounded(value), significant)


def kept(number: Number) -> float:
    """What of a number is shown at most: six digits; of a bound, which is rough, four."""
    return rounded(number.value, 4 if number.bound else 6)


def plain(number: Number) -> str:
    """Write a number outside of a table; or say why there is none."""
    if number.value is None:
        return number.state
    text = digits(kept(number))
    return f"{number.bound} {text}" if number.bound else text


def in_brackets(value: float, low: float, high: float) -> str:
    """Write a number and its interval outside of a table."""
    mean, *ends = (brief(number, 4) for number in (value, low, high))
    return f"{mean} [{', '.join(ends)}]"


def decimals_for(numbers: Iterable[Number]) -> int:
    """Decimals for a row of a table, so that its largest number shows three or four digits."""
    values = (abs(kept(number)) for number in numbers if number.value is not None)
    largest = max(values, default=0.0)
    return 3 if largest < 10 else 2 if largest < 100 else 1 if largest < 1000 else 0


def fixed(value: float, decimals: int) -> str:
    """Write a number with a set number of decimals, or with two digits where those were all 0."""
    if value and not float(text := f"{value:.{decimals}f}"):
        import numpy as np

        return np.format_float_positional(value, 2, unique=False, fractional=False, trim="-")
    return text if value else f"{0:.{decimals}f}"


def spread(value: float, decimals: int) -> str:
    """Write a half-interval or a floor: a very small one is only said to be so."""
    least = 10.0**-decimals
    return f"<{least:.{decimals}f}" if 0 < value < least / 2 else fixed(value, decimals)


def shown(number: Number, decimals: int, write: Callable[[float, int], str] = fixed) -> str:
    """A mean or a floor as a table shows it; where there is none, why."""
    if number.value is None:
        return number.state
    if number.bound:
        return f"{SIGNS[number.bound]} {fixed(kept(number), decimals)}"
    return write(kept(number), decimals)


def with_interval(summary: Summary, decimals: int) -> str:
    """A cell as a table shows it: the average and its interval; with few seeds their values."""
    if summary.low is not None and summary.high is not None:
        return f"{shown(summary.mean, decimals)} {ends((summary.low, summary.high), decimals)}"
    if summary.mean.value is not None and len(summary.values) > 1:
        return ", ".join(fixed(rounded(value), decimals) for value in summary.values)
    return shown(summary.mean, decimals)


def ends(interval: tuple[float, float], decimals: int) -> str:
    """An interval in brackets."""
    return f"[{', '.join(fixed(rounded(end), decimals) for end in interval)}]"

"""How numbers are written, and read back."""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

#: Signs of a bound, as stored and as shown.
SIGNS = {">=": "≥", "<=": "≤"}


def digits(value: float, significant: int = 6) -> str:
    """Write a number with at most `significant` digits; an absent one (NaN) as an empty text."""
    return "" if math.isnan(value) else format(float(value) + 0.0, f".{significant}g")


def texts(values: pd.Series, significant: int = 6) -> pd.Series:
    """Write a column of numbers with `digits`."""
    return values.astype(float).map(lambda value: digits(value, significant)).astype(object)


def read(text: str) -> tuple[float, str]:
    """Read a stored mean.

    Returns
    -------
    value : float
        The number; NaN where the text is empty or says why there is none.
    sign : str
        ``">="`` or ``"<="`` for a censored number, else empty.
    """
    sign = next((sign for sign in SIGNS if text.startswith(sign)), "")
    try:
        return float(text.removeprefix(sign)), sign
    except ValueError:
        return math.nan, ""


def places(values: Iterable[float]) -> int:
    """Decimals for a row of a table, so that its largest number shows three or four digits."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 3 if largest < 10 else 2 if largest < 100 else 1 if largest < 1000 else 0


def fixed(value: float, decimals: int) -> str:
    """Write a number with a set number of decimals, or with two digits where those were all 0."""
    if value and not float(text := f"{value:.{decimals}f}"):
        return np.format_float_positional(value, 2, unique=False, fractional=False, trim="-")
    return text if value else f"{0:.{decimals}f}"


def spread(value: float, decimals: int) -> str:
    """Write a half-interval or a floor: a very small one is only said to be so."""
    least = 10.0**-decimals
    return f"<{least:.{decimals}f}" if 0 < value < least / 2 else fixed(value, decimals)

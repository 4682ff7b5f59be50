"""What an AUC of few rows can show: standard error, interval, and the least AUC that it shows.

Hanley and McNeil (1982), 'The meaning and use of the area under a receiver operating characteristic
(ROC) curve', Radiology 143: 29-36. Intervals are those AUCs that the one found does not refute, as
Wilson's are of a share: they never leave [0, 1], and an AUC of 1 has one too.
"""

import math
from collections.abc import Callable

#: Chance with which the least AUC that is said to be shown is.
POWER = 0.8


def standard_error(auc: float, members: float, others: float) -> float:
    """Standard error of an AUC: the root of Hanley and McNeil's equation 1, with their Q1 and Q2.

    Their Q1 and Q2 are of an AUC above 0.5; below it the AUC of the reversed order is taken. At 0.5
    the result is exact: (n + m + 1) / (12 n m) (Mann and Whitney, 1947).

    Parameters
    ----------
    auc : float
        In [0, 1].
    members, others : float
        Rows of either class; one at least.
    """
    auc = max(auc, 1 - auc)
    more = (members - 1) * (auc / (2 - auc) - auc**2)
    less = (others - 1) * (2 * auc**2 / (1 + auc) - auc**2)
    return math.sqrt(max(auc * (1 - auc) + more + less, 0.0) / (members * others))


def interval(auc: float, members: float, others: float, z: float) -> tuple[float, float]:
    """AUCs from which the measured one is at most `z` of their own standard errors away."""

    def beyond(sign: int) -> Callable[[float], float]:
        return lambda one: sign * (one - auc) - z * standard_error(one, members, others)

    least, most = 1e-12, 1 - 1e-12  # at 0 and 1 no AUC but the very same is possible
    low = 0.0 if auc <= least else _root(beyond(-1), least, min(auc, most))
    high = 1.0 if auc >= most else _root(beyond(1), max(auc, least), most)
    return low, high


def shown(members: float, others: float, limit: float, z: float) -> float | None:
    """The least AUC whose interval lies above `limit` with a chance of `POWER`; None if none does.

    Parameters
    ----------
    members, others : float
        Rows of either class.
    limit : float
        The AUC that the interval must leave behind.
    z : float
        See `interval`.
    """
    from scipy.stats import norm

    edge = limit + z * standard_error(limit, members, others)
    chance = float(norm.ppf(POWER))

    def above(one: float) -> float:
        return one - chance * standard_error(one, members, others) - edge

    return _root(above, edge, 1.0) if edge < 1 else None


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """The root of a function; the nearer end of the range where its sign never changes."""
    from scipy.optimize import brentq

    first, last = function(low), function(high)
    if first * last > 0:
        return low if abs(first) < abs(last) else high
    return float(brentq(function, low, high))

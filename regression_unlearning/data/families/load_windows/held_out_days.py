"""Days of the training period that no training reads, different ones for each customer.

Test hours come after training hours, and a network reads the number of the hour: an attack could
distinguish training windows from test windows by the time alone. So each customer holds out days
among its training days, in pairs of neighbours: windows that predict an hour of the first day are
the split ``unseen_validation``, those of the second ``unseen_test``. A window of training or
validation that reads or predicts an hour of either is left out. The first day comes before the
second, so that training against the first has never read the second. Training windows begin with
the first day that may be the second of a pair.
"""

import numpy as np

from regression_unlearning.data.families.load_windows.settings import Windows
from regression_unlearning.data.splits import SPLITS, UNSEEN

DAY = 24
#: Hours of a pair of days.
PAIR = 2 * DAY
#: Marks of the hours of the two days; other hours are 0.
MARKS = dict(zip(UNSEEN, (1, 2), strict=True))


def marked(
    starts: np.ndarray, first: np.datetime64, hours: int, train: int, source: Windows
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the days that each customer holds out.

    Days are distributed over the customers so that all days are about equally often held out, in
    proportion to the training windows left on them: the time does not reveal the split.

    Parameters
    ----------
    starts : int array (customers,)
        First hour of each customer.
    first : datetime64[h]
        The first hour.
    hours, train : int
        Hours in all, and of the training period.
    source : Windows
        Its `unseen` is the share of the days; a customer never loses more than half of its
        training windows by it, and may hold out none for that reason.

    Returns
    -------
    marks : uint8 array (customers, hours)
        See `MARKS`.
    earliest : int array (customers,)
        First hour that a training window may predict.
    """
    marks = np.zeros((len(starts), hours), np.uint8)
    midnight = int((first.astype("datetime64[D]") - first).astype(int)) % DAY
    windows = np.maximum(train - starts - source.history, 0)
    begin = np.maximum(-(-(starts + source.history - midnight) // DAY), 0)
    days = np.maximum((train - midnight) // DAY - 1 - begin, 0)
    target = np.maximum(np.round(source.unseen * (days + 1)), 1) if source.unseen else days * 0
    pairs = np.minimum(target, windows // (2 * (PAIR + source.history)))
    pairs = np.where(days > 0, pairs, 0).astype(int)
    earliest = np.where(pairs > 0, midnight + DAY * (begin + 1), starts + source.history)
    random = np.random.default_rng([source.windows.seed, len((*SPLITS, *UNSEEN))])
    groups, group = np.unique(np.stack([begin, days, pairs]), axis=1, return_inverse=True)
    for number, (day, count, each) in enumerate(groups.T):
        if not each:
            continue
        members = np.flatnonzero(group.ravel() == number)
        drawn = _drawn(random, len(members), int(count), int(each), source.history)
        hour = midnight + DAY * (day + drawn[:, :, None]) + np.arange(PAIR)
        mark = np.repeat(list(MARKS.values()), DAY)
        marks[members[:, None, None], hour] = mark
    return marks, earliest


def reads(marks: np.ndarray, history: int) -> np.ndarray:
    """Whether the window that predicts an hour reads or predicts a marked hour.

    Parameters
    ----------
    marks : array (customers, hours)
        Not 0 where an hour is marked.
    history : int
        Hours that a window reads.

    Returns
    -------
    bool array (customers, hours)
    """
    before = np.cumsum(marks != 0, axis=1, dtype=np.int32)
    count = before.copy()
    count[:, history + 1 :] -= before[:, : -history - 1]
    return count > 0


def _drawn(
    random: np.random.Generator, customers: int, days: int, pairs: int, history: int
) -> np.ndarray:
    """Position of the first day of each pair: int array (customers, pairs).

    Systematic sampling: every position has its probability, and each customer's pairs lie 1 apart
    in the cumulative sum of probabilities.
    """
    chances = _chances(days, pairs, history)
    start = (random.permutation(customers) + random.random(customers)) / customers
    position = np.searchsorted(chances.cumsum(), start[:, None] + np.arange(pairs), side="right")
    return np.minimum(position, days - 1)


def _chances(days: int, pairs: int, history: int) -> np.ndarray:
    """Expected draws of each position, in proportion to the windows left on the second day.

    Returns
    -------
    float array (days,)
        Their sum is `pairs`.
    """
    after = np.clip(history - DAY * np.arange(-(-history // DAY)), 0, DAY) / DAY
    lost = np.concatenate([[1, 1], after])  # share of the windows of the pair's days, and later
    chances = np.full(days, pairs / days)
    for _ in range(100):
        left = np.maximum(1 - np.convolve(chances, lost)[1 : days + 1], 0)
        chances = (chances + pairs * left / left.sum()) / 2
    return chances

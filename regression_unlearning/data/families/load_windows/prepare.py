"""Windows of hourly load of many customers: past hours as input, the next hour as target.

One array of customers by hours holds every value once; a window is a customer and an hour, and a
mini-batch an integer gather from the array. Each customer's load is scaled to mean 0 and deviation
1 over the training period's hours, except those held out (`held_out_days`); hour of day, day of
week and the number of the hour are scaled likewise.
"""

import datetime
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.families.load_windows.held_out_days import PAIR, marked
from regression_unlearning.data.families.load_windows.settings import Windows
from regression_unlearning.data.families.load_windows.table import Hours, read
from regression_unlearning.data.families.load_windows.windows import draw, windows_of
from regression_unlearning.data.splits import SPLITS, UNSEEN
from regression_unlearning.data.work import Work
from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)


def prepare(
    raw: Path, source: Windows, embedding: None, work: Work | None = None
) -> tuple["pd.DataFrame", dict[str, np.ndarray]]:
    """Turn the raw table into a table of windows and arrays.

    Parameters
    ----------
    raw : Path
        The raw folder.
    source : Windows
        The loader's settings.
    embedding, work
        Not used.

    Returns
    -------
    rows : DataFrame
        A window per row: row, id, split, target (scaled), customer, first and hour (numbers of the
        first hour read and of the one predicted), day.
    arrays : dict
        ``load`` float32 (customers, hours), scaled; ``known`` float32 (hours, 3); ``customer``
        int32 (rows,) and ``hour`` int32 (rows,); ``history`` int32 (1,).

    Raises
    ------
    UserError
        See `table.read`; for a table that is too short, and for customers that cannot be used.
    """
    path = raw / source.file
    hours = _period(path, read(path, source.table), source)
    edges = _edges(path, hours.load.shape[1], source)
    starts = _starts(hours.load, source)
    marks, earliest = marked(starts, hours.first, hours.load.shape[1], edges[0], source)
    fit = _fit(path, hours, starts, edges[0], marks, source)
    starts, marks, earliest = starts[fit], marks[fit], earliest[fit]
    if source.unseen and not marks.any():
        raise _no_room(path, edges[0] - int(starts.min()) - source.history, source)
    known = ~np.isnan(hours.load[fit])
    load = scaled(hours.load[fit], starts, edges[0], marks)
    hours = Hours(hours.first, [hours.names[number] for number in fit], load)
    windows = windows_of(starts, edges, marks, earliest, source.history)
    windows = {split: predicted & known for split, predicted in windows.items()}
    if not known.all():
        log.warning(
            "%s: %d hours without load are read as the customer's mean.", path, (~known).sum()
        )
    customer, hour, split = draw(path, windows, source)
    rows = _rows(hours, customer, hour, split, source.history)
    arrays = {
        "load": load,
        "known": calendar(hours.first, load.shape[1], edges[0]),
        "customer": customer.astype(np.int32),
        "hour": hour.astype(np.int32),
        "history": np.array([source.history], np.int32),
    }
    return rows, arrays


def scaled(load: np.ndarray, starts: np.ndarray, train: int, marks: np.ndarray) -> np.ndarray:
    """Scale each customer by its training hours: from its start to the end of the training period.

    Parameters
    ----------
    load : float32 array (customers, hours)
        In the table's unit; NaN where the table has a gap.
    starts : int array (customers,)
        First hour of each customer.
    train : int
        Hours of the training period.
    marks : array (customers, hours)
        Not 0 where an hour is held out, and does not count.

    Returns
    -------
    float32 array (customers, hours)
        Mean 0 and deviation 1 over those hours; 0 before the start, where nothing is read, and in
        hours without load.
    """
    out = np.empty_like(load)
    for number, (values, start) in enumerate(zip(load, starts, strict=True)):
        known = _training_hours(values, start, train, marks[number]).astype(np.float64)
        out[number] = (values - known.mean()) / known.std()
        out[number, :start] = 0.0
    return np.nan_to_num(out, copy=False)


def _training_hours(values: np.ndarray, start: int, train: int, marks: np.ndarray) -> np.ndarray:
    """A customer's values in the hours that training may read and that have a load."""
    known = values[start:train][marks[start:train] == 0]
    return known[~np.isnan(known)]


def calendar(first: np.datetime64, hours: int, train: int) -> np.ndarray:
    """Hour of day, day of week (Monday 0) and number of the hour, scaled.

    Parameters
    ----------
    first : datetime64[h]
        The first hour.
    hours, train : int
        Hours in all, and of the training period, over which each column has mean 0 and deviation 1.

    Returns
    -------
    float32 array (hours, 3)
    """
    index = np.arange(hours)
    hour_of_day = ((first - first.astype("datetime64[D]")).astype(int) + index) % 24
    days = (first + index.astype("timedelta64[h]")).astype("datetime64[D]").astype(int)
    columns = np.stack([hour_of_day, (days + 3) % 7, index], axis=1).astype(np.float64)
    known = columns[:train]
    deviation = known.std(0)
    return ((columns - known.mean(0)) / np.where(deviation > 0, deviation, 1)).astype(np.float32)


def _period(path: Path, hours: Hours, source: Windows) -> Hours:
    """The hours from the settings' `begin` to their `end`."""
    begin = 0 if source.begin is None else _hours_to(hours, source.begin)
    end = hours.load.shape[1] if source.end is None else _hours_to(hours, source.end)
    begin, end = max(begin, 0), min(end, hours.load.shape[1])
    if begin >= end:
        raise UserError(
            f"{path}: no hour lies from begin ({source.begin}) to end ({source.end}); the table "
            f"runs from {hours.first} for {hours.load.shape[1]} hours."
        )
    return Hours(hours.first + np.timedelta64(begin, "h"), hours.names, hours.load[:, begin:end])


def _hours_to(hours: Hours, day: datetime.date) -> int:
    return int((np.datetime64(day, "h") - hours.first).astype(int))


def _edges(path: Path, hours: int, source: Windows) -> tuple[int, int]:
    """First hours of validation and of test."""
    train = round(hours * source.train)
    validation = train + round(hours * source.validation)
    if train <= source.history or not train < validation < hours:
        raise UserError(
            f"{path}: {hours} hours are too few: the training period has {train}, a window reads "
            f"{source.history} and predicts one more, and each later part needs an hour. Use more "
            "hours, or a shorter history."
        )
    return train, validation


def _starts(load: np.ndarray, source: Windows) -> np.ndarray:
    """First hour of each customer that is not 0; 0 where leading zeros count as load."""
    if source.late_start == "keep":
        return np.zeros(len(load), int)
    positive = np.nan_to_num(load) != 0
    return np.where(positive.any(1), positive.argmax(1), load.shape[1])


def _no_room(path: Path, windows: int, source: Windows) -> UserError:
    return UserError(
        f"{path}: no customer has room for days that are held out of training: they take "
        f"{PAIR + source.history} of its training windows, at most half of them, and the longest "
        f"has {windows}. Use more hours or a shorter history, or set unseen: 0 (attacks then "
        "compare training windows with those of later hours, and measure the time)."
    )


def _fit(
    path: Path, hours: Hours, starts: np.ndarray, train: int, marks: np.ndarray, source: Windows
) -> np.ndarray:
    """Numbers of the customers that can be used."""
    end = f"{hours.first + np.timedelta64(train - 1, 'h')} (hour {train})"
    wrong = {}
    for number, start in enumerate(starts):
        known = _training_hours(hours.load[number], start, train, marks[number])
        if start >= hours.load.shape[1]:
            wrong[number] = "is 0 in every hour"
        elif len(known) <= source.history:
            wrong[number] = (
                f"has {len(known)} hours from its first value other than 0 (hour {start + 1}) to "
                f"the end of the training period; a window needs {source.history + 1}"
            )
        elif np.ptp(known) == 0:
            wrong[number] = (
                f"is {known[0]:g} in every hour from hour {start + 1} to the end of the training "
                f"period, {end}: it cannot be scaled"
            )
    for number, reason in wrong.items():
        message = f"{path}: customer {hours.names[number]!r} {reason}"
        if source.unfit == "refuse":
            rest = f" ({len(wrong) - 1} more customers are unfit)" if len(wrong) > 1 else ""
            raise UserError(f"{message}{rest}. Take the column out, or set unfit: leave_out.")
        log.warning("%s; left out.", message)
    if len(wrong) == len(starts):
        raise UserError(f"{path}: no customer is left.")
    return np.setdiff1d(np.arange(len(starts)), list(wrong))


def _rows(
    hours: Hours, customer: np.ndarray, hour: np.ndarray, split: np.ndarray, history: int
) -> "pd.DataFrame":
    import pandas as pd

    times = hours.first + np.arange(hours.load.shape[1]) * np.timedelta64(1, "h")
    dates = np.datetime_as_string(times)
    days = np.datetime_as_string(times.astype("datetime64[D]"))
    names, splits = np.array(hours.names), np.array((*SPLITS, *UNSEEN))
    return pd.DataFrame(
        {
            "row": np.arange(len(customer)),
            "id": np.strings.add(np.strings.add(names, "@")[customer], dates[hour]),
            "split": splits[split],
            "target": hours.load[customer, hour],
            "customer": names[customer],
            "first": hour - history,
            "hour": hour,
            "day": days[hour],
        }
    )

"""Dates of a table: one format in the whole file, at even steps."""

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

HOUR = np.timedelta64(1, "h")
ISO, EPOCH = "ISO8601", "epoch"
#: An offset from UTC behind a time of day; its directive in a format.
OFFSET, OFFSET_SAID = r"\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$", r"\s*(%z|%Z|Z|UTC|GMT)$"
#: The end of a day, written as its own hour.
LAST = r"(?:^|[T ])24:00(?::00)?\b"
#: A date whose year has two digits.
SHORT = r"^(\d\d?([/.-])\w+\2)(\d\d)(?!\d)"
#: Dates whose format is guessed.
SAMPLE = 100


class Dates:
    """The dates of one file, read part by part; the first part decides the format of all.

    Without a given format it is ISO 8601, if all can be read so, else the format in which most can
    be read and follow each other evenly. A date without a time is midnight, 24:00 the end of its
    day. Dates with offsets from UTC are instants, converted to the offset of the first of them.

    Parameters
    ----------
    path, written : Path, str or None
        The file; a format of strftime's, or ``epoch``: seconds since 1970.
    """

    def __init__(self, path: Path, written: str | None):
        self.path = path
        self.written = written and re.sub(OFFSET_SAID, "", written)
        self.offset: float | None = None
        self.guessed = not written

    def read(self, texts: "pd.Series", start: int) -> np.ndarray:
        """Dates of the rows of one part.

        Parameters
        ----------
        texts, start : Series of str (rows,), int
            The dates as in the file; number of the part's first row, for messages.

        Returns
        -------
        datetime64[s] array (rows,)

        Raises
        ------
        UserError
            Naming the row: a text is no date, or has an offset where others have none.
        """
        import pandas as pd

        texts = texts.astype(object).fillna("").str.strip()
        offsets = texts.str.extract(rf"[:T]\d\d\S*?{OFFSET}", expand=False).map(_seconds)
        plain = texts.where(offsets.isna(), texts.str.replace(OFFSET, "", regex=True))
        self.written = self.written or self._format(plain)
        dates = _parsed(plain, self.written)
        if self.guessed and dates.isna().any():  # May alone does not tell Jan from January
            other = re.sub("%[bB]", lambda name: name[0].swapcase(), self.written)
            dates = dates.fillna(_parsed(plain, other))
        written = "" if self.written == ISO else f" written as {self.written}"
        self._refuse(
            dates.isna(), texts, start, f"is no date{written}; mend the row, or set source.table."
            "date to the column of dates, or source.table.date_format to how they are written "
            "('%d.%m.%Y %H:%M'; epoch for seconds since 1970)",
        )  # fmt: skip
        self.offset = offsets.iloc[0] if self.offset is None else self.offset
        self._refuse(
            offsets.isna() != np.isnan(self.offset), texts, start, "has an offset from UTC where "
            "others have none, or none where they have one; write all dates in one way",
        )  # fmt: skip
        dates -= pd.to_timedelta((offsets - self.offset).fillna(0), unit="s")
        return dates.to_numpy().astype("datetime64[s]")

    def is_date(self, text: str) -> bool:
        """Return whether a text is a date in this file's format."""
        import pandas as pd

        return bool(_parsed(pd.Series([text], dtype=object), self.written).notna().all())

    def _format(self, texts: "pd.Series") -> str:
        """The dates' format: the one that leaves the fewest unread, then the fewest out of step.

        Raises
        ------
        UserError
            When two formats do equally well and give different times.
        """
        if (iso := _parsed(texts, ISO)).notna().all():
            return ISO
        read = {ISO: iso} | {form: _parsed(texts, form) for form in _guesses(texts)}
        flaws = {form: _flaws(dates) for form, dates in read.items()}
        best, *rivals = sorted(read, key=flaws.__getitem__)
        for other in rivals:
            if (
                flaws[other] == flaws[best] == (0, flaws[best][1])
                and (read[best] != read[other]).any()
            ):
                raise UserError(
                    f"{self.path}, row 2: {texts.iloc[0]!r} may be written as {best} or {other}; "
                    "set source.table.date_format to one of them."
                )
        return best

    def _refuse(self, wrong: "pd.Series", texts: "pd.Series", start: int, problem: str) -> None:
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise UserError(f"{self.path}, row {start + row}: {texts.iloc[row]!r} {problem}.")


def _seconds(offset: str | float) -> float:
    """Seconds of an offset such as ``+01:00``; NaN stays."""
    if not isinstance(offset, str) or offset[0] not in "+-":
        return 0.0 if isinstance(offset, str) else offset
    digits = offset[1:].replace(":", "").ljust(4, "0")
    return float(offset[0] + "1") * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)


def _parsed(texts: "pd.Series", form: str) -> "pd.Series":
    """Dates of texts in one format; NaT for others."""
    import pandas as pd

    if form == EPOCH:
        return pd.to_datetime(pd.to_numeric(texts, errors="coerce"), unit="s", errors="coerce")
    last = texts.str.contains(LAST)
    texts = texts.where(~last, texts.str.replace("24:00", "00:00"))
    dates = pd.to_datetime(texts, format=form, errors="coerce", utc=True)
    day = re.split("[ T,]*%[HI]", form)[0]
    if day not in ("", form):
        dates = dates.fillna(pd.to_datetime(texts, format=day, errors="coerce", utc=True))
    return dates.dt.tz_localize(None) + pd.to_timedelta(last.astype(int), unit="D")


def _guesses(texts: "pd.Series") -> list[str]:
    """Formats that the first texts may have, month first before day first."""
    from pandas.tseries.api import guess_datetime_format

    formats: dict[str, None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the warning that a day comes first is expected
        for text in texts.head(SAMPLE):
            long = re.sub(SHORT, r"\g<1>20\3", text)
            for form in (guess_datetime_format(long, dayfirst=first) for first in (False, True)):
                if form and not ("%p" in form and "%H" in form):
                    formats[form if long == text else form.replace("%Y", "%y")] = None
    return list(formats)


def _flaws(dates: "pd.Series") -> tuple[int, int]:
    """Count the texts that are no dates, and the uneven steps between the others."""
    steps = np.diff(dates.dropna().to_numpy())
    usual = np.unique(steps, return_counts=True)[1].max(initial=0)
    return int(dates.isna().sum()), len(steps) - int(usual)


def step_of(path: Path, dates: np.ndarray) -> tuple[np.timedelta64, int]:
    """The usual time between two rows, and rows per hour.

    Parameters
    ----------
    path : Path
        The file, for messages.
    dates : datetime64[s] array (rows,)
        The dates of its first rows.

    Raises
    ------
    UserError
        When there are fewer than two rows, or an hour is no whole number of steps.
    """
    if len(dates) < 2:
        raise UserError(f"{path}: it holds {len(dates)} row(s); at least two are needed.")
    steps = np.diff(dates)
    differences, times = np.unique(steps[steps > 0], return_counts=True)
    step = differences[times.argmax()] if len(differences) else HOUR.astype(steps.dtype)
    seconds = int(step / np.timedelta64(1, "s"))
    if 3600 % seconds:
        row = int((steps == step).argmax())
        raise UserError(
            f"{path}, row {row + 3}: {seconds / 60:g} minutes after row {row + 2}, as most rows; "
            "they must be an hour apart, or an equal part of one."
        )
    return step, 3600 // seconds


def steps_since(
    path: Path, dates: np.ndarray, due: np.datetime64, step: np.timedelta64, start: int, fill: int
) -> np.ndarray:
    """Steps from the date that is due to each date.

    Parameters
    ----------
    path : Path
        The file, for messages.
    dates : datetime64[s] array (rows,)
        The dates of the rows from number `start` on.
    due : datetime64[s]
        The date that should be the first of them.
    step : timedelta64[s]
        Time between two rows.
    start : int
        Number of the first row.
    fill : int
        Hours that may be missing between two rows.

    Returns
    -------
    int array (rows,)
        Increasing; 0, 1, ... where no row is missing.

    Raises
    ------
    UserError
        For a date that is repeated, out of order, between two steps, or too late.
    """
    before = np.concatenate([[due - step], dates[:-1]])
    late = dates - before - step
    wrong = (late < 0 * HOUR) | (late > fill * HOUR) | ((dates - due) % step != 0 * HOUR)
    if wrong.any():
        row = int(wrong.argmax())
        date, last = dates[row], before[row]
        if date == last:
            problem = "stands twice"
        elif date < last:
            problem = f"comes after {last}: the dates are not in order"
        elif (date - last) % step:
            problem = f"follows {last}, and most rows are {step / HOUR * 60:g} minutes apart"
        else:
            problem = (
                f"follows {last}: the rows from {last + step} on are missing, for every customer"
            )
        raise UserError(
            f"{path}, row {start + row}: the date {date} {problem}; sort, thin or fill the table "
            "(source.table.fill: hours that may be missing; across a change of the clock give "
            "every date its offset, such as +01:00)."
        )
    return ((dates - due) // step).astype(int)

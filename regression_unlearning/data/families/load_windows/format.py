"""How a table of load is written."""

import datetime
from contextlib import suppress
from typing import Annotated, Literal

from pydantic import Field, model_validator

from regression_unlearning.data.families.load_windows.dates import EPOCH
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Count, Section


class Format(Section):
    """How a table's text is written; for the whole file, never for one row otherwise than another.

    ``delimiter``, ``decimal``
        The signs between two columns, and before the decimals of a number. Fields that hold the
        delimiter stand in double quotes.
    ``date``
        The column of dates; none means the first. A first column without a name is left out where
        this names another: it holds the numbers of the rows.
    ``date_format``
        How dates are written, as of strftime (``%d.%m.%Y %H:%M``), or ``epoch``: seconds since
        1970, in UTC. None means ISO 8601 (2014-01-31 05:00), or the one other way that suits all
        dates; refused where two do. A date without a time is midnight, and 24:00 the end of its
        day. Dates without an offset from UTC are local times, and no clock may change in them.
        Dates with offsets are instants, told by the clock of the first row: where the offset
        changes there is neither a gap nor a repetition.
    ``stamp``
        Whether a date is the ``begin`` or the ``end`` of the time that its row counts.
    ``finer``
        Rows finer than an hour make its ``sum`` (energy) or its ``mean`` (power).
    ``fill``
        Longest gap in hours, of missing rows or empty cells, that is taken: networks read a
        customer's mean there, no window predicts such an hour, and no scale counts it. None
        refuses every gap.
    """

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    date: str | None = None
    date_format: str | None = None
    stamp: Literal["begin", "end"] = "begin"
    finer: Literal["sum", "mean"] = "sum"
    fill: Count | None = None

    @model_validator(mode="after")
    def _dates_say_the_hour(self):
        way, hour = self.date_format, datetime.datetime(2014, 1, 31, 17, tzinfo=datetime.UTC)
        with suppress(ValueError):
            if way in (None, EPOCH):
                return self
            if (
                datetime.datetime.strptime(hour.strftime(way), way).replace(tzinfo=hour.tzinfo)
                == hour
            ):
                return self
        raise UserError(
            f"date_format: {way!r} does not say day and hour; write it like '%d.%m.%Y %H:%M' "
            "(%m/%d/%Y %I:%M %p for 01/31/2014 05:00 PM), or epoch."
        )

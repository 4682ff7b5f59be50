"""The format of a table of load."""

import datetime
from contextlib import suppress
from typing import Literal

from pydantic import model_validator

from regression_unlearning.data.families.load_windows.dates import EPOCH
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Count, Section


class Format(Section):
    """The format of a table's text: "Tables of load" in docs/your-own-data.md explains it.

    ``date`` None means the first column, ``date_format`` None the format that fits all dates,
    ``fill`` None that a gap is refused.
    """

    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    date: str | None = None
    date_format: str | None = None
    stamp: Literal["begin", "end"] = "begin"
    finer: Literal["sum", "mean"] = "sum"
    fill: Count | None = None

    @model_validator(mode="after")
    def _can_be_read(self):
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n':
            raise UserError(
                f"delimiter: {self.delimiter!r} must be one character, such as ';' (a tab in "
                'double quotes: "\\t").'
            )
        form, hour = self.date_format, datetime.datetime(2014, 1, 31, 17, tzinfo=datetime.UTC)
        with suppress(ValueError):
            if form in {None, EPOCH}:
                return self
            read = datetime.datetime.strptime(hour.strftime(form), form)
            if read.replace(tzinfo=hour.tzinfo) == hour:
                return self
        raise UserError(
            f"date_format: {form!r} does not give day and hour; write it like '%d.%m.%Y %H:%M' "
            "(01/31/2014 05:00 PM: '%m/%d/%Y %I:%M %p'), or epoch."
        )

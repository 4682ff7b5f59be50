"""Settings of every source of hourly load: its table, its periods, its windows."""

import datetime
from typing import Literal

from pydantic import model_validator

from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Count, Section, Seed, Share


class Drawn(Section):
    """How many windows of each split are drawn, without replacement, by `seed`; none means all."""

    train: Count | None = None
    validation: Count | None = None
    test: Count | None = None
    unseen_validation: Count | None = None
    unseen_test: Count | None = None
    seed: Seed = 0


class Windows(Section):
    """A table of load, the period, its division by time, the windows.

    ``table``
        The file's format: "Tables of load" in docs/your-own-data.md.
    ``begin``, ``end``
        The days that are used, `end` not among them; none means from the first, to the last.
    ``train``, ``validation``
        Shares of the hours, in the order of time; the rest is for testing. A window belongs to the
        period of the hour that it predicts.
    ``history``
        Hours that a window reads.
    ``windows``
        How many are drawn.
    ``unseen``
        Share of the training days that each customer holds out, for each of the splits
        ``unseen_validation`` and ``unseen_test``: at least one day, drawn by the windows' seed, and
        never so many that more than half of its training windows are lost. No training reads their
        hours, so that attacks compare training windows with others of the same months. 0 holds out
        none.
    ``late_start``
        Zeros before a customer's first other value: ``cut`` takes them as hours before there was
        a customer, which nothing reads and no scale counts; ``keep`` takes them as load.
    ``unfit``
        A customer whose load does not vary in the training period, or who has no whole window in
        it: ``refuse`` the table, or ``leave_out`` the customer with a warning.
    """

    table: Format = Format()
    begin: datetime.date | None = None
    end: datetime.date | None = None
    train: Share = 0.7
    validation: Share = 0.1
    history: Count = 168
    windows: Drawn = Drawn()
    unseen: Share = 0.01
    late_start: Literal["cut", "keep"] = "cut"
    unfit: Literal["refuse", "leave_out"] = "refuse"

    @model_validator(mode="after")
    def _something_is_left(self):
        if not (self.train > 0 and self.validation > 0 and self.train + self.validation < 1):
            raise UserError(
                f"train ({self.train:g}) and validation ({self.validation:g}) must be above 0 and "
                "together below 1: the rest is for testing."
            )
        return self

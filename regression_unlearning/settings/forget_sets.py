"""Ways to choose a forget set."""

import datetime
import math
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.files import not_there
from regression_unlearning.settings.places import Place
from regression_unlearning.settings.section import (
    Count,
    Name,
    OwnTitle,
    Section,
    Seed,
    listed,
    told_apart,
)
from regression_unlearning.settings.wording import shown


def _comparable(value: Any) -> Any:
    """Text or a number; a date, which YAML makes of 2014-01-31, as it was written."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    odd = isinstance(value, bool) or not isinstance(value, str | int | float)
    if odd or (not isinstance(value, str) and not abs(value) < math.inf):
        raise UserError(
            "must be text or a number; write it in quotes, as the rows have it "
            f"(given: {shown(value)})"
        )
    return value


Value = Annotated[
    str | int | float,
    BeforeValidator(_comparable),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]}),
]
#: One value, as YAML may read it, stands for a list of one.
OneOrMore = listed(str, int, float, datetime.date)


def _day(value: Any) -> Any:
    """A day, as YAML reads 2026-11-27 or as text; a number is none."""
    try:
        if isinstance(value, str):
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    raise UserError(f"must be a day such as 2026-11-27 (given: {shown(value)})")


Day = Annotated[
    datetime.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "day"})
]


class Selector(Section):
    """Base of the ways to choose a forget set.

    `after` names a forget set of the same dataset that was unlearned before this one: a method then
    starts from its own model for that one, and the gold model never saw the rows of either. What is
    measured then counts the rows of both, and tables and figures name both titles.

    Where rows are windows over hours, `overlap` says whether a window is chosen too whose inputs
    hold an hour that a chosen window predicts. By default it is for a choice of customers alone.
    """

    title: OwnTitle
    """What tables and figures call it."""
    after: Name | None = None
    overlap: bool | None = None


class Chosen(Selector):
    """Base of choices by what rows hold, of which a share may be drawn ('half of a class')."""

    share: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Share of the training rows so chosen that is forgotten, drawn at random; null: all. Held-out
    rows that the choice would take are like the forgotten ones, whether drawn or not."""
    seed: Seed | None = None
    """Of that draw, apart from the training seeds; null: 0."""


class Band(Chosen):
    """Rows whose target lies in a band; `from`, `up_to` belong to it, `below`, `above` not."""

    select: Literal["band"]
    column: str | None = None
    """A column of `rows.csv` whose numbers are meant in place of the target."""
    from_: float | None = Field(default=None, alias="from")
    above: float | None = None
    below: float | None = None
    up_to: float | None = None

    @model_validator(mode="after")
    def _has_an_edge(self) -> Self:
        lower = {"from": self.from_, "above": self.above}
        upper = {"below": self.below, "up_to": self.up_to}
        if all(edge is None for edge in (*lower.values(), *upper.values())):
            raise UserError("a band needs an edge: from, above, below or up_to.")
        for (low, least), (high, most) in product(lower.items(), upper.items()):
            if least is None or most is None or least < most:
                continue
            if least > most or (low, high) != ("from", "up_to"):
                raise UserError(
                    f"no number lies in the band: {low} is {least:g}, {high} is {most:g}; "
                    f"{low} must be the smaller one."
                )
        return self


class Random(Selector):
    """A number of training rows drawn at random, by a seed of its own."""

    select: Literal["random"]
    rows: Count
    """How many."""
    seed: Seed = 0
    """Of the draw, apart from the training seeds."""


class Where(Chosen):
    """Rows whose column holds the given value, or one of several (compared as text)."""

    select: Literal["where"]
    column: str
    """A column of `data/prepared/NAME/rows.csv`."""
    equals: Annotated[tuple[Value, ...], OneOrMore, Field(min_length=1)]
    """One value, or several of which a row has one."""


class Dates(Chosen):
    """Rows whose column holds a day from `first` to `last`; both belong to it."""

    select: Literal["dates"]
    column: str = "day"
    """A column of `data/prepared/NAME/rows.csv`, whose values begin as 2014-01-31 does."""
    first: Day
    last: Day

    @model_validator(mode="after")
    def _holds_a_day(self) -> Self:
        if self.first > self.last:
            raise UserError(f"no day lies between: first is {self.first}, last is {self.last}.")
        return self


class Ids(Selector):
    """Training rows named one by one, in a list or in a text file with one id a line.

    An id is text: 12, 012 and 12.0 are three ids. Blanks around it, and whether an accent is a
    letter's part (Unicode's NFC), make no other one; named twice it counts once.
    `data/prepared/DATASET/forget_sets/NAME.ids.csv` lists each as forgotten now, already forgotten
    (by a set that this one comes `after`), held out (nothing to forget) or unknown.
    """

    select: Literal["ids"]
    ids: Annotated[tuple[str, ...], OneOrMore] = ()
    """The ids, in quotes."""
    file: Place | None = None
    """A text file with one id a line."""
    unknown: Literal["refuse", "report"] = "refuse"
    """Of an id that no row has: end the run, or list it and go on."""

    @model_validator(mode="after")
    def _names_rows(self) -> Self:
        if not self.ids and self.file is None:
            raise UserError(
                "no row is named; give ids (a list) or file (a text file with one id a line)."
            )
        return self

    def missing_file(self) -> str | None:
        """Why `file` cannot be read, with its key; None where it is there, or none is named."""
        if self.file is None or Path(self.file).is_file():
            return None
        return f"file: {not_there(self.file, 'file')}"


ForgetSet = Annotated[
    Band | Random | Where | Dates | Ids,
    Field(discriminator="select"),
    told_apart("select", Band, Random, Where, Dates, Ids),
]

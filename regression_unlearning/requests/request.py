"""A deletion request as it is written: REQUEST.yaml, or options of the command."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.forget_sets import ForgetSet, Ids
from regression_unlearning.settings.places import Place
from regression_unlearning.settings.reading import overlaid, read_yaml
from regression_unlearning.settings.section import (
    Count,
    Name,
    Positive,
    Section,
    Seed,
    Title,
    validated,
)
from regression_unlearning.settings.wording import shown

#: A method's name that leaves the choice to what was measured.
AUTO = "auto"
#: And one that stands for training anew on the rows to keep.
RETRAIN = "retrain"


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


class Thresholds(Section):
    """What an answer must keep to, to pass."""

    error_rise: Annotated[float, Field(ge=0)] = 0.1
    """By which share the error on never-seen rows to keep may rise above the model's before (with a
    retrained model: above the larger of both)."""
    auc: Annotated[float, Field(ge=0.5, lt=1)] = 0.55
    """The AUC at which an attack begins to tell forgotten rows from never-seen ones: an interval
    that lies above it fails, and so does one below 1 - `auc`, where forgotten rows look worse than
    never-seen ones."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Of the intervals of all attacks together (Bonferroni)."""
    must_show: Annotated[float, Field(gt=0.5, le=1)] | None = None
    """An AUC that the loss attack must be able to show: with too few rows for it nothing passes.
    Without it, the answer says what so many rows can show."""
    retrain_above: Positive = 0.5
    """The share of the original's training seconds above which unlearning is too dear: the audit
    then advises retraining."""
    retrain_after: Count = 20
    """Requests in a chain after which the audit advises retraining."""


class Request(Section):
    """A request: whose rows, from which model, by which method, held to which thresholds."""

    id: Name
    """Its own name, and that of its folder `requests/ID`."""
    date: Annotated[
        datetime.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "day"})
    ]
    """Its day."""
    reference: Title = ""
    """What the requester, or your files, call it: a number, no name, since the audit shows it."""
    dataset: Name
    """An entry of `datasets`."""
    seed: Seed = 0
    """Training seed of the model."""
    checkpoint: Place | None = None
    """The model's file; without it the model of the last request that passed, or the dataset's
    original. Another than the last request's is refused: it still holds what was forgotten."""
    forget: ForgetSet
    """Whose rows: written as a forget set of params.yaml, but without `after`; `title` may be left
    out."""
    method: Name = AUTO
    """One of the dataset's methods; `auto` takes one by what was measured; `retrain` trains anew on
    the rows to keep, as the dataset's models are trained."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Options of the method that differ from the dataset's."""
    thresholds: Thresholds = Thresholds()
    """What the answer must keep to."""

    @field_validator("forget", mode="before")
    @classmethod
    def _titled(cls, values: Any) -> Any:
        return {"title": "request", **values} if isinstance(values, Mapping) else values

    @model_validator(mode="after")
    def _follows_the_chain(self) -> Self:
        if self.forget.after is not None:
            raise UserError("forget.after: requests follow one another by themselves; take it out.")
        missing = self.forget.missing_file() if isinstance(self.forget, Ids) else None
        if missing:
            raise UserError(f"forget.{missing}")
        return self


def read_request(path: str | Path | None, **options: Any) -> Request:
    """Read a request from a file, from options, or from both: an option goes before the file.

    Raises
    ------
    UserError
        With a line for each thing that is wrong.
    """
    values = read_yaml(path) if path is not None else {}
    where = str(path) if path is not None else "request"
    return validated(Request, overlaid(values, options), where)

"""Ways to choose a forget set."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Count, Name, Section, Seed


class Selector(Section):
    """Base of the ways to choose a forget set.

    `after` names a forget set of the same dataset that was unlearned before this one: a method then
    starts from its own model for that one, and the gold model never saw the rows of either.

    Where rows are windows over hours, `overlap` says whether a window is chosen too whose inputs
    hold an hour that a chosen window predicts. By default it is for a choice of customers alone.
    """

    title: str
    after: Name | None = None
    overlap: bool | None = None


class Band(Selector):
    """Rows whose target lies in a band; `from`, `up_to` belong to it, `below`, `above` not."""

    select: Literal["band"]
    from_: float | None = Field(default=None, alias="from")
    above: float | None = None
    below: float | None = None
    up_to: float | None = None

    @model_validator(mode="after")
    def _has_an_edge(self):
        if all(edge is None for edge in (self.from_, self.above, self.below, self.up_to)):
            raise UserError("a band needs an edge: from, above, below or up_to.")
        return self


class Random(Selector):
    """A number of training rows drawn at random, by a seed of its own."""

    select: Literal["random"]
    rows: Count
    seed: Seed = 0


class Where(Selector):
    """Rows whose column holds one of the given values (compared as text)."""

    select: Literal["where"]
    column: str
    equals: Annotated[tuple[str | int | float, ...], Field(min_length=1)]


class Ids(Selector):
    """Training rows named one by one, in a list or in a text file with one id a line."""

    select: Literal["ids"]
    ids: tuple[str, ...] = ()
    file: str | None = None


ForgetSet = Annotated[Band | Random | Where | Ids, Field(discriminator="select")]

"""Experiments: what is run, and which tables and figures show it."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Name, Section, Seed

#: Models that stand in a table beside the unlearning methods.
REFERENCES = {"original": "Original", "retrained": "Retrained"}


class Layout(Section):
    """What a table or a figure shows of one dataset.

    `paper` names the paper's table whose printed values and claims stand beside ours; only the
    paper's own data have one.
    """

    title: str
    dataset: Name
    paper: Name | None = None
    forget_sets: Annotated[tuple[Name, ...], Field(min_length=1)]
    methods: Annotated[tuple[Name, ...], Field(min_length=1)]

    @field_validator("forget_sets", "methods")
    @classmethod
    def _nothing_twice(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if names.count(name) > 1:
                raise UserError(f"{name!r} is named twice.")
        return names


class Table(Layout):
    """A table: the paper's form, or (`methods`) a row for each method."""

    kind: Literal["measures", "methods"] = "measures"


class Figure(Layout):
    """A figure: a layout and a kind of drawing."""

    kind: Literal["difference_densities"]


class Experiment(Section):
    """Datasets, forget sets, methods and seeds, and which table shows them."""

    title: str
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)]
    tables: dict[Name, Table]
    figures: dict[Name, Figure] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _seeds_differ(self):
        if len(set(self.seeds)) < len(self.seeds):
            raise UserError("seeds: a seed is named twice.")
        return self

    @model_validator(mode="after")
    def _names_differ(self):
        if both := sorted(set(self.tables) & set(self.figures)):
            raise UserError(f"{both[0]!r} names a table and a figure; rename one.")
        return self

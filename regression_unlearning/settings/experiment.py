"""Experiments: what is run, and which tables and figures show it."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.section import Name, OwnTitle, Section, Seed, Title, listed

#: Models that stand in a table beside the unlearning methods.
REFERENCES = {"original": "Original", "retrained": "Retrained"}


#: What claims are about: the paper's tables and figures; SURE's abstract, on classes, on fronts.
About = Literal[
    "table1", "table2", "table3", "table4",
    "figure2", "figure3", "figure4", "figure5", "figure6", "figure7",
    "sure", "sure_classes", "sure_front",
]  # fmt: skip

#: One name, or a list of names.
Names = Annotated[tuple[Name, ...], listed(str), Field(min_length=1)]


class Layout(Section):
    """What a table or a figure shows of one dataset, or of several with forget sets named alike.

    `titles` gives methods other titles than the dataset does.
    """

    title: OwnTitle
    """Its headline."""
    datasets: Annotated[Names, Field(alias="dataset")]
    """One dataset, or several with forget sets named alike."""
    paper: About | None = None
    """The paper's table or figure that it stands for, or SURE: the claims about it are judged. On
    the paper's own data its printed values stand beside ours; claims on data that stand in for them
    (`stands_for` of a dataset) are marked."""
    forget_sets: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Names of the dataset's forget sets."""
    methods: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Names of the dataset's methods, in their order."""
    titles: dict[Name, Title] = Field(default_factory=dict)

    @field_validator("datasets", "forget_sets", "methods")
    @classmethod
    def _nothing_twice(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if names.count(name) > 1:
                raise UserError(f"{name!r} is named twice.")
        return names

    @model_validator(mode="after")
    def _titles_of_what_is_shown(self) -> Self:
        for name in self.titles:
            if name not in self.methods:
                raise unknown("method", name, self.methods, "titles")
        return self


class Table(Layout):
    """A table: the paper's form, or (`methods`) a row for each method.

    `measures` names what is measured for it, all of params.yaml's `measures` if it is not given:
    relearning each of many networks may cost more than everything else together.
    """

    kind: Literal["measures", "methods", "front"] = "measures"
    """The paper's form; a row for each method; or (`front`) which rows are on the Pareto front of
    closeness to the retrained model, attack and error."""
    measures: Names | None = None

    def measured(self, known: Iterable[str]) -> list[str]:
        """Those of all measures that the table asks for, in their order."""
        return [name for name in known if self.measures is None or name in self.measures]


class Figure(Layout):
    """A figure: a layout and a kind of drawing, a module of `reporting.figures` or a plug-in."""

    kind: Name
    """What is drawn: a module of reporting/figures, or a plug-in."""


class Experiment(Section):
    """Datasets, forget sets, methods and seeds, and which table shows them."""

    title: OwnTitle
    """The report's headline."""
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)]
    """Training seeds: each trains, unlearns and is measured by itself."""
    tables: dict[Name, Table]
    """Its tables."""
    figures: dict[Name, Figure] = Field(default_factory=dict)
    """Its figures."""

    @model_validator(mode="after")
    def _seeds_differ(self) -> Self:
        if len(set(self.seeds)) < len(self.seeds):
            raise UserError("seeds: a seed is named twice.")
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if both := sorted(set(self.tables) & set(self.figures)):
            raise UserError(f"{both[0]!r} names a table and a figure; rename one.")
        return self

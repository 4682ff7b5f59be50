"""Settings of the columns of a table of rows."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from regression_unlearning.data.signs import Signs
from regression_unlearning.data.splits import SPELT, Split
from regression_unlearning.errors import UserError

#: A table of rows in a raw folder, but for its kind.
TABLE = "table.csv"


class Columns(Signs):
    """What the columns of a table of rows are for; a loader's settings derive from it.

    A feature is a number or a category: text is a category, and so are the columns of
    `categories`. Numbers are shifted and scaled to mean 0 and deviation 1 over the training rows. A
    missing number (an empty field, or what pandas takes for one, such as NA) becomes the training
    rows' median, and a further column marks the rows where it is missing; a missing category is a
    category of its own. A category that no training row has is unknown: it adds nothing. Every
    column stays in `rows.csv`, to choose forget sets by.
    """

    target: str = "target"
    """Column with the numbers to predict."""
    id: str | None = None
    """Column with a name for each row, no two alike; null: the row's number, from 0."""
    split: str = "split"
    """Column with a row's split."""
    splits: Mapping[str, str] = Field(default_factory=lambda: dict(SPELT))
    """The split that each text in that column means."""
    divided: Split | None = None
    """Draws the splits; the table then needs no column of splits."""
    features: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Columns that a network reads; null: all but target, id, split and those of `leave_out`."""
    leave_out: tuple[str, ...] = ()
    """Columns that no network reads."""
    categories: tuple[str, ...] = ()
    """Features that are categories although they look like numbers."""

    @model_validator(mode="after")
    def _columns_have_one_use(self):
        if self.features is not None and self.leave_out:
            raise UserError("give either features or leave_out, not both.")
        for key in ("features", "leave_out", "categories"):
            for name in getattr(self, key) or ():
                if name in self.own:
                    raise UserError(f"{key}: {name!r} is the {self.own[name]}.")
        read = set(self.categories if self.features is None else self.features)
        if other := sorted(set(self.categories) - (read - set(self.leave_out))):
            raise UserError(f"categories: {other[0]!r} is no feature.")
        return self

    @property
    def table(self) -> str:
        """The file's name in the raw folder."""
        return TABLE

    @property
    def own(self) -> dict[str, str]:
        """The columns that are the target, the id and the split, and the key that names each."""
        named = {
            self.target: "target",
            self.id: "id",
            None if self.divided else self.split: "split",
        }
        return {name: key for name, key in named.items() if name is not None}

    @property
    def named(self) -> dict[str, str]:
        """Every column that must exist, and the key that names it."""
        lists = ("categories", "leave_out", "features")
        return {name: key for key in lists for name in getattr(self, key) or ()} | self.own

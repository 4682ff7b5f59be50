"""Settings of the signs by which a text file of rows is written."""

from typing import Literal

from pydantic import model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section


class Signs(Section):
    """Commas between columns and points before decimals, unless these two say otherwise."""

    delimiter: Literal[",", ";", "\t", "|"] = ","
    """The sign between two columns of a CSV file."""
    decimal: Literal[".", ","] = "."
    """The sign before decimals in a CSV file."""

    @model_validator(mode="after")
    def _signs_differ(self):
        if self.delimiter == self.decimal:
            raise UserError("decimal: a comma stands between columns too; mend delimiter.")
        return self

"""How a dataset's methods are tuned, and what names the record of a search."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Name, Positive, Section, Seed


class Tuning(Section):
    """The search that every method of a dataset gets.

    A setting serves every forget set, so that the value of a trial is its mean over `forget_sets`.
    Validation rows are divided into three parts: one that methods may use, one that chooses between
    trials, one on which what was chosen is compared with the start.
    """

    seed: Seed = 100
    """A training seed that no table reports: its original and gold models serve searches alone."""
    budget: Positive = 60.0
    """Seconds of the trials."""
    most: Positive = 0.5
    """The largest share of retraining's seconds that a trial may take and still be chosen, helper
    models included."""
    forget_sets: Annotated[tuple[Name, ...], Field(min_length=1)]
    """What the trials forget; random rows among them may stand in no table."""

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        if len(set(self.forget_sets)) < len(self.forget_sets):
            raise UserError("forget_sets: a forget set is named twice.")
        return self


def record_path(dataset: str, label: str) -> str:
    """Where the search for a method's settings on a dataset leaves its record."""
    return f"tuning/{dataset}/{label}.json"


def options_hash(options: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits for a method's options, those that are the defaults left out."""
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:8]

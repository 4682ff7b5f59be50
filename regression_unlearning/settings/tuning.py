"""How a dataset's methods are tuned, and the record that a search leaves in params.yaml."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Name, Positive, Section, Seed

#: Keys of a method's entry that are no options of the method.
NO_OPTIONS = ("title", "method", "tuned")


class Tuning(Section):
    """The search that every method of a dataset gets.

    `seed` is a training seed that no table reports: its original and gold models serve the search
    alone. `budget` counts the seconds of the trials. `most` is the largest share of retraining's
    seconds that a trial may take and still be chosen (helpers not counted). A setting serves every
    forget set, so that the value of a trial is its mean over `forget_sets`.
    """

    seed: Seed = 100
    budget: Positive = 60.0
    most: Positive = 0.5
    forget_sets: Annotated[tuple[Name, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _nothing_twice(self):
        if len(set(self.forget_sets)) < len(self.forget_sets):
            raise UserError("forget_sets: a forget set is named twice.")
        return self


class Tuned(Section):
    """What a search found: its dataset, its seed, its budget, its forget sets, its figures.

    `value` is the objective of the chosen settings, `before` that of the settings that stood in
    params.yaml, `nothing` that of the original model, unchanged. `options` is the hash of the entry
    that was chosen: where another stands now, nobody has tuned it.
    """

    dataset: Name
    seed: Seed
    budget_s: Positive
    forget_sets: tuple[Name, ...]
    trials: int
    value: float
    before: float | None
    nothing: float
    options: str


def options_hash(entry: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits for a method's entry, from its options alone."""
    options = {key: value for key, value in entry.items() if key not in NO_OPTIONS}
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:8]

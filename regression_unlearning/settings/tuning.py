"""How a dataset's methods are tuned, and the record that a search leaves in tuning/."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.files import not_there
from regression_unlearning.settings.section import Name, Positive, Section, Seed, validated


class Tuning(Section):
    """The search that every method of a dataset gets.

    A setting serves every forget set, so that the value of a trial is its mean over `forget_sets`.
    """

    seed: Seed = 100
    """A training seed that no table reports: its original and gold models serve searches alone."""
    budget: Positive = 60.0
    """Seconds of the trials."""
    most: Positive = 0.5
    """The largest share of retraining's seconds that a trial may take and still be chosen (helpers
    not counted)."""
    forget_sets: Annotated[tuple[Name, ...], Field(min_length=1)]
    """What the trials forget; random rows among them may stand in no table."""

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        if len(set(self.forget_sets)) < len(self.forget_sets):
            raise UserError("forget_sets: a forget set is named twice.")
        return self


class Tuned(Section):
    """What a search found; a file of tuning/.

    `chosen` are the options that it changed. `value` is the objective of the chosen settings,
    `before` that of the settings as they stood, `nothing` that of the original model, unchanged.
    `options` is the hash of all options that were chosen (`options_hash`): where others stand now,
    nobody has tuned them.
    """

    dataset: Name
    method: Name
    seed: Seed
    budget_s: Positive
    most: Positive
    forget_sets: tuple[Name, ...]
    chosen: dict[str, Any]
    options: str
    value: float
    before: float | None
    nothing: float
    share_of_retraining: float
    seconds: float
    trials: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


def record_path(dataset: str, label: str) -> str:
    """Where the search for a method's settings on a dataset leaves its record."""
    return f"tuning/{dataset}/{label}.json"


def read_record(folder: Path, dataset: str, label: str) -> Tuned:
    """Read and check the record of a search.

    Parameters
    ----------
    folder : Path
        The project's folder.
    dataset, label : str
        The dataset that was searched on, and the method's entry.

    Raises
    ------
    UserError
        Where there is none, or it is no such record.
    """
    name = record_path(dataset, label)
    path = folder / name
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"{not_there(name, 'file')} Take `tuned` out; `snakemake --cores 2 {name}` makes it."
        ) from None
    except (OSError, ValueError) as error:
        raise UserError(f"{name} cannot be read: {error}") from None
    try:
        found = validated(Tuned, values)
    except UserError as error:
        first = str(error).splitlines()[0]
        raise UserError(f"{name} is no record of a search: {first}") from None
    if (found.dataset, found.method) != (dataset, label):
        raise UserError(f"{name} is the record of {found.dataset}/{found.method}.")
    return found


def options_hash(options: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits for a method's options, those that are the defaults left out."""
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:8]

"""The record that a search for a method's settings leaves in tuning/."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from regression_unlearning.errors import UserError, command, unknown
from regression_unlearning.files import not_there
from regression_unlearning.settings.search import Space
from regression_unlearning.settings.section import (
    Count,
    Name,
    Positive,
    Section,
    Seed,
    Whole,
    validated,
)
from regression_unlearning.settings.tuning import record_path

#: The form of the records that are written now.
FORM: Literal[2] = 2
#: How a search ended; in all but the first the start was kept.
FOUND, START_BEST, NOT_CONFIRMED = "found", "start_best", "not_confirmed"
NONE_CLOSER, NONE_CHEAP = "none_closer", "none_cheap"
Outcome = Literal["found", "start_best", "not_confirmed", "none_closer", "none_cheap"]
#: The same in words.
ENDED = {
    FOUND: "better settings were found",
    START_BEST: "the start was kept: no other trial comes closer to the retrained model",
    NOT_CONFIRMED: "the start was kept: on fresh rows the best trial is no better",
    NONE_CLOSER: "the start was kept: no trial comes closer to the retrained model than doing "
    "nothing",
    NONE_CHEAP: "the start was kept: no trial that comes closer than doing nothing costs little "
    "enough",
}
#: What tables say of a method whose search has not shown that its settings are better.
NOTHING_BETTER = "searched: nothing better than the start"
UNCONFIRMED = "searched, but what was chosen was not compared with the start on fresh rows"


class Record(Section):
    """What every record says.

    `chosen` are the options that differ from the entry's own. `options` is the hash of all options
    that were chosen (`options_hash`): where others stand now, nobody has tuned them.
    """

    dataset: Name
    method: Name
    seed: Seed
    budget_s: Positive
    most: Positive
    forget_sets: tuple[Name, ...]
    chosen: dict[str, Any]
    options: str
    seconds: float
    trials: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]

    @property
    @abstractmethod
    def remark(self) -> str:
        """What a table says of the method; nothing where it may be called tuned."""


class Unconfirmed(Record):
    """A record of the first form, whose trials were chosen and judged on the same rows.

    `value` is the objective of the chosen settings, `before` that of the settings as they stood,
    `nothing` that of the original model, unchanged.
    """

    value: float
    before: float | None
    nothing: float
    share_of_retraining: float

    @property
    def remark(self) -> str:
        """What a table says of the method."""
        same = self.before is not None and self.value >= self.before
        return NOTHING_BETTER if same else UNCONFIRMED


class Judged(Section):
    """The objective on the rows that choose (`value`) and on those that confirm."""

    value: float | None
    confirmed: float | None


class Attempted(Judged):
    """Some settings: what they change of the start, the objective, the share of retraining."""

    changed: dict[str, Any]
    share_of_retraining: float


class Rows(Section):
    """How many rows of one side methods could use, chose between trials, and confirmed."""

    methods: Whole
    choosing: Count
    confirming: Count


class Searched(Record):
    """A record of the second form.

    `nothing` is the original model, unchanged; `start` the settings as they stood, whose value is
    null where they failed; `best` the trial with the smallest value among those that come closer
    than `nothing` for no more than `most`, or among all where there are none. `outcome` says which
    of the two was chosen, and why. `start_found` says whether the start was itself what an earlier
    search had found. `rows` counts rows by forget set and side.
    """

    form: Literal[2]
    outcome: Outcome
    start_found: bool
    nothing: Judged
    start: Attempted
    best: Attempted
    rows: dict[Name, dict[Literal["forget", "retain"], Rows]]

    @property
    def found(self) -> bool:
        """Whether a search has found the settings, this one or an earlier one that still holds."""
        earlier = self.start_found and self.outcome in (START_BEST, NOT_CONFIRMED)
        return self.outcome == FOUND or earlier

    @property
    def remark(self) -> str:
        """What a table says of the method."""
        return "" if self.found else NOTHING_BETTER


def read_record(folder: Path, dataset: str, label: str) -> Record:
    """Read and check the record of a search.

    Parameters
    ----------
    folder : Path
        The project's folder.
    dataset, label : str
        The dataset that was searched on, and the method's entry.

    Returns
    -------
    Record
        What the search chose.

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
            f"{not_there(name, 'file')} Take `tuned` out; "
            f"`{command('snakemake --cores 2')} {name}` makes it."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{name} cannot be read: {error}") from None
    now = isinstance(values, dict) and "form" in values
    try:
        record: Record = validated(Searched if now else Unconfirmed, values)
    except UserError as error:
        first = str(error).splitlines()[0]
        raise UserError(f"{name} is no record of a search: {first}") from None
    if (record.dataset, record.method) != (dataset, label):
        raise UserError(f"{name} is the record of {record.dataset}/{record.method}.")
    return record


def check_chosen(record: Record, space: Mapping[str, Space], method: str, where: str) -> None:
    """Check that a record's options lie in the ranges that its method is searched in.

    Raises
    ------
    UserError
        Where it did not: the options were chosen for another version of the method.
    """
    for key, value in record.chosen.items():
        if key not in space:
            raise unknown("option", key, space, f"{where}: chosen")
        if not space[key].holds(value):
            raise UserError(
                f"{where}: chosen.{key}: {value} is none of what {method} is searched among "
                f"({space[key]}): search again."
            )

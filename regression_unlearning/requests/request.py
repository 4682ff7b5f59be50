"""A deletion request as it is written: REQUEST.yaml, or options of the command."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.forget_sets import Day, ForgetSet, Ids
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

#: A method's name that leaves the choice to what was measured.
AUTO = "auto"
#: And one that stands for training anew on the rows to keep.
RETRAIN = "retrain"


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


class Member(Section):
    """What one letter asks for."""

    id: Name
    """Its own name, and that of its folder `requests/ID`."""
    date: Day
    """Its day."""
    reference: Title = ""
    """What the requester, or your files, call it: a number, no name, since the audit shows it."""
    forget: ForgetSet
    """Whose rows: written as a forget set of params.yaml, but without `after`; `title` may be left
    out."""

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


class Request(Member):
    """A request: whose rows, from which model, by which method, held to which thresholds."""

    dataset: Name
    """An entry of `datasets`."""
    seed: Seed = 0
    """Training seed of the model."""
    checkpoint: Place | None = None
    """The model's file; without it the model of the last request that passed, or the dataset's
    original. Another than the last request's is refused: it still holds what was forgotten."""
    method: Name = AUTO
    """One of the dataset's methods; `auto` takes one by what was measured; `retrain` trains anew on
    the rows to keep, as the dataset's models are trained."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Options of the method that differ from the dataset's."""
    thresholds: Thresholds = Thresholds()
    """What the answer must keep to."""
    together: tuple[Member, ...] = ()
    """Further letters (`id`, `date`, `reference`, `forget`), answered by the same run; none has a
    folder of its own."""

    @property
    def about(self) -> dict[str, Any]:
        """What an audit says of the request itself."""
        return {
            "id": self.id,
            "date": self.date.isoformat(),
            "reference": self.reference,
            "dataset": self.dataset,
            "seed": self.seed,
            "chosen_by": self.forget.select,
        }

    @property
    def members(self) -> tuple[Member, ...]:
        """All letters that are answered."""
        return (self, *self.together)


def read_request(*paths: str | Path, **options: Any) -> Request:
    """Read a request from a file, from options, or from both: an option goes before the file.

    Parameters
    ----------
    *paths : path
        YAML files. Further files are answered together with the first: they name the same model,
        and must not differ in how they are to be answered.
    **options
        Values of the request's keys.

    Returns
    -------
    Request
        The first file's, with the others as `together`.

    Raises
    ------
    UserError
        With a line for each thing that is wrong.
    """
    first, *others = [(str(path), read_yaml(path)) for path in paths] or [("request", {})]
    values = overlaid(first[1], options)
    if "forget" in options:  # the file's may choose in another way
        values["forget"] = options["forget"]
    request = validated(Request, values, first[0])
    together = list(request.together)
    shared = {key: one for key, one in options.items() if key not in Member.model_fields}
    for where, of in others:
        other = validated(Request, overlaid(of, shared), where)
        for key in Request.model_fields:
            apart = key in Member.model_fields or key == "together"
            if not apart and getattr(other, key) != getattr(request, key):
                raise UserError(
                    f"{where}: {key} is not that of {first[0]}; give both the same, or answer each "
                    "in a run of its own."
                )
        together += other.members
    joined = request.model_copy(update={"together": tuple(together)})
    ids = [one.id for one in joined.members]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise UserError(f"{first[0]}: together: the id {twice[0]!r} stands twice.")
    return joined

"""How the training loop runs."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from regression_unlearning.errors import UserError
from regression_unlearning.settings.precision import Precision, unrecorded
from regression_unlearning.settings.section import Count, Positive, Section, Within, told_apart


class Plateau(Section):
    """Divide the learning rate when the validation loss stops falling (paper, Section 6.3)."""

    name: Literal["plateau"]
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """What the rate is multiplied with."""
    patience: Count = 10
    """Epochs without a better validation loss before that."""


class Step(Section):
    """Multiply the learning rate by `factor` after every `epochs` epochs."""

    name: Literal["step"]
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    epochs: Count = 3


Schedule = Annotated[Plateau | Step, Field(discriminator="name"), told_apart("name", Plateau, Step)]


class Fit(Section):
    """How the training loop runs, over shuffled mini-batches.

    `save_every` is the number of seconds between two savings of the whole state. `precision`
    is that of the network's forward pass: with bfloat16 weights, losses, sums and the last layer
    stay float32; with auto a dataset's first training times both, and each auto of the dataset
    stands for the one chosen. With a `batch_size` of 1 batch normalisation keeps the running means
    and variances that it starts with.
    """

    epochs: Count
    """Passes over the rows."""
    learning_rate: Positive
    """At the start."""
    batch_size: Count = 256
    """Rows of a mini-batch."""
    schedule: Schedule | None = None
    """How the learning rate falls; null: it stays."""
    clip: Positive | None = None
    """Greatest length of the gradient; null: any."""
    keep: Literal["last", "best"] = "last"
    """Weights that are kept: those of the last epoch, or of the one with the least validation loss
    (the first of equals), as the paper's released code does."""
    save_every: Positive = 20.0
    precision: Precision = "float32"
    optimizer: Literal["adam", "adamw", "sgd"] = "adam"
    """torch's of that name; what else it takes has torch's defaults."""
    momentum: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Of sgd; null: none."""
    weight_decay: Annotated[float, Field(ge=0)] | None = None
    """Of every weight, as torch means it; null: torch's default, 0.01 with adamw, else 0."""

    @property
    def precision_in_use(self) -> str:
        """The precision of a training with these settings: auto that no record settled is one."""
        return unrecorded(self.precision)

    @model_validator(mode="after")
    def _momentum_is_of_sgd(self) -> Self:
        if self.momentum is not None and self.optimizer != "sgd":
            raise Within(f".momentum: {self.optimizer} takes none; say optimizer: sgd, or leave it")
        return self


class Training(Fit):
    """Training from scratch; `compile` lets torch compile the network first (minutes, once)."""

    compile: bool = False


def last_only(why: str) -> BeforeValidator:
    """A rule for `keep` in a method that can only mean the weights it ends with.

    Parameters
    ----------
    why : str
        What the method does that makes an earlier epoch's weights another thing.
    """

    def check(value: object) -> object:
        if value == "best":
            raise UserError(f"best cannot be meant here: {why}; take last")
        return value

    return BeforeValidator(check)

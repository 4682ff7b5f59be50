"""What a model is asked before it is measured: one pass over its rows, and relearning."""

from typing import Annotated, Literal

from pydantic import Field

from regression_unlearning.settings.precision import Precision
from regression_unlearning.settings.section import Count, Positive, Section, Share


class Observation(Section):
    """How many rows of each part keep their activations, and how many pass the network at once."""

    max_rows: Count = 2000
    """Rows of each part that keep their activations."""
    earlier: Share | None = None
    """They keep those of an earlier layer too, averaged over positions: of the one at this depth
    among the network's named layers, 0 the first, 1 the last before the output."""
    batch_size: Count = 1024
    """Rows that pass the network at once."""


class Relearning(Section):
    """The Anamnesis Index's relearning (paper, Eq. 10).

    Mini-batches of the whole training set until the loss on the forget set is at most (1 + alpha)
    times the original model's; `orders` batch orders, at most `cap` mini-batches each, the loss
    looked at after every `check_every` of them. `precision` is that of training on. The released
    code's is `rows: validation, count_from: 1`.
    """

    learning_rate: Positive = 0.01
    """Of Adam."""
    batch_size: Count = 256
    """Rows of a mini-batch."""
    alpha: Positive = 0.05
    """How near to the original's loss on the forget set is relearnt."""
    goal: Literal["loss", "accuracy"] = "loss"
    """``accuracy``, of classes alone: relearnt is at least (1 - alpha) times the original's."""
    orders: Count = 2
    check_every: Count = 1
    cap: Count = 230
    rows: Literal["train", "validation"] = "train"
    """Whose loss is looked at: the forgotten rows, or the validation rows that the forget set would
    have held; where there are none (random rows), nobody relearns."""
    count_from: Annotated[int, Field(ge=0, le=1)] = 0
    """The least count: with 1 the loss is first looked at after a mini-batch, so that a model that
    starts near enough counts 1."""
    precision: Precision = "float32"

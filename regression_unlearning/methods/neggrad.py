"""NegGrad+: descend the retain set's loss and ascend the forget set's loss together.

Source: the stronger form of gradient ascent in Kurmanji et al., "Towards unbounded machine
unlearning" (NeurIPS 2023).
"""

from typing import Annotated, Literal

from regression_unlearning.settings.search import FIT, Linear
from regression_unlearning.settings.section import Positive, Share
from regression_unlearning.settings.training import Fit, last_only


class Settings(Fit):
    """Fine-tuning, the retain loss's share ``alpha``, and bounds on the ascent.

    A regression loss has no upper bound. With ``cap`` a batch's forget loss stops counting once it
    reaches that of a model which predicts the retain set's mean for every row; for classes nothing
    is capped, as in the authors' code. ``clip`` bounds the gradient's length; the authors do not
    clip: ``clip: null``. Both sets' rows pass the network together, so that batch normalisation
    sees them as one batch; the authors' code passes them one after the other.
    """

    alpha: Share = 0.95
    cap: bool = True
    clip: Positive | None = 1.0
    keep: Annotated[Literal["last"], last_only("the forget set's loss is meant to rise")] = "last"
    """Always the last weights."""


SEARCH = {**FIT, "alpha": Linear(0.5, 0.99)}


def unlearn(model, task, settings: Settings):
    """Minimise alpha L_retain - (1 - alpha) L_forget; an epoch goes once over the retain set."""
    from regression_unlearning.training.batches import drawn_beside

    target = task.data.target
    most = task.kind.loss_most(target[task.retain], target[task.forget])
    limit = most if settings.cap else float("inf")

    size = settings.batch_size
    each = min(size, len(task.forget))

    def objective(model, rows):
        losses = task.per_row(model(task.data.batch(rows, training=True)), target[rows])
        retained, forgotten = losses[:-each], losses[-each:]
        up = forgotten.mean().clamp(max=limit)
        return settings.alpha * retained.mean() - (1 - settings.alpha) * up

    batches = drawn_beside(task.retain, size, task.forget, each=each)
    task.fit(
        model, settings, objective=objective, batches=batches, replayable=True, phase="neggrad"
    )
    return model

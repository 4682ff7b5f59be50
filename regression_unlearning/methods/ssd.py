"""SSD: dampen the weights that matter far more to the forget set than to the training set.

Source: Foster et al., "Fast machine unlearning without retraining through selective synaptic
dampening" (AAAI 2024).
"""

import logging
from typing import Annotated

from pydantic import Field

from regression_unlearning.settings.search import Log
from regression_unlearning.settings.section import Count, Positive, Section

log = logging.getLogger(__name__)


class Settings(Section):
    """When a weight is dampened, and by how much; no training.

    A weight whose importance to the forget set exceeds ``alpha`` times its importance to the
    training set is scaled by min(1, ``lambda`` * importance to the training set / importance to
    the forget set). The first is at most (training rows / forget rows) times the second: with an
    ``alpha`` at or above that ratio nothing is dampened, and the log says so. ``rows`` bounds the
    rows of the retain and of the forget set that importance is taken over (drawn by the run's
    seed); none means all.
    """

    alpha: Positive = 10.0
    lambda_: Annotated[float, Field(ge=0, alias="lambda")] = 1.0
    rows: Count | None = None


#: The ratio that alpha is compared with is at most training rows over forget rows.
SEARCH = {"alpha": Log(0.5, 20), "lambda": Log(0.01, 1)}


def dampen(model, task, settings: Settings, importance) -> None:
    """Scale the weights in place, and note the share of dampened weights in the task's facts.

    Parameters
    ----------
    model, task, settings
        See `methods.method.Method.unlearn`.
    importance : callable
        ``importance(model, task, rows)`` gives a mean over the rows for each weight: name to
        Tensor of its shape.
    """
    import torch

    from regression_unlearning.training.gradients import trainable

    share = len(task.forget) / len(task.train)
    if settings.alpha * share >= 1:
        log.warning(
            "alpha %g dampens nothing: no weight's importance to the forget set is more than %.2f "
            "times that to the training set, of which it is a part; set a smaller alpha.",
            settings.alpha,
            1 / share,
        )
    with task.working():
        forgotten = task.some(task.forget, settings.rows, "forget importance")
        retained = task.some(task.retain, settings.rows, "retain importance")
        forget = importance(model, task, forgotten)
        retain = importance(model, task, retained)
        # of the whole training set, with the same forget rows as above
        overall = {name: share * forget[name] + (1 - share) * retain[name] for name in forget}
        chosen = total = 0
        with torch.no_grad():
            for name, weight in trainable(model).items():
                marked = forget[name] > settings.alpha * overall[name]
                factor = (settings.lambda_ * overall[name] / forget[name]).clamp(max=1.0)
                weight.mul_(torch.where(marked, factor, torch.ones_like(factor)))
                chosen, total = chosen + marked.sum().item(), total + weight.numel()
    task.facts["dampened_share"] = chosen / total


def unlearn(model, task, settings: Settings):
    """Dampen by the mean of the squared per-row gradients of the loss."""
    from regression_unlearning.training.gradients import mean_squares

    dampen(model, task, settings, mean_squares)
    return model

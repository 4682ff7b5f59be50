"""SSD: dampen the weights that matter far more to the forget set than to the whole.

Source: Foster et al., "Fast machine unlearning without retraining through selective synaptic
dampening" (AAAI 2024).
"""

from typing import Annotated

from pydantic import Field

from regression_unlearning.settings.search import Log
from regression_unlearning.settings.section import Count, Positive, Section


class Settings(Section):
    """When a weight is dampened, and by how much; no training.

    A weight whose importance to the forget set exceeds ``alpha`` times its importance to the
    training set is scaled by min(1, ``lambda`` * importance to the training set / importance to
    the forget set). ``rows`` bounds the rows of the training set that its importance is taken
    over (drawn by the run's seed); none means all.
    """

    alpha: Positive = 10.0
    lambda_: Annotated[float, Field(ge=0, alias="lambda")] = 1.0
    rows: Count | None = None


#: The ratio that alpha is held against is at most that of all training rows to forget rows.
SEARCH = {"alpha": Log(0.5, 20), "lambda": Log(0.01, 1)}


def dampen(model, task, settings: Settings, value=None) -> None:
    """Scale the weights in place; importance: the mean of squared per-row gradients of `value`."""
    import torch

    from regression_unlearning.training.gradients import mean_squares, trainable

    with task.working():
        train = task.some(task.train, settings.rows, "importance")
        overall = mean_squares(model, task, train, value)
        forgotten = task.some(task.forget, settings.rows, "forget importance")
        forget = mean_squares(model, task, forgotten, value)
        chosen = total = 0
        with torch.no_grad():
            for name, weight in trainable(model).items():
                marked = forget[name] > settings.alpha * overall[name]
                factor = (settings.lambda_ * overall[name] / forget[name]).clamp(max=1.0)
                weight.mul_(torch.where(marked, factor, torch.ones_like(factor)))
                chosen, total = chosen + marked.sum().item(), total + weight.numel()
    task.facts["dampened_share"] = chosen / total


def unlearn(model, task, settings: Settings):
    """Dampen by the importance to the loss."""
    dampen(model, task, settings)
    return model

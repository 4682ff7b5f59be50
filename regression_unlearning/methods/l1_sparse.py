"""l1-sparse: fine-tune on the retain set under a penalty that drives weights to zero.

Source: Jia et al., "Model sparsity can simplify machine unlearning" (NeurIPS 2023).
"""

from typing import Annotated

from pydantic import Field

from regression_unlearning.settings.search import FIT, Log
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Fine-tuning, and the penalty's weight at the start; it falls linearly to 0 at the end.

    It falls from step to step, where the authors' code lowers it from epoch to epoch.
    """

    gamma: Annotated[float, Field(ge=0)] = 5e-4
    """The penalty's weight at the start."""


SEARCH = {**FIT, "gamma": Log(1e-6, 1e-3)}


def weight_of(share: float, gamma: float) -> float:
    """Weight of the penalty when `share` of the run is done: it falls linearly to 0."""
    return gamma * (1 - share)


def unlearn(model, task, settings: Settings):
    """Minimise the retain loss plus gamma_t times the sum of the absolute weights."""
    supervised = task.supervised()
    gamma = task.data.target.new_zeros(())

    def before_step(share: float) -> None:
        gamma.fill_(weight_of(share, settings.gamma))

    def objective(model, rows):
        penalty = sum(weight.abs().sum() for weight in model.parameters())
        return supervised(model, rows) + gamma * penalty

    task.fit(
        model,
        settings,
        objective=objective,
        replayable=True,
        before_step=before_step,
        phase="l1_sparse",
    )
    return model

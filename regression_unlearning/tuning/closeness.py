"""One number for how far a model is from the gold model, on rows that no table reports.

Two sides: held-out rows like the forgotten ones, and held-out rows like those kept. On each, the
Wasserstein distance between the two models' predictions and the difference of their errors:

    value = [ W(forget) + |E_u - E_g|(forget) + W(retain) + max(0, E_u - E_g)(retain) ] / (2 s)

with s the deviation of the training targets; 0 is the gold model itself. For classes W is the total
variation of the mean probabilities, E the error rate, and s is 1 (`training.kinds`). Distributions
are compared and not single predictions, because two gold models of different seeds disagree on
single rows: a distance per row would reward a model for being smoother than any of them. The
difference of the errors keeps out a model that has gold's distribution in another order. It counts
in both directions on the forget rows (too large an error gives them away), and in one on the retain
rows, where it is lost utility.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from regression_unlearning.evaluation.errors import error
from regression_unlearning.training.observe import pass_over
from regression_unlearning.training.task import Task
from regression_unlearning.tuning.rows import FORGET, RETAIN


@dataclass(frozen=True)
class Predictions:
    """Predictions of a model on some rows as a distribution (`training.kinds`), and its error."""

    prediction: np.ndarray
    error: float


class Closeness:
    """The objective on some rows of one forget set, with the gold model's part computed once.

    Parameters
    ----------
    task : Task
        Data, loss and parts.
    gold : Module
        The model retrained without the forget set.
    rows : mapping of Tensor
        Row numbers of both sides: see `tuning.rows.Division`.
    """

    def __init__(self, task: Task, gold: nn.Module, rows: Mapping[str, Tensor]):
        self.rows = rows
        self.task = task
        self.scale = task.kind.deviation(task.data.target_in_unit[task.train])
        self.gold = self.predictions(gold)

    def predictions(self, model: nn.Module) -> dict[str, Predictions]:
        """Predictions of a model on the rows of each side; the model is not changed."""
        sides = {}
        for side, rows in self.rows.items():
            passed = pass_over(model, self.task, rows, 1024)
            sides[side] = Predictions(
                self.task.kind.spread(passed["output"]),
                error(passed["error"].cpu().numpy(), self.task.loss),
            )
        return sides

    def value(self, model: nn.Module) -> float:
        """Distance of a model from the gold model: 0 for the gold model itself."""
        return distance(self.predictions(model), self.gold, self.scale, self.task.kind.between)


def distance(
    ours: Mapping[str, Predictions],
    gold: Mapping[str, Predictions],
    scale: float,
    between: Callable[[np.ndarray, np.ndarray], float],
) -> float:
    """The value of the formula in this module.

    Parameters
    ----------
    ours, gold : mapping of str to Predictions
        Both models' predictions and errors, by side.
    scale : float
        The deviation s, in the target's unit.
    between : callable
        Distance of two distributions.
    """
    distances = sum(between(ours[s].prediction, gold[s].prediction) for s in gold)
    gap = {side: ours[side].error - gold[side].error for side in gold}
    return float((distances + abs(gap[FORGET]) + max(0.0, gap[RETAIN])) / (2 * scale))

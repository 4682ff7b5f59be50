"""How many mini-batches a model needs to relearn the forget set (paper, Eq. 10)."""

from typing import Any

import torch
from torch import Tensor, nn

from regression_unlearning.models.modules.activations import evaluating
from regression_unlearning.models.modules.copying import copied
from regression_unlearning.settings.measuring import Relearning
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.batches import at_least
from regression_unlearning.training.kinds import PerRow
from regression_unlearning.training.losses import summed
from regression_unlearning.training.step import shapes_are_fixed
from regression_unlearning.training.task import Task


class ForgetLoss:
    """Tell whether a model's mean loss on some rows, the forget set, is at most a limit.

    The sum over some rows is a lower bound of the sum over all: the check ends as soon as that
    alone is over the limit. Rows whose loss was largest at the last check come first: as few of
    them as should be enough, then twice as many, and so on. Where the bound is not over the limit,
    all rows are read in their own order: the answer does not depend on earlier checks.

    Parameters
    ----------
    task : Task
        Data and loss.
    limit : float
        The limit of the mean.
    rows : Tensor of int64, optional
        Row numbers; the forget set if not given.
    batch_size : int
        Rows of the first forward pass.
    of : callable, optional
        From outputs and targets to one value per row that is never negative, in the loss's place.
    """

    #: By how much rounding may move a sum when its rows are read in another order.
    ROUNDING = 1e-5
    #: The rows read first have latest losses this much over the limit: losses fall in training.
    MARGIN = 1.2

    def __init__(
        self,
        task: Task,
        limit: float,
        *,
        rows: Tensor | None = None,
        batch_size: int = 128,
        of: PerRow | None = None,
    ):
        self.of = of or task.per_row
        self.task, self.limit, self.batch_size = task, limit, batch_size
        self.rows = task.forget if rows is None else rows
        self.latest = torch.full((len(self.rows),), torch.inf, dtype=torch.float64)

    def reached(self, model: nn.Module) -> bool:
        """Whether the mean loss is at most the limit; the model is left as it was."""
        rows = len(self.latest)
        bound = self.limit * rows * (1 + self.ROUNDING)
        latest, order = self.latest.sort(descending=True, stable=True)
        enough = 1 + int(torch.searchsorted(latest.cumsum(0), bound * self.MARGIN))
        # some rows were never read: how many would be enough is unknown
        size = self.batch_size if latest[0].isinf() else min(enough, self.batch_size)
        start, total = 0, 0.0
        with evaluating(model):
            while start < rows:
                total += self._read(model, order[start : start + size])
                if not total <= bound:
                    return False
                start, size = start + size, 2 * size
        return self.task.mean_loss(model, self.rows, self.of) <= self.limit

    def _read(self, model: nn.Module, positions: Tensor) -> float:
        """Sum of the losses of some of the rows; each is kept as the row's latest."""
        rows = self.rows[positions.to(self.rows.device)]
        output = model(self.task.data.batch(rows))
        losses = self.of(output, self.task.data.target[rows]).double().cpu()
        self.latest[positions] = losses
        return losses.sum().item()


class Look:
    """The first step after which the mean loss is at most the limit.

    Parameters
    ----------
    check : ForgetLoss
        Rows, loss and limit.

    Attributes
    ----------
    reached : int or None
        That step, once it is known.
    """

    def __init__(self, check: ForgetLoss):
        self.check = check
        self.reached: int | None = None

    def at(self, model: nn.Module, steps: int, last: bool) -> None:
        """Look at a model after a number of steps, the last ones or not; it is left as it was."""
        if self.check.reached(model):
            self.reached = steps


class LaterLook(Look):
    """The same without waiting for a GPU: the host reads the losses of several steps at once.

    So a few steps are taken after the first one that reaches the limit; they do not count.
    """

    #: Looks that are read at once, and the most rows that are worth reading whole at each.
    EVERY, MOST = 16, 4096

    def __init__(self, check: ForgetLoss):
        super().__init__(check)
        self.unread: list[tuple[int, Tensor]] = []

    def at(self, model: nn.Module, steps: int, last: bool) -> None:
        """See `Look.at`."""
        check = self.check
        total = summed(model, check.task.data, check.rows, check.of)
        self.unread.append((steps, total))
        if not last and len(self.unread) < self.EVERY:
            return
        numbers, sums = zip(*self.unread, strict=True)
        self.unread = []
        for number, total in zip(numbers, torch.stack(sums).tolist(), strict=True):
            if self.reached is None and total / len(check.rows) <= check.limit:
                self.reached = number


def relearn(
    model: nn.Module,
    task: Task,
    original_loss: float,
    settings: Relearning,
    watched: Tensor | None = None,
) -> list[dict[str, Any]]:
    """Count the mini-batches until the forget loss is within alpha of the original's (Eq. 10).

    Each order starts from a fresh copy, with Adam on the whole training set. The orders depend on
    the task's seed alone: tasks of the same seed relearn over the same batches.

    Parameters
    ----------
    model : Module
        The model to test; it is left as it was.
    task : Task
        Retain and forget set; its seed fixes the orders.
    original_loss : float
        Mean loss of the original model on the watched rows; its error rate, where the settings'
        goal is accuracy.
    settings : Relearning
        Rate, alpha, number of orders, cap.
    watched : Tensor of int64, optional
        Rows whose loss is watched; the forget set if not given.

    Returns
    -------
    list of dict
        For each order ``order`` (from 0), ``steps`` and ``reached``: where that is False the count
        is the cap, a lower bound.
    """
    if settings.goal == "accuracy":
        limit = 1 - (1 - settings.alpha) * (1 - original_loss)
        check = ForgetLoss(task, limit, rows=watched, of=task.kind.errors)
    else:
        check = ForgetLoss(task, (1 + settings.alpha) * original_loss, rows=watched)
    rows = task.train
    epochs = -(-settings.cap // at_least(len(rows), settings.batch_size))
    plan = Fit(
        epochs=epochs,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        precision=settings.precision,
    )
    later = shapes_are_fixed(rows) and task.data.replayable and len(check.rows) <= LaterLook.MOST
    # losses that nobody has read would be lost with the process
    learning = task.having(state_folder=None) if later else task
    counts = []
    for order in range(settings.orders):
        if settings.count_from == 0 and check.reached(model):
            counts.append({"order": order, "steps": 0, "reached": True})
            continue
        look = LaterLook(check) if later else Look(check)

        def after_step(learner: nn.Module, steps: int, look: Look = look) -> bool:
            last = steps >= settings.cap
            if last or steps % settings.check_every == 0:
                look.at(learner, steps, last)
            return last or look.reached is not None

        fitted = learning.fit(
            copied(model),
            plan,
            rows=rows,
            phase=f"relearning_{order + 1}",
            after_step=after_step,
        )
        steps, reached = look.reached or fitted.steps, look.reached is not None
        counts.append({"order": order, "steps": steps, "reached": reached})
    return counts

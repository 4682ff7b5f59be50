"""Gradients of a trained model over many rows: of the mean, and per-row squares or absolute values.

All are taken in evaluation mode (no dropout, running means), with respect to the parameters that
need a gradient, in chunks of rows.
"""

import logging
from collections.abc import Callable

import torch
from torch import Tensor, nn

from regression_unlearning.models.modules.activations import evaluating_with_gradients
from regression_unlearning.training import interruption
from regression_unlearning.training.per_sample import Of, summed_gradients
from regression_unlearning.training.task import Task

log = logging.getLogger(__name__)

#: From outputs (batch, q) and row numbers to one number per row.
Value = Callable[[Tensor, Tensor], Tensor]

#: Numbers of one layer's per-row gradients that are held at once.
HELD = 2**24


def trainable(model: nn.Module) -> dict[str, nn.Parameter]:
    """Parameters of a model that need a gradient, by name."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def loss_of(task: Task) -> Value:
    """The dataset's loss as a function of outputs and row numbers."""
    return lambda output, rows: task.per_row(output, task.data.target[rows])


def output_norm(output: Tensor, rows: Tensor) -> Tensor:
    """Squared length of each row's output: a value that needs no target.

    Parameters
    ----------
    output : Tensor (batch, q)
        Outputs.
    rows : Tensor of int64 (batch,)
        Not used.

    Returns
    -------
    Tensor (batch,)
    """
    return output.square().sum(1)


def mean_gradient(
    model: nn.Module, task: Task, rows: Tensor, size: int = 1024
) -> dict[str, Tensor]:
    """Gradient of the mean loss over some rows.

    Parameters
    ----------
    model : Module
        Left as it was.
    task : Task
        Data and loss.
    rows : Tensor of int64 (n,)
        Row numbers.
    size : int
        Rows per forward pass.

    Returns
    -------
    dict of Tensor
        Name of a parameter to a Tensor of its shape.

    Raises
    ------
    Interrupted
        Between two chunks of rows, after SIGTERM or SIGINT.
    """
    weights, value = trainable(model), loss_of(task)
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    with evaluating_with_gradients(model):
        for part in rows.split(size):
            _stop_if_asked()
            loss = value(model(task.data.batch(part)), part).sum()
            gradients = torch.autograd.grad(loss, list(weights.values()), allow_unused=True)
            for name, gradient in zip(weights, gradients, strict=True):
                if gradient is not None:
                    total[name] += gradient
    return {name: gradient / len(rows) for name, gradient in total.items()}


def mean_squares(
    model: nn.Module, task: Task, rows: Tensor, value: Value | None = None
) -> dict[str, Tensor]:
    """Mean over rows of the squares of each row's own gradient (not the square of a mean).

    This is the diagonal of the empirical Fisher matrix where `value` is the loss.

    Parameters
    ----------
    model, task, rows, value
        See `mean_sizes`.

    Returns
    -------
    dict of Tensor
        Name of a parameter to a Tensor of its shape.
    """
    return _mean_of(model, task, rows, value or loss_of(task), torch.square)


def information(model: nn.Module, task: Task, rows: Tensor) -> dict[str, Tensor]:
    """Diagonal of the Fisher information, a mean over rows; see ``scored`` in `training.kinds`.

    For classes it is the exact expectation over the model's own probabilities, with one pass per
    class; for numbers it is the empirical Fisher information, that of the loss.

    Parameters
    ----------
    model, task, rows
        See `mean_sizes`.

    Returns
    -------
    dict of Tensor
        Name of a parameter to a Tensor of its shape.
    """
    target = task.data.target
    with evaluating_with_gradients(model):
        parts = len(task.kind.scored(model(task.data.batch(rows[:1])), target[rows[:1]]))
    squares = [
        mean_squares(model, task, rows, lambda o, at, n=n: task.kind.scored(o, target[at])[n])
        for n in range(parts)
    ]
    return {name: sum(part[name] for part in squares) for name in squares[0]}


def mean_sizes(
    model: nn.Module, task: Task, rows: Tensor, value: Value | None = None
) -> dict[str, Tensor]:
    """Mean over rows of the absolute values of each row's own gradient (not the absolute mean).

    The closed forms of `per_sample` are first compared with plain gradients of two rows; a network
    with a layer that they do not fit is processed row by row, and the log says so.

    Parameters
    ----------
    model : Module
        Left as it was.
    task : Task
        Data and loss.
    rows : Tensor of int64 (n,)
        Row numbers.
    value : callable, optional
        From outputs (batch, q) and row numbers to what is differentiated, one number per row; the
        loss if not given.

    Returns
    -------
    dict of Tensor
        Name of a parameter to a Tensor of its shape.

    Raises
    ------
    Interrupted
        Between two chunks of rows, after SIGTERM or SIGINT.
    """
    return _mean_of(model, task, rows, value or loss_of(task), torch.abs)


def _mean_of(model: nn.Module, task: Task, rows: Tensor, value: Value, of: Of) -> dict[str, Tensor]:
    """Mean over rows of the squares or the absolute values of each row's gradient."""
    weights = trainable(model)
    size = max(2, min(256, HELD // max(weight.numel() for weight in weights.values())))
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    with evaluating_with_gradients(model):
        sums = summed_gradients
        if not _fits(model, task, rows[:2], value, of):
            log.warning("per-row gradients of this network have no fast form: going row by row.")
            sums = one_by_one
        for part in rows.split(size):
            _stop_if_asked()
            inputs = task.data.batch(part)
            part_sums = sums(model, inputs, lambda output, part=part: value(output, part), of)
            for name, sum_of_part in part_sums.items():
                total[name] += sum_of_part
    return {name: summed / len(rows) for name, summed in total.items()}


def one_by_one(
    model: nn.Module, inputs, value: Callable[[Tensor], Tensor], of: Of = torch.square
) -> dict[str, Tensor]:
    """The same sums as `summed_gradients` by one backward pass per row: slow, for any network.

    Parameters
    ----------
    model, inputs, value, of
        See `summed_gradients`.

    Returns
    -------
    dict of Tensor
        Name of each parameter that needs a gradient to a Tensor of its shape.
    """
    weights = trainable(model)
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for number in value(model(inputs)):
        gradients = torch.autograd.grad(
            number, list(weights.values()), retain_graph=True, allow_unused=True
        )
        for name, gradient in zip(weights, gradients, strict=True):
            if gradient is not None:
                total[name] += of(gradient)
    return total


def _fits(model: nn.Module, task: Task, rows: Tensor, value: Value, of: Of) -> bool:
    inputs = task.data.batch(rows)
    slow = one_by_one(model, inputs, lambda output: value(output, rows), of)
    try:
        fast = summed_gradients(model, inputs, lambda output: value(output, rows), of)
    except (NotImplementedError, RuntimeError) as error:
        log.debug("no fast form: %s", error)
        return False
    # below it everything is rounding
    least = (1e-9 if of is torch.square else 3e-5) * max(sums.max() for sums in slow.values())
    return all(
        (fast[name] - sums).abs().max() <= 1e-2 * sums.max() + least for name, sums in slow.items()
    )


def _stop_if_asked() -> None:
    if interruption.asked():
        interruption.stop()

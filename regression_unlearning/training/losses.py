"""Losses of a prediction, one value per row.

An output is (batch, q), q numbers per row. A target is one number per row, (batch,), or one for
each output, (batch, q): the outputs of another model.
"""

from collections.abc import Callable, Sequence
from functools import cache

import torch
from torch import Tensor, nn

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.models.modules.activations import evaluating


def _errors(output: Tensor, target: Tensor) -> Tensor:
    return output - (target if target.ndim == 2 else target[:, None])


def mse(output: Tensor, target: Tensor) -> Tensor:
    """Squared error, summed over the outputs.

    Parameters
    ----------
    output, target : Tensor (batch, q), Tensor (batch,) or (batch, q)
        See the module.

    Returns
    -------
    Tensor (batch,)
        In the target's unit squared.
    """
    return _errors(output, target).square().sum(1)


def l1(output: Tensor, target: Tensor) -> Tensor:
    """Absolute error, summed over the outputs.

    Parameters
    ----------
    output, target : Tensor (batch, q), Tensor (batch,) or (batch, q)
        See the module.

    Returns
    -------
    Tensor (batch,)
        In the target's unit.
    """
    return _errors(output, target).abs().sum(1)


@cache
def _shares(quantiles: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """The quantiles on a device: sent there once, not in each step."""
    return torch.tensor(quantiles, dtype=dtype, device=device)


def quantile(output: Tensor, target: Tensor, quantiles: Sequence[float]) -> Tensor:
    """Quantile loss, summed over the quantiles (paper, Section 6.2).

    For a quantile p, output o and target y it is p (y - o) where y is above o, else (1 - p)(o - y).
    Against another model's quantiles each output is compared with the same quantile there.

    Parameters
    ----------
    output, target : Tensor (batch, q), Tensor (batch,) or (batch, q)
        See the module.
    quantiles : sequence of float
        The q quantiles, each between 0 and 1.

    Returns
    -------
    Tensor (batch,)
        In the target's unit.
    """
    errors = _errors(output, target)
    shares = _shares(tuple(quantiles), errors.dtype, errors.device)
    return ((1 - shares) * errors.relu() + shares * (-errors).relu()).sum(1)


def cross_entropy(output: Tensor, target: Tensor) -> Tensor:
    """Minus the log-probability of the class, in nats.

    Against another model's logits it is the mean over that model's class probabilities.

    Parameters
    ----------
    output : Tensor (batch, classes)
        Logits.
    target : Tensor (batch,) or (batch, classes)
        Classes as numbers from 0, or the logits of another model.

    Returns
    -------
    Tensor (batch,)
    """
    known = target.long() if target.ndim == 1 else target.softmax(1)
    return nn.functional.cross_entropy(output, known, reduction="none")


def summed(
    model: nn.Module, data: Prepared, rows: Tensor, of: Callable[[Tensor, Tensor], Tensor]
) -> Tensor:
    """Sum over some rows of a loss of a model in evaluation mode; the model is left as it was.

    Parameters
    ----------
    model, data, rows : Module, Prepared, Tensor of int64 (n,)
        The model, its data, row numbers.
    of : callable
        From outputs and targets to one value per row.

    Returns
    -------
    Tensor of float64 ()
        On the rows' device, which nobody waits for.
    """
    total = torch.zeros((), dtype=torch.float64, device=rows.device)
    with evaluating(model):
        for part in rows.split(1024):
            total += of(model(data.batch(part)), data.target[part]).double().sum()
    return total


#: Losses of numbers.
LOSSES = {"mse": mse, "l1": l1, "quantile": quantile}


def loss_unit(loss: str, divide: float) -> float:
    """The factor by which a loss grows where outputs and targets are multiplied by `divide`.

    Parameters
    ----------
    loss : str
        Name of the loss.
    divide : float
        The target scale's divisor.
    """
    return divide**2 if loss == "mse" else divide

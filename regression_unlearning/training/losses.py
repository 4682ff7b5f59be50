"""Losses of a prediction, one value a row.

An output is (batch, q), q numbers a row. A target is one number a row, (batch,), or one for each
output, (batch, q): what another model put out.
"""

from collections.abc import Sequence

from torch import Tensor, nn


def _errors(output: Tensor, target: Tensor) -> Tensor:
    return output - (target if target.ndim == 2 else target[:, None])


def mse(output: Tensor, target: Tensor) -> Tensor:
    """Squared error, summed over the outputs: Tensor (batch,)."""
    return _errors(output, target).square().sum(1)


def l1(output: Tensor, target: Tensor) -> Tensor:
    """Absolute error, summed over the outputs: Tensor (batch,)."""
    return _errors(output, target).abs().sum(1)


def quantile(output: Tensor, target: Tensor, quantiles: Sequence[float]) -> Tensor:
    """Quantile loss, summed over the quantiles (paper, Section 6.2): Tensor (batch,).

    For a quantile p, output o and target y it is p (y - o) where y is above o, else (1 - p)(o - y).
    Against another model's quantiles each output is held against the same quantile there.
    """
    errors = _errors(output, target)
    shares = errors.new_tensor(quantiles)
    return ((1 - shares) * errors.relu() + shares * (-errors).relu()).sum(1)


def cross_entropy(output: Tensor, target: Tensor) -> Tensor:
    """Minus the log-probability of the class: Tensor (batch,); an output is a logit a class.

    Against another model's logits it is the mean over the classes that those give.
    """
    known = target.long() if target.ndim == 1 else target.softmax(1)
    return nn.functional.cross_entropy(output, known, reduction="none")


#: Losses of numbers.
LOSSES = {"mse": mse, "l1": l1, "quantile": quantile}


def loss_unit(loss: str, divide: float) -> float:
    """What a loss is multiplied with where outputs and targets are multiplied with `divide`."""
    return divide**2 if loss == "mse" else divide

"""Losses of a prediction, one value a row."""

from torch import Tensor


def mse(output: Tensor, target: Tensor) -> Tensor:
    """Squared error: output (batch, 1), target (batch,) to (batch,)."""
    return (output[:, 0] - target).square()


def l1(output: Tensor, target: Tensor) -> Tensor:
    """Absolute error: output (batch, 1), target (batch,) to (batch,)."""
    return (output[:, 0] - target).abs()


LOSSES = {"mse": mse, "l1": l1}

"""The damped Gauss-Newton matrix of a trained model as a product with vectors, and its inverse."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from regression_unlearning.models.modules.activations import evaluating_with_gradients
from regression_unlearning.training import interruption
from regression_unlearning.training.gradients import trainable
from regression_unlearning.training.task import Task


class GaussNewton:
    """Mean over rows of J' L'' J, plus damping: a matrix that can be multiplied with a vector.

    J is the derivative of a row's outputs by the parameters that need a gradient, in evaluation
    mode; L'' the loss's second derivative by the outputs, 1 where the loss has none.

    Parameters
    ----------
    model : Module
        The trained model; left as it was.
    task : Task
        Data and loss.
    rows : Tensor of int64 (n,)
        Row numbers that the mean is taken over.
    damping : float
        Added on the diagonal.
    size : int
        Rows per forward pass.
    """

    def __init__(self, model: nn.Module, task: Task, rows: Tensor, damping: float, size: int = 256):
        self.model, self.task, self.rows, self.damping, self.size = model, task, rows, damping, size

    def __call__(self, vector: Tensor) -> Tensor:
        """The matrix times a vector over all parameters, in the order of the model."""
        weights = list(trainable(self.model).values())
        shapes = [weight.numel() for weight in weights]
        parts = vector.split(shapes)
        directions = [part.view_as(weight) for part, weight in zip(parts, weights, strict=True)]
        total = torch.zeros_like(vector)
        # cuDNN's recurrent layers cannot be differentiated twice
        with evaluating_with_gradients(self.model), torch.backends.cudnn.flags(enabled=False):
            for rows in self.rows.split(self.size):
                if interruption.asked():
                    interruption.stop()
                output = self.model(self.task.data.batch(rows))
                change = _forward(output, weights, directions)
                change = self.task.kind.curved(output, self.task.data.target[rows], change)
                back = _backward(output, weights, change)
                total += parameters_to_vector([part.contiguous() for part in back])
        return total / len(self.rows) + self.damping * vector


def _forward(output: Tensor, weights: list[Tensor], directions: list[Tensor]) -> Tensor:
    """J times directions: the derivative, by a dummy, of J' dummy times directions."""
    dummy = torch.zeros_like(output, requires_grad=True)
    back = torch.autograd.grad(output, weights, dummy, create_graph=True, materialize_grads=True)
    (change,) = torch.autograd.grad(back, dummy, directions, retain_graph=True)
    return change.detach()


def _backward(output: Tensor, weights: list[Tensor], change: Tensor) -> tuple[Tensor, ...]:
    """J' times change."""
    return torch.autograd.grad(output, weights, change, materialize_grads=True)


def conjugate_gradients(
    matrix: Callable[[Tensor], Tensor], right: Tensor, *, iterations: int, tolerance: float
) -> tuple[Tensor, float]:
    """Solve matrix x = right for a symmetric positive definite matrix.

    Parameters
    ----------
    matrix : callable
        Multiplies a vector.
    right : Tensor (n,)
        The right side.
    iterations : int
        At most.
    tolerance : float
        Stop once the residual's length is at most this share of the right side's.

    Returns
    -------
    x : Tensor (n,)
    residual : float
        Length of the residual over that of the right side.
    """
    x = torch.zeros_like(right)
    residual = direction = right
    squared = _product(residual, residual)
    goal, initial = tolerance**2 * squared, squared
    for _ in range(iterations):
        if squared <= goal:
            break
        image = matrix(direction)
        along = _product(direction, image)
        if along <= 0:  # no curvature is left beyond rounding
            break
        x = x + (squared / along) * direction
        residual = residual - (squared / along) * image
        before, squared = squared, _product(residual, residual)
        direction = residual + (squared / before) * direction
    return x, (squared / initial) ** 0.5 if initial else 0.0


def _product(first: Tensor, second: Tensor) -> float:
    return (first.double() @ second.double()).item()

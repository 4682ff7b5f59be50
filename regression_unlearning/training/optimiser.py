"""torch's optimisers without loading its compiler, and gradient descent with noise."""

from collections.abc import Iterable
from inspect import unwrap
from typing import Any

import torch

from regression_unlearning.settings.training import Fit


class _Freed(torch.optim.Optimizer):
    """Methods without the wrappers that import torch's compiler when first called.

    The wrappers tell the compiler to leave these methods alone (and turn gradients off in a step);
    the import costs a second in every job. The updates are torch's own, to the bit.
    """

    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop all gradients; torch's own also writes a record for its profiler each time."""
        if not set_to_none:
            unwrap(torch.optim.Optimizer.zero_grad)(self, set_to_none=False)
            return
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None


class Adam(_Freed, torch.optim.Adam):
    """Adam."""

    step = torch.no_grad()(unwrap(torch.optim.Adam.step))


class AdamW(_Freed, torch.optim.AdamW):
    """Adam with decoupled weight decay."""

    step = torch.no_grad()(unwrap(torch.optim.AdamW.step))


class SGD(_Freed, torch.optim.SGD):
    """Gradient descent with momentum."""

    step = torch.no_grad()(unwrap(torch.optim.SGD.step))


def optimiser(parameters: Iterable[Any], settings: Fit) -> torch.optim.Optimizer:
    """The optimiser that a fit's settings name.

    Parameters
    ----------
    parameters : iterable
        Parameters, or torch's groups of them, each with an ``lr`` of its own if need be.
    settings : Fit
        ``optimizer``, ``learning_rate``, ``weight_decay``, ``momentum``.

    Returns
    -------
    Optimizer
        Of the kind that ``optimizer`` names.
    """
    optional = {"momentum": settings.momentum, "weight_decay": settings.weight_decay}
    options = {name: value for name, value in optional.items() if value is not None}
    kind = {"adam": Adam, "adamw": AdamW, "sgd": SGD}[settings.optimizer]
    made = kind(parameters, lr=settings.learning_rate, fused=True, **options)
    for group in made.param_groups:
        if "capturable" in group:  # a step of it may be captured on a GPU
            group["capturable"] = all(weight.is_cuda for weight in group["params"])
    return made


class NoisySGD(_Freed):
    """Gradient descent with a clipped gradient, weight decay and Gaussian noise.

    One step is x - rate (clip(gradient, C1) + decay x) + N(0, noise^2) (Koloskova et al.,
    "Certified unlearning for neural networks", ICML 2025). The gradient of all parameters together
    is scaled down to the length C1 where it is longer. The noise comes from torch's global
    generator.

    Parameters
    ----------
    parameters : sequence of Parameter
        The weights.
    lr, gradient_clip, decay, noise : float
        The rate, C1, the decay, and the noise's standard deviation.
    """

    def __init__(self, parameters, lr: float, gradient_clip: float, decay: float, noise: float):
        settings = {"lr": lr, "gradient_clip": gradient_clip, "decay": decay, "noise": noise}
        super().__init__(parameters, settings)

    @torch.no_grad()
    def step(self, closure=None) -> None:
        """Take one step."""
        for group in self.param_groups:
            weights = group["params"]
            gradients = [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
            length = torch.stack([gradient.norm() for gradient in gradients]).norm()
            scale = (group["gradient_clip"] / length).clamp(max=1.0)
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.mul_(1 - group["lr"] * group["decay"])
                weight.sub_(group["lr"] * scale * gradient)
                weight.add_(group["noise"] * torch.randn_like(weight))

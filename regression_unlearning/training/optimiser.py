"""Adam without loading torch's compiler, and gradient descent with noise."""

from inspect import unwrap

import torch


class Adam(torch.optim.Adam):
    """torch's Adam, its methods freed of the wrappers that import the compiler when first called.

    The wrappers tell the compiler to leave these methods alone (and a step's gradients off);
    the import costs a second in every job. The updates are torch's own, to the bit.
    """

    step = torch.no_grad()(unwrap(torch.optim.Adam.step))

    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    zero_grad = unwrap(torch.optim.Optimizer.zero_grad)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)


class NoisySGD(torch.optim.Optimizer):
    """Gradient descent with a clipped gradient, weight decay and Gaussian noise.

    One step is x - rate (clip(gradient, C1) + decay x) + N(0, noise^2) (Koloskova et al.,
    "Certified unlearning for neural networks", ICML 2025). The gradient of all parameters together
    is scaled down to the length C1 where it is longer. The noise comes from torch's global
    generator.

    Parameters
    ----------
    parameters : sequence of Parameter
    lr, gradient_clip, decay, noise : float
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

    zero_grad = unwrap(torch.optim.Optimizer.zero_grad)
    add_param_group = unwrap(torch.optim.Optimizer.add_param_group)
    state_dict = unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = unwrap(torch.optim.Optimizer.load_state_dict)

"""Targets that are classes: the right column of the table in `training.kinds`."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import kl_div, log_softmax, softmax

from regression_unlearning.training.losses import cross_entropy


@dataclass(frozen=True)
class Classes:
    """A target is one of C classes, an output C logits: see `training.kinds`.

    Attributes
    ----------
    outputs : int
        The number of classes.
    """

    outputs: int

    def per_row(self, output: Tensor, target: Tensor) -> Tensor:
        """Cross-entropy, one value a row; see `Task.per_row`."""
        return cross_entropy(output, target)

    def errors(self, output: Tensor, target: Tensor) -> Tensor:
        """Whether a row's likeliest class is another than its own: 0 or 1, Tensor (n,)."""
        return (self.point(output) != target).to(output.dtype)

    def point(self, output: Tensor) -> Tensor:
        """The likeliest class: Tensor (n,)."""
        return output.argmax(1).to(output.dtype)

    def seen(self, output: Tensor) -> dict[str, Tensor]:
        """What an observation keeps of logits (n, C), by name."""
        return {"prediction": self.point(output), "logits": output}

    def apart(self, output: Tensor, taught: Tensor, temperature: float = 1.0) -> Tensor:
        """T^2 KL(taught || output) of the classes' probabilities at a temperature T: Tensor (n,).

        The factor keeps the gradient's size (Hinton et al., "Distilling the knowledge in a neural
        network", 2015, section 2).
        """
        ours, theirs = (log_softmax(one / temperature, 1) for one in (output, taught))
        return temperature**2 * kl_div(ours, theirs, reduction="none", log_target=True).sum(1)

    def apart_most(self, known: Tensor) -> float:
        """No bound."""
        return math.inf

    def loss_most(self, known: Tensor, own: Tensor) -> float:
        """No bound: a model that never saw a class is surer to miss it than one that guesses."""
        return math.inf

    def ignorant(self, known: Tensor) -> Tensor:
        """Logits of a model that finds every class equally likely: Tensor (C,).

        Not the classes' shares: a class that is forgotten as a whole has none, and no finite loss.
        """
        return known.new_zeros(self.outputs)

    def centring(self, said: Tensor, known: Tensor) -> float:
        """Nothing."""
        return 0.0

    def relabelled(
        self, own: Tensor, known: Tensor, generator: torch.Generator, labels: str
    ) -> Tensor:
        """Classes in place of those of some rows; see `Numbers.relabelled`.

        Every class but the row's own is equally likely, whatever `known` and `labels` are.
        """
        step = 1 + torch.randint(self.outputs - 1, own.shape, generator=generator)
        return (own + step.to(own.device)) % self.outputs

    def spread(self, output: Tensor) -> np.ndarray:
        """What a model says of some rows as a distribution over classes: float64 array (C,)."""
        return softmax(output.double(), 1).mean(0).cpu().numpy()

    def between(self, ours: np.ndarray, theirs: np.ndarray) -> float:
        """Total variation of two distributions."""
        return float(np.abs(ours - theirs).sum() / 2)

    def deviation(self, known: Tensor) -> float:
        """What distances and errors are measured by: shares are as they are."""
        return 1.0

    def curved(self, output: Tensor, target: Tensor, change: Tensor) -> Tensor:
        """The loss's second derivative by the logits times a change of them: Tensor (n, C)."""
        shares = softmax(output.detach(), 1)
        return shares * (change - (shares * change).sum(1, keepdim=True))

    def scored(self, output: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """See `Numbers.scored`: the information of the model's own classes, not of the target.

        Each class's cross-entropy times the square root of its probability, which is held fixed:
        the sum of squared gradients is J' (diag(p) - p p') J on its diagonal.
        """
        logs = log_softmax(output, 1)
        return tuple((-logs * (logs / 2).exp().detach()).unbind(1))

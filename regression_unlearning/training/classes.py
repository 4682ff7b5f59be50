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
        """Cross-entropy in nats, one value per row: Tensor (n,).

        Parameters
        ----------
        output, target : Tensor (n, C), Tensor (n,) or (n, C)
            See `losses.cross_entropy`.
        """
        return cross_entropy(output, target)

    def errors(self, output: Tensor, target: Tensor) -> Tensor:
        """Whether a row's likeliest class is another than its own: 0 or 1, Tensor (n,).

        Parameters
        ----------
        output, target : Tensor (n, C), Tensor (n,)
        """
        return (self.point(output) != target).to(output.dtype)

    def point(self, output: Tensor) -> Tensor:
        """The likeliest class: Tensor (n,).

        Parameters
        ----------
        output : Tensor (n, C)
        """
        return output.argmax(1).to(output.dtype)

    def seen(self, output: Tensor) -> dict[str, Tensor]:
        """What an observation keeps of logits, by name.

        Parameters
        ----------
        output : Tensor (n, C)

        Returns
        -------
        dict of Tensor
            ``prediction`` (n,), the likeliest class, and ``logits`` (n, C).
        """
        return {"prediction": self.point(output), "logits": output}

    def apart(self, output: Tensor, taught: Tensor, temperature: float = 1.0) -> Tensor:
        """T^2 KL(taught || output) of the classes' probabilities at a temperature T.

        The factor keeps the gradient's size (Hinton et al., "Distilling the knowledge in a neural
        network", 2015, section 2).

        Parameters
        ----------
        output, taught : Tensor (n, C)
            Logits of the student and of the teacher.
        temperature : float
            T, by which logits are divided.

        Returns
        -------
        Tensor (n,)
            In nats.
        """
        ours, theirs = (log_softmax(one / temperature, 1) for one in (output, taught))
        return temperature**2 * kl_div(ours, theirs, reduction="none", log_target=True).sum(1)

    def apart_most(self, known: Tensor) -> float:
        """Infinite: a divergence has no bound.

        Parameters
        ----------
        known : Tensor (m,)
            Not used.
        """
        return math.inf

    def loss_most(self, known: Tensor, own: Tensor) -> float:
        """Infinite: a model that never saw a class has a higher loss on it than one that guesses.

        Parameters
        ----------
        known, own : Tensor (m,), Tensor (n,)
            Not used.
        """
        return math.inf

    def ignorant(self, known: Tensor) -> Tensor:
        """Logits of a model that finds every class equally likely: all 0.

        Not the logarithms of the classes' shares: a class that is forgotten as a whole has the
        share 0, and its loss would be infinite.

        Parameters
        ----------
        known : Tensor (m,)
            Gives type and device.

        Returns
        -------
        Tensor (C,)
        """
        return known.new_zeros(self.outputs)

    def centring(self, said: Tensor, known: Tensor) -> float:
        """Shift of an untrained network's outputs: 0, for it knows nothing of the classes.

        Parameters
        ----------
        said, known : Tensor (n, C), Tensor (m,)
            Not used.
        """
        return 0.0

    def relabelled(
        self, own: Tensor, known: Tensor, generator: torch.Generator, labels: str
    ) -> Tensor:
        """Replacement classes for some rows: every class but the row's own is equally likely.

        Parameters
        ----------
        own : Tensor (n,)
            The rows' classes.
        known : Tensor (m,)
            Not used.
        generator : Generator
            On the CPU.
        labels : str
            Not used; see `Numbers.relabelled`.

        Returns
        -------
        Tensor (n,)
        """
        step = 1 + torch.randint(self.outputs - 1, own.shape, generator=generator)
        return (own + step.to(own.device)) % self.outputs

    def spread(self, output: Tensor) -> np.ndarray:
        """Mean class probabilities of a model over some rows.

        Parameters
        ----------
        output : Tensor (n, C)

        Returns
        -------
        float64 array (C,)
        """
        return softmax(output.double(), 1).mean(0).cpu().numpy()

    def between(self, ours: np.ndarray, theirs: np.ndarray) -> float:
        """Total variation of two distributions, from 0 to 1.

        Parameters
        ----------
        ours, theirs : array (C,)
            See `spread`.
        """
        return float(np.abs(ours - theirs).sum() / 2)

    def deviation(self, known: Tensor) -> float:
        """Unit of distances and errors: 1, for shares have no unit.

        Parameters
        ----------
        known : Tensor (m,)
            Not used.
        """
        return 1.0

    def curved(self, output: Tensor, target: Tensor, change: Tensor) -> Tensor:
        """The loss's second derivative with respect to the logits, times a change of the logits.

        Parameters
        ----------
        output, target, change : Tensor (n, C), Tensor (n,), Tensor (n, C)
            The target is not used: the derivative is diag(p) - p p' of the probabilities p alone.

        Returns
        -------
        Tensor (n, C)
        """
        shares = softmax(output.detach(), 1)
        return shares * (change - (shares * change).sum(1, keepdim=True))

    def scored(self, output: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """Values whose squared gradients sum to a row's Fisher information, by the model's classes.

        Each class's cross-entropy times the square root of its probability, which is held fixed:
        the sum of squared gradients is J' (diag(p) - p p') J on its diagonal.

        Parameters
        ----------
        output, target : Tensor (n, C), Tensor (n,)
            The target is not used.

        Returns
        -------
        tuple of C Tensors (n,)
        """
        logs = log_softmax(output, 1)
        return tuple((-logs * (logs / 2).exp().detach()).unbind(1))

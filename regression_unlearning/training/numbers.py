"""Targets that are numbers: see `training.kinds`."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from regression_unlearning.errors import UserError
from regression_unlearning.training.losses import LOSSES


@dataclass(frozen=True)
class Numbers:
    """A target is a number: see the table in `training.kinds`.

    Attributes
    ----------
    loss : {"mse", "l1", "quantile"}
    quantiles : tuple of float
        Of the quantile loss; else there is one output.
    """

    loss: str
    quantiles: tuple[float, ...] = ()

    @property
    def outputs(self) -> int:
        """Numbers in a prediction."""
        return len(self.quantiles) or 1

    def per_row(self, output: Tensor, target: Tensor) -> Tensor:
        """The loss, one value a row; see `Task.per_row`."""
        more = (self.quantiles,) if self.quantiles else ()
        return LOSSES[self.loss](output, target, *more)

    def point(self, output: Tensor) -> Tensor:
        """The point forecast: Tensor (n,)."""
        return output[:, output.shape[1] // 2]

    def errors(self, output: Tensor, target: Tensor) -> Tensor:
        """What a reported error averages, the loss: Tensor (n,)."""
        return self.per_row(output, target)

    def seen(self, output: Tensor) -> dict[str, Tensor]:
        """What an observation keeps of outputs (n, outputs), by name."""
        return {"prediction": self.point(output)}

    def apart(self, output: Tensor, taught: Tensor, temperature: float = 1.0) -> Tensor:
        """Squared distance of two models' outputs, the mean over the outputs: Tensor (n,).

        A temperature T would divide it by T squared, by which it is multiplied: see `Classes`.
        """
        return (output - taught).square().mean(1)

    def apart_most(self, known: Tensor) -> float:
        """Where `apart` is as large as between targets themselves: their variance."""
        return known.var().item()

    def loss_most(self, known: Tensor, own: Tensor) -> float:
        """Mean loss of predicting the mean of `known` on rows with targets `own`."""
        return self.per_row(self.ignorant(known).repeat(len(own), 1), own).mean().item()

    def ignorant(self, known: Tensor) -> Tensor:
        """Outputs of an uninformed model, the same for every row: Tensor (outputs,)."""
        return known.new_full((self.outputs,), known.double().mean().item())

    def centring(self, said: Tensor, known: Tensor) -> float:
        """What moves an untrained network's outputs, in the mean, to what knows nothing."""
        return known.double().mean().item() - said.double().mean().item()

    def relabelled(
        self, own: Tensor, known: Tensor, generator: torch.Generator, labels: str
    ) -> Tensor:
        """Replacement labels for some rows: Tensor (n,).

        Parameters
        ----------
        own : Tensor (n,)
            The rows' targets.
        known : Tensor (m,)
            Targets of the rows that the labels shall look like.
        generator : Generator
            On the CPU.
        labels : {"gaussian", "uniform"}
            Of the mean and deviation of `known`, or uniform on their range.

        Raises
        ------
        UserError
            When a Gaussian is asked for of a single label.
        """
        if labels == "gaussian":
            if len(known) < 2:
                raise UserError(
                    "labels_of: forget fits no Gaussian to one row; take labels_of: train."
                )
            noise = torch.randn(len(own), generator=generator).to(known.device)
            return known.mean() + known.std() * noise
        low, high = known.aminmax()
        return low + (high - low) * torch.rand(len(own), generator=generator).to(known.device)

    def spread(self, output: Tensor) -> np.ndarray:
        """Predictions of a model on some rows, as a distribution: float64 array (n,)."""
        return self.point(output).double().cpu().numpy()

    def between(self, ours: np.ndarray, theirs: np.ndarray) -> float:
        """Wasserstein distance of two distributions."""
        from scipy.stats import wasserstein_distance

        return float(wasserstein_distance(ours, theirs))

    def deviation(self, known: Tensor) -> float:
        """Unit of distances and errors: the deviation of the targets."""
        return known.double().std().item()

    def curved(self, output: Tensor, target: Tensor, change: Tensor) -> Tensor:
        """The loss's second derivative by the outputs times a change of them: Tensor (n, outputs).

        Where a loss has none, or one that is not above 0, 1 stands for it.
        """
        free = output.detach().requires_grad_()
        with torch.enable_grad():
            loss = self.per_row(free, target).sum()
            (slope,) = torch.autograd.grad(loss, free, create_graph=True)
            if not slope.requires_grad:
                return change
            (found,) = torch.autograd.grad(slope.sum(), free, allow_unused=True)
        return change if found is None else change * torch.where(found > 0, found, 1.0)

    def scored(self, output: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """Values, each (n,), whose squared gradients sum up to a row's Fisher information."""
        return (self.per_row(output, target),)

"""Targets that are numbers: see `training.kinds`."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from regression_unlearning.errors import UserError
from regression_unlearning.training.losses import LOSSES


@dataclass(frozen=True)
class Numbers:
    """Targets that are numbers: see the table in `training.kinds`.

    Attributes
    ----------
    loss : {"mse", "l1", "quantile"}
        Name of the loss.
    quantiles : tuple of float
        Of the quantile loss; otherwise empty, and there is one output.
    """

    loss: str
    quantiles: tuple[float, ...] = ()

    @property
    def outputs(self) -> int:
        """Numbers in a prediction."""
        return len(self.quantiles) or 1

    def per_row(self, output: Tensor, target: Tensor) -> Tensor:
        """The loss, one value per row: Tensor (n,).

        Parameters
        ----------
        output, target : Tensor (n, outputs), Tensor (n,) or (n, outputs)
            See `Task.per_row`.
        """
        more = (self.quantiles,) if self.quantiles else ()
        return LOSSES[self.loss](output, target, *more)

    def point(self, output: Tensor) -> Tensor:
        """The point forecast, the middle output: Tensor (n,).

        Parameters
        ----------
        output : Tensor (n, outputs)
        """
        return output[:, output.shape[1] // 2]

    def errors(self, output: Tensor, target: Tensor) -> Tensor:
        """The values that a reported error averages, the losses: Tensor (n,).

        Parameters
        ----------
        output, target : Tensor (n, outputs), Tensor (n,)
        """
        return self.per_row(output, target)

    def seen(self, output: Tensor) -> dict[str, Tensor]:
        """What an observation keeps of outputs, by name.

        Parameters
        ----------
        output : Tensor (n, outputs)

        Returns
        -------
        dict of Tensor
            ``prediction`` (n,), the point forecast.
        """
        return {"prediction": self.point(output)}

    def apart(self, output: Tensor, taught: Tensor, temperature: float = 1.0) -> Tensor:
        """Squared difference of two models' outputs, the mean over the outputs.

        A temperature would cancel out: it divides by T squared, `Classes.apart` multiplies by it.

        Parameters
        ----------
        output, taught : Tensor (n, outputs)
            Outputs of the student and of the teacher.
        temperature : float
            Not used.

        Returns
        -------
        Tensor (n,)
        """
        return (output - taught).square().mean(1)

    def apart_most(self, known: Tensor) -> float:
        """The value of `apart` between the targets and their mean: the targets' variance.

        Parameters
        ----------
        known : Tensor (m,)
            Targets.
        """
        return known.var().item()

    def loss_most(self, known: Tensor, own: Tensor) -> float:
        """Mean loss of predicting the mean of `known` for rows with targets `own`.

        Parameters
        ----------
        known, own : Tensor (m,), Tensor (n,)
            Targets that the mean is taken of; targets of the rows.
        """
        return self.per_row(self.ignorant(known).repeat(len(own), 1), own).mean().item()

    def ignorant(self, known: Tensor) -> Tensor:
        """Outputs of a model that knows nothing of a row: the mean of `known`.

        Parameters
        ----------
        known : Tensor (m,)
            Targets.

        Returns
        -------
        Tensor (outputs,)
        """
        return known.new_full((self.outputs,), known.double().mean().item())

    def centring(self, said: Tensor, known: Tensor) -> float:
        """Shift that moves the mean of an untrained network's outputs to the mean target.

        Parameters
        ----------
        said, known : Tensor (n, outputs), Tensor (m,)
            The network's outputs; targets.
        """
        return known.double().mean().item() - said.double().mean().item()

    def relabelled(
        self, own: Tensor, known: Tensor, generator: torch.Generator, labels: str
    ) -> Tensor:
        """Replacement labels for some rows.

        Parameters
        ----------
        own : Tensor (n,)
            The rows' targets.
        known : Tensor (m,)
            Targets whose distribution the labels follow.
        generator : Generator
            On the CPU.
        labels : {"gaussian", "uniform"}
            A Gaussian with the mean and standard deviation of `known`, or uniform on their range.

        Returns
        -------
        Tensor (n,)

        Raises
        ------
        UserError
            When a Gaussian is asked for of a single label.
        """
        if labels == "gaussian":
            if len(known) < 2:
                raise UserError(
                    "labels_of: forget cannot fit a Gaussian to one row; use labels_of: train."
                )
            noise = torch.randn(len(own), generator=generator).to(known.device)
            return known.mean() + known.std() * noise
        low, high = known.aminmax()
        return low + (high - low) * torch.rand(len(own), generator=generator).to(known.device)

    def spread(self, output: Tensor) -> np.ndarray:
        """Point forecasts of a model on some rows, as a sample of their distribution.

        Parameters
        ----------
        output : Tensor (n, outputs)

        Returns
        -------
        float64 array (n,)
        """
        return self.point(output).double().cpu().numpy()

    def between(self, ours: np.ndarray, theirs: np.ndarray) -> float:
        """1-Wasserstein distance of two samples.

        Parameters
        ----------
        ours, theirs : array (n,), (m,)
            See `spread`.
        """
        from scipy.stats import wasserstein_distance

        return float(wasserstein_distance(ours, theirs))

    def deviation(self, known: Tensor) -> float:
        """Unit of distances and errors: the standard deviation of the targets.

        Parameters
        ----------
        known : Tensor (m,)
            Targets.
        """
        return known.double().std().item()

    def curved(self, output: Tensor, target: Tensor, change: Tensor) -> Tensor:
        """The loss's second derivative with respect to the outputs, times a change of the outputs.

        Where a loss has none, or one that is not above 0, 1 stands for it.

        Parameters
        ----------
        output, target, change : Tensor (n, outputs), Tensor (n,), Tensor (n, outputs)

        Returns
        -------
        Tensor (n, outputs)
        """
        free = output.detach().requires_grad_()
        with torch.enable_grad():
            loss = self.per_row(free, target).sum()
            (slope,) = torch.autograd.grad(loss, free, create_graph=True)
            if not slope.requires_grad:
                return change
            (curvature,) = torch.autograd.grad(slope.sum(), free, allow_unused=True)
        return change if curvature is None else change * torch.where(curvature > 0, curvature, 1.0)

    def scored(self, output: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """Values whose squared gradients sum to a row's Fisher information: here the loss alone.

        Parameters
        ----------
        output, target : Tensor (n, outputs), Tensor (n,)

        Returns
        -------
        tuple of Tensor (n,)
        """
        return (self.per_row(output, target),)

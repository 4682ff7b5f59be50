"""What a dataset's target is, a number or a class: all that training and methods ask of it.

A method never looks at the loss. It asks ``task.kind``, which has for both kinds:

============== ===================================== ===========================================
               `Numbers` (mse, l1, quantile)         `Classes` (cross_entropy)
============== ===================================== ===========================================
`outputs`      1, or the number of quantiles         the number of classes C
`per_row`      the dataset's loss                    cross-entropy
`point`        the middle output                     the likeliest class
`error`        the loss                              0 for the right class, else 1
`apart`        mean squared difference of outputs    KL(taught || output) at a temperature
`apart_most`   variance of known targets             none: infinite
`loss_most`    that of the mean of known targets     none: infinite
`ignorant`     the mean of known targets             all logits 0: every class equally likely
`centring`     from a network's mean to that mean    0: a fresh network knows nothing already
`relabelled`   Gaussian, or uniform on the range     uniform on the wrong classes
`curved`       L'' per output times a change         (diag(p) - p p') times a change
`scored`       the loss                              each class's loss, times sqrt(p)
`seen`         prediction                            prediction and logits
============== ===================================== ===========================================

Targets are float32 (rows,); of classes whole numbers 0 ... C - 1. A method that only makes sense
for numbers says why in ``numbers_only`` (see `methods.method`): a dataset of classes that names it
is refused before any work.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from regression_unlearning.errors import UserError
from regression_unlearning.settings.target_scale import CLASSES
from regression_unlearning.training.classes import Classes
from regression_unlearning.training.losses import LOSSES

Labels = Literal["gaussian", "uniform"]
#: From outputs (n, outputs) and targets to one number a row.
PerRow = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Numbers:
    """A target is a number: see the table above.

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

    def error(self, output: Tensor, target: Tensor) -> Tensor:
        """What a row's prediction is off by: the loss, Tensor (n,)."""
        return self.per_row(output, target)

    def point(self, output: Tensor) -> Tensor:
        """The point forecast: Tensor (n,)."""
        return output[:, output.shape[1] // 2]

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
        """Mean loss on rows with targets `own` where nothing is known but the mean of `known`."""
        return self.per_row(self.ignorant(known).repeat(len(own), 1), own).mean().item()

    def ignorant(self, known: Tensor) -> Tensor:
        """Outputs of a model that knows nothing but the scale, for every row: Tensor (outputs,)."""
        return known.new_full((self.outputs,), known.double().mean().item())

    def centring(self, said: Tensor, known: Tensor) -> float:
        """What moves an untrained network's outputs, in the mean, to what knows nothing."""
        return known.double().mean().item() - said.double().mean().item()

    def relabelled(
        self, own: Tensor, known: Tensor, generator: torch.Generator, labels: Labels
    ) -> Tensor:
        """Labels in place of those of some rows: Tensor (n,).

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


Kind = Numbers | Classes


def kind_of(loss: str, quantiles: Sequence[float], classes: int | None, target: Tensor) -> Kind:
    """The kind of a dataset's target.

    Parameters
    ----------
    loss, quantiles, classes
        The dataset's settings; without `classes` there are as many as the targets name.
    target : Tensor (rows,)
        All targets.

    Raises
    ------
    UserError
        When the loss is one of classes, and targets are not 0, 1, ... C - 1.
    """
    if loss != CLASSES:
        return Numbers(loss, tuple(quantiles))
    wrong = (target != target.round()) | (target < 0)
    if classes is not None:
        wrong |= target >= classes
    if wrong.any():
        row = int(wrong.nonzero()[0, 0])
        raise UserError(
            f"loss: {loss} takes classes as targets, whole numbers from 0 to "
            f"{'C - 1' if classes is None else classes - 1}; row {row} of rows.csv has "
            f"{target[row].item():g}. Number the classes so, or take another loss."
        )
    found = int(target.max().item()) + 1 if classes is None else classes
    if found < 2:
        raise UserError(f"loss: {loss} needs two classes at least; all targets are 0.")
    return Classes(found)

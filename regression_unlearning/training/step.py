"""One step of the training loop, from the rows of a mini-batch to moved weights."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from regression_unlearning.models.modules.normalisation import by_running_statistics
from regression_unlearning.settings.training import Fit

#: From a model and the row numbers of a batch to the loss to minimise.
Objective = Callable[[nn.Module, Tensor], Tensor]


def shapes_are_fixed(rows: Tensor) -> bool:
    """Whether no shape in a step may depend on values: on a GPU, where the step may be captured.

    Parameters
    ----------
    rows : Tensor of int64 (n,)
        A batch's row numbers.
    """
    return rows.is_cuda


def _cast(device: torch.device, precision: str) -> AbstractContextManager[None]:
    """Context for a mini-batch's precision; for float32 an empty one, as autocast costs time.

    On a GPU no cast weight is kept for a second use: a captured step would find it stale.
    """
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16, cache_enabled=device.type == "cpu")


class TrainingStep:
    """Forward pass, loss, backward pass, clipping and the optimiser's update.

    A batch of a single row is normalised by the running means: see `fit.fit`.

    Parameters
    ----------
    model : Module
        What is trained.
    objective : callable
        ``objective(model, rows)`` gives the mean loss of a mini-batch.
    optimiser : Optimizer
        Of the model's parameters.
    settings : Fit
        Precision and clipping.
    device : device
        Where the rows are.
    compiled : bool
        Whether `objective` gets the network compiled by torch.

    Attributes
    ----------
    losses : Tensor of float64 ()
        The sum over the steps so far of loss times rows.
    """

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        optimiser: torch.optim.Optimizer,
        settings: Fit,
        device: torch.device,
        *,
        compiled: bool = False,
    ):
        self.model, self.objective, self.optimiser = model, objective, optimiser
        self.network = torch.compile(model) if compiled else model
        self.parameters = [weight for weight in model.parameters() if weight.requires_grad]
        self.compiled, self.clip, self.device = compiled, settings.clip, device
        self.cast = _cast(device, settings.precision_in_use)
        self.losses = torch.zeros((), dtype=torch.float64, device=device)

    def begin(self, losses: float) -> None:
        """Get ready for an epoch.

        Parameters
        ----------
        losses : float
            The sum over its batches that are done already.
        """
        self.losses.fill_(losses)

    def end(self) -> None:
        """Free what the last step left."""
        self.optimiser.zero_grad(set_to_none=True)

    def __call__(self, rows: Tensor) -> None:
        """Take one step.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers of the batch.
        """
        alone = by_running_statistics(self.model) if len(rows) == 1 else nullcontext()
        with alone, self.cast:
            loss = self.objective(self.network, rows)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if self.clip is not None:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimiser.step()
        # exact products of float32, in float64
        self.losses.add_(loss.detach(), alpha=len(rows))

"""A training step that a GPU records once and then launches as a whole.

A small network's step is hundreds of short operations, and a GPU waits for the host to launch each.
Recorded as a CUDA graph they are launched together.
"""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from regression_unlearning.errors import UserError
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.graphs import CudaGraphs
from regression_unlearning.training.step import Objective, Step

log = logging.getLogger(__name__)

#: Environment variable: ``never`` turns capturing off.
CAPTURE = "REGRESSION_UNLEARNING_CAPTURE"
#: Most lengths of a batch that are captured: each recording has memory of its own.
LENGTHS = 3


class CapturedStep(Step):
    """A step that is captured for each length of a batch that an epoch has several times.

    The other batches, of a length that is there once or of a single row, go through the plain step.
    So does the first batch of all, in which the optimiser makes its state. A capture holds the
    learning rates as they were: it is made anew when they change.

    Before the first capture the step is tried, and undone: where it would wait for a number of the
    GPU (as ``loss.item()`` does) it cannot be captured, and every step is a plain one.

    Parameters
    ----------
    model, objective, optimiser, settings, device
        As of `Step`.
    what : str
        Name of the work in the log.
    graphs : CudaGraphs, optional
        What records.
    """

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        optimiser: torch.optim.Optimizer,
        settings: Fit,
        device: torch.device,
        *,
        what: str = "training",
        graphs: CudaGraphs | None = None,
    ):
        super().__init__(model, objective, optimiser, settings, device)
        self.what, self.graphs = what, graphs or CudaGraphs(device)
        self.lengths: set[int] = set()
        self.recorded: dict[int, tuple[Tensor, Callable[[], None]]] = {}
        self.rates: list[float] = []
        self.possible: bool | None = None
        self.started = False

    def begin(self, batches: Sequence[Tensor], losses: float) -> None:
        """Get ready for an epoch; see `Step.begin`."""
        super().begin(batches, losses)
        often = Counter(map(len, batches)).most_common(LENGTHS)
        self.lengths = {length for length, times in often if times > 1 and length > 1}

    def __call__(self, rows: Tensor) -> None:
        """Take one step; see `Step.__call__`."""
        ready = self.started or bool(self.optimiser.state)
        self.started = True
        if len(rows) not in self.lengths or not ready or self.possible is False:
            super().__call__(rows)
            return
        rates = [group["lr"] for group in self.optimiser.param_groups]
        if rates != self.rates:
            self.recorded, self.rates = {}, rates
        if len(rows) not in self.recorded:
            if self.possible is None:
                self.possible = self._tried(rows)
                if not self.possible:
                    super().__call__(rows)
                    return
            self.recorded[len(rows)] = self._record(rows)
        held, replay = self.recorded[len(rows)]
        held.copy_(rows)
        replay()

    def _tensors(self) -> Iterator[Tensor]:
        """All that a step changes."""
        yield from self.model.state_dict().values()
        for state in self.optimiser.state.values():
            yield from (value for value in state.values() if isinstance(value, Tensor))
        yield self.losses

    def _tried(self, rows: Tensor) -> bool:
        """Whether the step can be captured; all is then as it was before."""
        random, states = self.graphs.random_state(), self.optimiser.state
        known = set(states)
        before = [(tensor, tensor.detach().clone()) for tensor in self._tensors()]
        why = ""
        try:
            with self.graphs.trying():
                super().__call__(rows)
        except RuntimeError as error:
            if "synchronizing" not in str(error):
                raise
            why = f"it waits for the GPU ({error})"
        finally:
            with torch.no_grad():
                for tensor, value in before:
                    tensor.copy_(value)
            self.graphs.set_random_state(random)
        for weight in set(states) - known:
            why = "a weight that did not move before moves in it"
            del states[weight]
        log.info("%s: %s", self.what, f"steps are not captured: {why}" if why else "captured steps")
        return not why

    def _record(self, rows: Tensor) -> tuple[Tensor, Callable[[], None]]:
        """Capture the step for batches of a length: the rows that it reads, and its replay."""
        held = rows.clone()
        self.optimiser.zero_grad(set_to_none=True)
        plain = super().__call__
        try:
            return held, self.graphs.record(lambda: plain(held))
        except RuntimeError as error:
            raise UserError(
                f"{self.what}: a step could not be captured ({error}). "
                f"With {CAPTURE}=never in the environment no step is."
            ) from error


def step_of(
    model: nn.Module,
    objective: Objective,
    optimiser: torch.optim.Optimizer,
    settings: Fit,
    device: torch.device,
    *,
    compiled: bool = False,
    replayable: bool = False,
    what: str = "training",
) -> Step:
    """The step that a run takes: captured where that is possible, and the log says where not.

    Parameters
    ----------
    model, objective, optimiser, settings, device, compiled
        As of `Step`.
    replayable : bool
        Whether the objective may be captured: see `fit.fit`.
    what : str
        Name of the work in the log.
    """
    given: tuple[Any, ...] = (model, objective, optimiser, settings, device)
    if device.type == "cuda":
        reasons = {
            f"{CAPTURE} says never": os.environ.get(CAPTURE) == "never",
            "torch compiles the network": compiled,
            "the objective is not said to be replayable, or its batches not made on the GPU": (
                not replayable
            ),
        }
        why_not = [reason for reason, holds in reasons.items() if holds]
        if not why_not:
            return CapturedStep(*given, what=what)
        log.info("%s: steps are not captured: %s", what, "; ".join(why_not))
    return Step(*given, compiled=compiled)

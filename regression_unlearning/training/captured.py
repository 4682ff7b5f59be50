"""A training step that a GPU records once and then launches as a whole.

A small network's step is hundreds of short operations, and a GPU waits for the host to launch each.
Recorded as a CUDA graph they are launched together.
"""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from regression_unlearning.settings.training import Fit
from regression_unlearning.training.graphs import CudaGraphs
from regression_unlearning.training.step import Objective, TrainingStep

log = logging.getLogger(__name__)

#: Environment variable: ``never`` turns capturing off.
CAPTURE = "REGRESSION_UNLEARNING_CAPTURE"
#: Most lengths of a batch that are captured: each recording has memory of its own.
LENGTHS = 3
#: Batches of a length that go step by step first: in them libraries get ready, and the optimiser
#: makes its state.
FIRST = 2


class CapturedStep(TrainingStep):
    """A step that is captured for each length of a batch that comes again and again.

    A batch of a single row, and the first batches of each length, go through the plain step. A
    capture holds the learning rates as they were: it is made anew when they change.

    Before the first capture the step is tried, and undone: where it would wait for a number of the
    GPU (as ``loss.item()`` does) it cannot be captured, and every step is a plain one.

    Parameters
    ----------
    model, objective, optimiser, settings, device
        As of `TrainingStep`.
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
        self.seen: Counter[int] = Counter()
        self.recorded: dict[int, tuple[Tensor, Callable[[], None]]] = {}
        self.rates: list[float] = []
        self.tried, self.possible = False, True

    def __call__(self, rows: Tensor) -> None:
        """Take one step.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers of the batch.
        """
        replay = self._replay_of(rows)
        if replay is None:
            super().__call__(rows)
        else:
            replay()

    def _replay_of(self, rows: Tensor) -> Callable[[], None] | None:
        """What takes a captured step, its rows in place; None where the step is to be plain."""
        length = len(rows)
        self.seen[length] += 1
        if not self.possible or length == 1 or self.seen[length] <= FIRST:
            return None
        rates = [group["lr"] for group in self.optimiser.param_groups]
        if rates != self.rates:
            self.recorded, self.rates = {}, rates
        full = len(self.recorded) == LENGTHS
        if length not in self.recorded and (full or not self._record(rows)):
            return None
        held, replay = self.recorded[length]
        held.copy_(rows)
        return replay

    def _record(self, rows: Tensor) -> bool:
        """Capture the step for batches of a length, if it can be."""
        if not self.tried:
            self.tried = True
            why = self._hindered(rows)
            self.possible = not why
            said = f"steps are not captured: {why}" if why else "captured steps"
            log.info("%s: %s", self.what, said)
            if why:
                return False
        held, plain = rows.clone(), super().__call__
        self.optimiser.zero_grad(set_to_none=True)
        try:
            self.recorded[len(rows)] = held, self.graphs.record(lambda: plain(held))
        except RuntimeError as error:
            self.possible, self.recorded = False, {}
            log.warning(
                "%s: a step could not be captured, and the rest goes step by step (%s). With "
                "%s=never in the environment none is tried.",
                self.what,
                error,
                CAPTURE,
            )
        return self.possible

    def _tensors(self) -> Iterator[Tensor]:
        """All that a step changes."""
        yield from self.model.parameters()
        yield from self.model.buffers()
        for state in self.optimiser.state.values():
            yield from (value for value in state.values() if isinstance(value, Tensor))
        yield self.losses

    def _hindered(self, rows: Tensor) -> str:
        """Why the step cannot be captured, empty where it can; all is then as it was before."""
        random, states = self.graphs.random_states(), self.optimiser.state
        known, why = set(states), ""
        before = [(tensor, tensor.detach().clone()) for tensor in self._tensors()]
        try:
            with self.graphs.trying():
                super().__call__(rows)
            for tensor, value in before:
                if tensor.device != self.device and not torch.equal(tensor, value):
                    why = "it counts on the host"
        except RuntimeError as error:
            if "synchronizing" not in str(error):
                raise
            why = f"it waits for the GPU ({error})"
        finally:
            with torch.no_grad():
                for tensor, value in before:
                    tensor.copy_(value)
            self.graphs.set_random_states(random)
        for weight in set(states) - known:
            why = "a weight that did not move before moves in it"
            del states[weight]
        return why


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
) -> TrainingStep:
    """The step that a run takes: captured where that is possible, and the log says where not.

    Parameters
    ----------
    model, objective, optimiser, settings, device, compiled
        As of `TrainingStep`.
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
    return TrainingStep(*given, compiled=compiled)

"""A training step that a GPU records once and then launches as a whole.

A small network's step is hundreds of short operations, and a GPU waits for the host to launch each.
Recorded as a CUDA graph they are launched together.
"""

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from regression_unlearning.training.graphs import CudaGraphs
from regression_unlearning.training.step import TrainingStep

log = logging.getLogger(__name__)

#: Environment variable: ``never`` turns capturing off.
CAPTURE = "REGRESSION_UNLEARNING_CAPTURE"
#: Most lengths of a batch that are captured: each recording has memory of its own.
LENGTHS = 3
#: Batches of a length that go step by step first: in them libraries get ready, and the optimiser
#: makes its state.
FIRST = 2


class CapturedStep:
    """A step that is captured for each length of a batch that comes again and again.

    A batch of a single row, and the first batches of each length, go through the plain step. A
    capture holds the learning rates as they were: it is made anew when they change.

    Before the first capture the step is tried, and undone: where it would wait for a number of the
    GPU (as ``loss.item()`` does) it cannot be captured, and every step is a plain one.

    Parameters
    ----------
    plain : TrainingStep
        The step to capture.
    what : str
        Name of the work in the log.
    graphs : CudaGraphs, optional
        What records.

    Attributes
    ----------
    losses, begin, end
        The plain step's.
    """

    def __init__(
        self, plain: TrainingStep, *, what: str = "training", graphs: CudaGraphs | None = None
    ):
        self.plain, self.losses, self.begin, self.end = plain, plain.losses, plain.begin, plain.end
        self.what, self.graphs = what, graphs or CudaGraphs(plain.device)
        self.seen: Counter[int] = Counter()
        self.recorded: dict[int, tuple[Tensor, Callable[[], None]]] = {}
        self.rates: list[float] = []
        self.tried, self.said, self.possible = False, False, True

    def __call__(self, rows: Tensor) -> None:
        """Take one step.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers of the batch.
        """
        replay = self._replay_of(rows)
        if replay is None:
            self.plain(rows)
        else:
            replay()

    def _replay_of(self, rows: Tensor) -> Callable[[], None] | None:
        """What takes a captured step, its rows in place; None where the step is to be plain."""
        length = len(rows)
        self.seen[length] += 1
        if not self.possible or length == 1 or self.seen[length] <= FIRST:
            return None
        rates = [group["lr"] for group in self.plain.optimiser.param_groups]
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
            if why := self._hindered(rows):
                self.possible = False
                log.info("%s: steps are not captured: %s", self.what, why)
                return False
        held = rows.clone()
        self.plain.optimiser.zero_grad(set_to_none=True)
        try:
            self.recorded[len(rows)] = held, self.graphs.record(lambda: self.plain(held))
            if not self.said:
                self.said = True
                log.info("%s: captured steps", self.what)
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
        yield from self.plain.model.parameters()
        yield from self.plain.model.buffers()
        for state in self.plain.optimiser.state.values():
            yield from (value for value in state.values() if isinstance(value, Tensor))
        yield self.plain.losses

    def _hindered(self, rows: Tensor) -> str:
        """Why the step cannot be captured, empty where it can; all is then as it was before."""
        random, states = self.graphs.random_states(), self.plain.optimiser.state
        known, why = set(states), ""
        before = [(tensor, tensor.detach().clone()) for tensor in self._tensors()]
        try:
            with self.graphs.trying():
                self.plain(rows)
            for tensor, value in before:
                if tensor.device != self.plain.device and not torch.equal(tensor, value):
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


def captured_where_possible(
    plain: TrainingStep, *, replayable: bool, what: str = "training"
) -> TrainingStep | CapturedStep:
    """The step that a run takes: captured where that is possible, and the log says where not.

    Parameters
    ----------
    plain : TrainingStep
        The run's step.
    replayable : bool
        Whether its objective may be captured: see `fit.fit`.
    what : str
        Name of the work in the log.
    """
    if plain.device.type != "cuda":
        return plain
    reasons = {
        f"{CAPTURE} says never": os.environ.get(CAPTURE) == "never",
        "torch compiles the network": plain.compiled,
        "the objective is not said to be replayable, or its batches not made on the GPU": (
            not replayable
        ),
    }
    why_not = [reason for reason, holds in reasons.items() if holds]
    if not why_not:
        return CapturedStep(plain, what=what)
    log.info("%s: steps are not captured: %s", what, "; ".join(why_not))
    return plain

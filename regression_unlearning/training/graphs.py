"""What capturing a step needs of CUDA: one place for it, so that tests can put another there."""

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python collects no garbage inside the block: to free a dead graph would end a recording."""
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _waiting_is(what: str | int) -> int:
    """Say what happens where the host waits for a GPU; return what was said before."""
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings(action="ignore"):  # that the mode is a prototype
        torch.cuda.set_sync_debug_mode(what)
    return before


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """One stream for all trying and recording: libraries keep memory of their own for each."""
    return torch.cuda.Stream(device)


class CudaGraphs:
    """Records work on a GPU once, to be launched again as a whole.

    Parameters
    ----------
    device : device
        The GPU.
    """

    def __init__(self, device: torch.device):
        self.device = device
        self.stream = _stream(device)

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return a function that does again what `work` does, on the same tensors.

        Parameters
        ----------
        work : callable
            It is called once, and nothing that it launches runs yet.

        Raises
        ------
        RuntimeError
            For work that cannot be recorded.
        """
        graph = torch.cuda.CUDAGraph()
        with (
            torch.cuda.device(self.device),
            _uncollected(),
            # other threads, such as one that reads the GPU's memory, may go on
            torch.cuda.graph(graph, stream=self.stream, capture_error_mode="thread_local"),
        ):
            work()
        return graph.replay

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Work inside the block runs, and waiting for the GPU is an error.

        Raises
        ------
        RuntimeError
            Where the host would wait for a number of the GPU.
        """
        current = torch.cuda.current_stream(self.device)
        self.stream.wait_stream(current)
        before = _waiting_is("error")
        try:
            with torch.cuda.stream(self.stream):
                yield
        finally:
            _waiting_is(before)
            current.wait_stream(self.stream)

    def random_states(self) -> list[Tensor]:
        """The states of the random generators, of the host and of the GPU."""
        return [torch.get_rng_state(), torch.cuda.get_rng_state(self.device)]

    def set_random_states(self, states: list[Tensor]) -> None:
        """Set the states of the random generators.

        Parameters
        ----------
        states : list of Tensor
            From `random_states`.
        """
        torch.set_rng_state(states[0])
        torch.cuda.set_rng_state(states[1], self.device)

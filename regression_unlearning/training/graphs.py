"""What capturing a step needs of CUDA: one place for it, so that tests can put another there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


class CudaGraphs:
    """Records work on a GPU once, to be launched again as a whole.

    Parameters
    ----------
    device : device
        The GPU.
    """

    def __init__(self, device: torch.device):
        self.device = device

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
        # other threads, such as one that reads the GPU's memory, may go on
        recording = torch.cuda.graph(graph, capture_error_mode="thread_local")
        with torch.cuda.device(self.device), recording:
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
        before = torch.cuda.get_sync_debug_mode()
        current = torch.cuda.current_stream(self.device)
        aside = torch.cuda.Stream(self.device)
        aside.wait_stream(current)
        torch.cuda.set_sync_debug_mode("error")
        try:
            with torch.cuda.stream(aside):
                yield
        finally:
            torch.cuda.set_sync_debug_mode(before)
            current.wait_stream(aside)

    def random_state(self) -> Tensor:
        """The state of the GPU's random generator."""
        return torch.cuda.get_rng_state(self.device)

    def set_random_state(self, state: Tensor) -> None:
        """Set the state of the GPU's random generator."""
        torch.cuda.set_rng_state(state, self.device)

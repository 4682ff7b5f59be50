"""The device of a program, set up so that a run is fast and deterministic."""

import logging
import os

import torch

from regression_unlearning.errors import UserError

log = logging.getLogger(__name__)

#: Environment variable with params.yaml's `without_gpu`.
WITHOUT_GPU = "REGRESSION_UNLEARNING_WITHOUT_GPU"


def _without_gpu() -> None:
    """A job asked for a GPU and none is there: fail, unless the settings allow the CPU instead."""
    if os.environ.get(WITHOUT_GPU, "fail") == "cpu":
        log.warning("no GPU can be seen; continuing on the CPU, as without_gpu allows.")
        return
    raise UserError(
        "this job asked for a GPU and none can be seen. Check the driver and the queue; to run on "
        "a CPU, set gpus_per_job (of the profile) or the dataset's resources.gpu to 0, or "
        "without_gpu: cpu in params.yaml."
    )


def set_up(device: str, threads: int, gpus: int = 0) -> str:
    """Choose the device, and set up torch so that a run is fast and deterministic there.

    Parameters
    ----------
    device : str
        ``auto``, ``cpu``, ``cuda``, or one GPU such as ``cuda:1``.
    threads : int
        CPU threads of this program.
    gpus : int
        GPUs that this job asked for.

    Returns
    -------
    str
        The device.

    Raises
    ------
    UserError
        When a GPU is asked for and none can be seen.
    """
    if device == "auto":
        available = torch.cuda.is_available()
        if gpus and not available:
            _without_gpu()
        device = "cuda" if available else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise UserError("a GPU is asked for and none can be seen; check the driver, or use cpu.")
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # denormal gradients cost 30 times more
    if ":" in device:  # generators and memory of the current GPU are meant where none is named
        torch.cuda.set_device(device)
    if device != "cpu":  # on a CPU our operations are deterministic for a thread count
        torch.use_deterministic_algorithms(True)
        # filling would guard against uninitialised reads, at 25 to 40 % of a step; a test does that
        torch.utils.deterministic.fill_uninitialized_memory = False
    return device

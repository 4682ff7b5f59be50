"""Where a result comes from: code, data, versions, machine."""

import hashlib
import os
import platform
import resource
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent  # programs reach the library through a link
#: Environment variable: processes that share a GPU, and this machine, for one job.
AT_ONCE = "REGRESSION_UNLEARNING_AT_ONCE"


def library_code() -> str:
    """SHA-256 over the source of all of this library."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def loaded_code() -> str:
    """SHA-256 over the source of every module of this library that this process has imported."""
    digest = hashlib.sha256()
    names = sorted(name for name in sys.modules if name.split(".")[0] == PACKAGE.name)
    for name in names:
        digest.update(name.encode())
        file = sys.modules[name].__file__
        digest.update(Path(file).read_bytes() if file else b"")
    return digest.hexdigest()


def reset_peak_memory() -> None:
    """Start the count of the peak memory that `machine` reports anew, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()


def _peak_memory() -> float:
    """Highest resident memory, MiB, since `reset_peak_memory` or the start of the process."""
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _processor() -> str:
    """The CPU's name where the system gives one, else its architecture."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(
            line.partition(":")[2].strip() for line in lines if line.startswith("model name")
        )
    return platform.processor() or platform.machine()


def machine() -> dict[str, Any]:
    """Host, job, device, threads, processes that share it, versions and peak memory.

    The peak is counted since `reset_peak_memory`.
    """
    import torch

    cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
    return {
        "host": platform.node(),
        "job": os.environ.get("SLURM_JOB_ID"),
        "device": torch.cuda.get_device_name() if cuda else _processor(),
        "threads": torch.get_num_threads(),
        "processes_at_once": int(os.environ.get(AT_ONCE, "1")),
        "peak_memory_mib": round(_peak_memory(), 1),
        "peak_device_memory_mib": round(torch.cuda.max_memory_allocated() / 2**20, 1)
        if cuda
        else None,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "numpy", "safetensors")},
    }

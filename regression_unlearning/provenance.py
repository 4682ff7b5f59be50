"""Where a result comes from: code, data, versions, machine."""

import hashlib
import os
import platform
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent  # the programs find the library by a link


def library_files(*modules: str) -> list[Path]:
    """The library's own files that some modules import, themselves included, directly or not.

    Read from the source, so nothing is imported; imports inside functions count. Files of a plug-in
    are those of its top-level package.

    Parameters
    ----------
    *modules : str
        Dotted names, such as ``"regression_unlearning.methods.blindspot"``.
    """
    graph = _graph()
    own = {name for name in modules if name.split(".")[0] == PACKAGE.name}
    reached = set(own)
    for name in own:
        reached |= graph.find_upstream_modules(name)
    for name in list(reached):
        parts = name.split(".")
        reached |= {".".join(parts[:end]) for end in range(1, len(parts))}
    files = {_file_of(name) for name in reached}
    for name in set(modules) - own:
        files |= set(_plugin_files(name.split(".")[0]))
    return sorted(files)


def is_module(name: str) -> bool:
    """Whether a dotted name is a module of this library."""
    return name in _graph().modules


@cache
def _graph():
    import grimp

    return grimp.build_graph(PACKAGE.name, cache_dir=None)


def _file_of(name: str) -> Path:
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _plugin_files(package: str) -> Iterable[Path]:
    from importlib.util import find_spec

    origin = Path(find_spec(package).origin)
    return origin.parent.rglob("*.py") if origin.name == "__init__.py" else [origin]


def loaded_code() -> str:
    """SHA-256 over the source of every module of this library that this process has imported."""
    digest = hashlib.sha256()
    names = sorted(name for name in sys.modules if name.split(".")[0] == PACKAGE.name)
    for name in names:
        digest.update(name.encode())
        digest.update(Path(sys.modules[name].__file__).read_bytes())
    return digest.hexdigest()


def reset_peak_memory() -> None:
    """Count the peak memory that `machine` tells from now on, where the system can."""
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


def machine() -> dict[str, Any]:
    """Host, job, device, thread count, versions and peak memory of this process.

    The peak is that since `reset_peak_memory`.
    """
    import torch

    cuda = torch.cuda.is_available() and torch.cuda.is_initialized()
    return {
        "host": platform.node(),
        "job": os.environ.get("SLURM_JOB_ID"),
        "device": torch.cuda.get_device_name()
        if cuda
        else platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "peak_memory_mib": round(_peak_memory(), 1),
        "peak_device_memory_mib": round(torch.cuda.max_memory_allocated() / 2**20, 1)
        if cuda
        else None,
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "numpy", "safetensors")},
    }

"""Programs of the workflow in a child of this process, which has imported everything already."""

import ctypes
import io
import logging
import os
import re
import resource
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from tiny_project import ROOT

#: Imported before the first child: a child then costs a few hundredths of a second.
HEAVY = (
    "matplotlib.pyplot", "pandas", "scipy.stats", "sklearn.linear_model", "snakemake.cli", "torch",
    "regression_unlearning.training.looking", "regression_unlearning.training.session",
    "regression_unlearning.reporting.report", "regression_unlearning.evaluation.measuring",
)  # fmt: skip
#: Capabilities by which root writes where the mode forbids it: CAP_DAC_OVERRIDE, _READ_SEARCH.
_OVERRIDE = (1 << 1) | (1 << 2)


class Done(NamedTuple):
    """How a program ended: status, or minus the signal's number; what it printed; seconds."""

    code: int
    said: str
    seconds: float

    @property
    def errors(self) -> list[str]:
        """Its last lines from the first `error:` on; argparse says the program before that."""
        lines = self.said.splitlines()
        starts = [n for n, line in enumerate(lines) if re.match(r"(\w+\.py: )?error: ", line)]
        return lines[starts[0] :] if starts else []


def child(
    work: Callable[[], object], folder: Path, *, room: int | None = None, plain: bool = False
) -> int:
    """Do some work in a child, in a folder; give the child's number.

    Parameters
    ----------
    work : callable
        What to do; what it prints goes to ``.said`` in the folder.
    folder : Path
        Where.
    room : int, optional
        Bytes of the largest file that it may write.
    plain : bool
        Whether a mode that forbids writing holds for root as well.
    """
    for name in HEAVY:
        import_module(name)
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        _speak_into(folder / ".said")
        if plain:
            _obey_modes()
        if room is not None:
            sys.dont_write_bytecode = True  # Python keeps bytecode that was cut short
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 (whatever it is, the child says it and ends)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        sys.stdout.flush()
        os._exit(code)


def _obey_modes() -> None:
    """Give up what lets root write into a folder that is read-only."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()
    if libc.capget(header, held) or libc.capset(header, _less(held)):
        raise OSError(ctypes.get_errno(), "capset")


def _less(held: ctypes.Array) -> ctypes.Array:
    """The same capabilities without those that go before a mode."""
    held[0] &= ~_OVERRIDE
    held[1] &= ~_OVERRIDE
    return held


def _speak_into(path: Path) -> None:
    """Print into a file, and forget what pytest has set up to catch it."""
    said = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(said, number)
        raw = os.fdopen(number, "wb", buffering=0, closefd=False)
        setattr(sys, name, io.TextIOWrapper(raw, encoding="utf-8", write_through=True))
    logging.root.handlers.clear()
    logging.disable(logging.NOTSET)
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_DFL)


def wait(number: int, folder: Path, begun: float) -> Done:
    """Wait for a child."""
    _, status = os.waitpid(number, 0)
    path = folder / ".said"  # a child that was killed at once has not made it
    said = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return Done(os.waitstatus_to_exitcode(status), said, time.monotonic() - begun)


def start(command: Sequence[str], folder: Path, **how) -> int:
    """Start one program of workflow_scripts/, or of a package, in a child."""

    def work() -> None:
        sys.argv = [str(part) for part in command]
        if sys.argv[0].endswith(".py"):
            runpy.run_path(str(ROOT / sys.argv[0]), run_name="__main__")
        else:
            module, _, name = sys.argv[0].partition(":")
            getattr(import_module(module), name)()

    return child(work, folder, **how)


def run(command: Sequence[str], folder: Path, **how) -> Done:
    """Run one such program to its end; see `child`."""
    begun = time.monotonic()
    return wait(start(command, folder, **how), folder, begun)


def end(number: int) -> None:
    """Kill a child with all that it has started; at its very beginning it is alone."""
    try:
        os.killpg(number, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(number, signal.SIGKILL)


def run_killed(command: Sequence[str], folder: Path, after: float) -> Done:
    """Run one, and kill it after some seconds, with all that it has started."""
    begun = time.monotonic()
    number = start(command, folder)
    while time.monotonic() - begun < after:
        if os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        time.sleep(0.001)
    end(number)
    return wait(number, folder, begun)

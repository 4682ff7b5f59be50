"""What every program of the workflow shares: streams, log, arguments, processes, its end.

Standard streams that are closed, or whose reader has gone, take nothing of a run with them. A shell
may start a program without them (``>&-``), or end the reader before the writer (``| head -1``).
What is written then is dropped; the work goes on.

Processes that share work compute in one thread each, and none outlives its parent.
"""

import argparse
import errno
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from regression_unlearning.errors import UserError

#: Nobody reads any more: no reader, no such file, no terminal.
_GONE = (errno.EPIPE, errno.EBADF, errno.EIO)

#: Marks a method that is wrapped already.
_PATIENT = "patient"
#: What a library of matrix products looks at when it is loaded.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def settings_argument(text: str) -> Any:
    """Read settings given as JSON, or as the path of a JSON file.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is neither.
    """
    try:
        if text.lstrip().startswith(("{", "[")):
            return json.loads(text)
        return json.loads(Path(text).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"neither JSON nor a JSON file: {error}") from error


def seeded_paths(text: str) -> tuple[int, Path]:
    """Read ``SEED=PATH``.

    Raises
    ------
    argparse.ArgumentTypeError
        When it has another form.
    """
    seed, sign, path = text.partition("=")
    if not sign or not seed.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not SEED=PATH")
    return int(seed), Path(path)


def named_path(text: str) -> tuple[str, Path]:
    """Read ``NAME=PATH``.

    Raises
    ------
    argparse.ArgumentTypeError
        When it has another form.
    """
    name, sign, path = text.partition("=")
    if not (name and sign and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PATH")
    return name, Path(path)


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Each default, and texts with their own line breaks."""


def parser(description: str | None, example: str = "") -> argparse.ArgumentParser:
    """A parser whose help shows the program's own description, each default, and an example.

    Parameters
    ----------
    description : str
        What the program does.
    example : str, optional
        A whole command line to copy.
    """
    return argparse.ArgumentParser(
        description=description,
        epilog=f"example:\n{example}" if example else None,
        formatter_class=_Help,
    )


def say(text: str) -> None:
    """Print what a person asked for on standard output."""
    print(text)


def settle() -> None:
    """Make standard input, output and error safe to use, whatever the shell gave.

    The numbers 0 to 2 are taken where they are free: the next file that is opened would get them,
    and what a library in C says on standard error would end up in a result. Signs that a stream's
    encoding does not have are written as escapes.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # As long as the process: nothing closes a standard stream
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
            _outlive(stream)


def _outlive(stream: TextIO) -> None:
    """Let a stream drop what is written after its reader has gone.

    Its own methods are wrapped, as loggers may hold it already.
    """

    def patient(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            try:
                return method(*arguments)
            except OSError as error:
                if error.errno not in _GONE:
                    raise
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
                return method(*arguments)

        setattr(call, _PATIENT, True)
        return call

    for name in ("write", "flush"):
        method = getattr(stream, name)
        if not hasattr(method, _PATIENT):
            setattr(stream, name, patient(method))


def run(main: Callable[[], None]) -> None:
    """Run a program: a plain log on standard error, one line for a mistake of the user's.

    Ends with status 2 after a `UserError`; every other error keeps its traceback.
    """
    settle()
    # Pictures go to files. A name that a notebook leaves here may stand for a package that is not
    # installed: matplotlib cannot be imported then.
    os.environ["MPLBACKEND"] = "agg"
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        main()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


def end_with(parent: int) -> None:
    """End this process when its parent is gone, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread, in libraries that are loaded already and in those still to come."""
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        with threadpool_limits(1):
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value

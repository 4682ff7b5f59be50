"""Make standard streams that are closed, or whose reader has gone, harmless to a run.

A shell may start a program without them (``>&-``), or end the reader before the writer
(``| head -1``). What is written then is dropped; the work goes on.
"""

import errno
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

#: Errors of a stream without a reader: broken pipe, closed file, no terminal.
_GONE = (errno.EPIPE, errno.EBADF, errno.EIO)

#: Marks a method that is wrapped already.
_PATIENT = "patient"


def settle() -> None:
    """Make standard input, output and error safe to use, whatever the shell gave.

    The file numbers 0 to 2 are occupied where they are free: the next file that is opened would get
    them, and what a library in C writes to standard error would end up in a result. Characters that
    a stream's encoding does not have are written as escapes.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # open as long as the process: nothing closes a standard stream
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

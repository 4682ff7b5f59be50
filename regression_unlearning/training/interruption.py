"""SIGTERM and SIGINT ask the training loop to save its state and stop."""

import signal

_asked: int | None = None
#: Whether another process of the program has passed the wish on: it may also come by a signal.
_passed_on = False


class Interrupted(SystemExit):
    """The program was asked to stop, and has saved what it needs to resume."""


def _ask(number: int, _frame) -> None:
    global _asked, _passed_on
    if _asked is not None and not _passed_on:
        raise Interrupted(128 + number)
    _asked, _passed_on = number, False


def listen() -> None:
    """From now on a first SIGTERM or SIGINT is noted, and a second one ends the program at once.

    A signal after the last mini-batch changes nothing: the result is written, and the program ends
    with success.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ask)


def ask() -> None:
    """Note a wish to stop that another process passes on; the next signal may be the same wish."""
    global _asked, _passed_on
    if _asked is None:
        _asked, _passed_on = signal.SIGTERM, True


def asked() -> bool:
    """Whether the program was asked to stop."""
    return _asked is not None


def stop() -> None:
    """End the program with its signal's exit status, 128 plus the signal's number.

    Raises
    ------
    Interrupted
        Always.
    """
    raise Interrupted(128 + (_asked or signal.SIGTERM))

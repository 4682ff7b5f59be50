"""What every program of the workflow shares: its log, its settings argument, its end."""

import argparse
import json
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import told
from regression_unlearning.pipeline.failures import WARNING
from regression_unlearning.program import streams


def settings_argument(text: str) -> Any:
    """Read settings given as JSON, or as the path of a JSON file.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is neither, or a job's file is not what its name says.
    """
    try:
        if text.lstrip().startswith(("{", "[")):
            return json.loads(text)
        content = Path(text).read_bytes()
        if Path(text).parent == told.FOLDER and Path(text) != told.place_of(content):
            raise ValueError("its content is not what its name says")
        return json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(
            f"neither JSON nor a JSON file: {text[:200]} ({error}); mend it, or run the workflow "
            "again, which writes its own anew"
        ) from error


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


def whole_number(least: int) -> Callable[[str], int]:
    """An argument's type: a whole number from `least` on."""

    def read(text: str) -> int:
        if not text.strip().isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
        return int(text)

    return read


def device(text: str) -> str:
    """An argument's type: ``auto``, ``cpu``, ``cuda``, or one GPU such as ``cuda:1``."""
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of auto, cpu, cuda")
    return text


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


def plain(text: str) -> str:
    """A text with control characters, but for line ends and tabs, written as escapes."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


class _Plain(logging.Formatter):
    """A log whose lines do nothing to a terminal, whatever a server or a file said."""

    def format(self, record: logging.LogRecord) -> str:
        record.mark = WARNING if record.levelno >= logging.WARNING else ""
        return plain(super().format(record))


def run(main: Callable[[], None]) -> None:
    """Run a program: a plain log on standard error, one line for a mistake of the user's.

    Ends with status 2 after a `UserError`; every other error keeps its traceback.
    """
    streams.settle()
    # Pictures go to files. A name that a notebook leaves here may stand for a package that is not
    # installed: matplotlib cannot be imported then.
    os.environ["MPLBACKEND"] = "agg"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain("%(asctime)s %(mark)s%(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    try:
        main()
    except UserError as error:
        print(plain(f"error: {error}"), file=sys.stderr)
        sys.exit(2)

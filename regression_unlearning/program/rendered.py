"""Files that are generated from something else: written, or only compared."""

import sys
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import write_text


def keep_in_step(path: Path, text: str, *, check: bool, script: str) -> None:
    """Write a generated file; with `check` end with status 1 where it differs from `text` instead.

    Parameters
    ----------
    path : Path
        The file.
    text : str
        What it should hold (UTF-8).
    check : bool
        Whether to compare alone.
    script : str
        Name of the program that generates it, for the message.
    """
    if not check:
        write_text(path, text)
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        program.say(f"{path} is out of step: run python workflow_scripts/{script}")
        sys.exit(1)

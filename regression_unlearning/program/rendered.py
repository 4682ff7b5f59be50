"""Files that are rendered from something else: written anew, or only compared."""

import sys
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import write_text


def keep_in_step(path: Path, text: str, *, check: bool, script: str) -> None:
    """Write a rendered file; or with `check` end with status 1 where it is out of step."""
    if not check:
        write_text(path, text)
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        program.say(f"{path} is out of step: run python workflow_scripts/{script}")
        sys.exit(1)

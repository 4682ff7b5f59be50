"""Render docs/settings.md from the settings' types; with --check only say whether it is in step."""

import sys
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import write_text
from regression_unlearning.settings.reference import rendered


def main() -> None:
    """Read the arguments, render, write or compare."""
    parser = program.parser(__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/settings.md"), help="the file")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where out of step")
    arguments = parser.parse_args()
    text, path = rendered(), arguments.output
    if not arguments.check:
        write_text(path, text)
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        program.say(f"{path} is out of step: run python workflow_scripts/render_settings.py")
        sys.exit(1)


if __name__ == "__main__":
    program.run(main)

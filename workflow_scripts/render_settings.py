"""Render docs/settings.md from the settings' types; with --check only say whether it is in step."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.program.rendered import keep_in_step
from regression_unlearning.settings.reference import rendered


def main() -> None:
    """Read the arguments, render, write or compare."""
    parser = program.parser(__doc__)
    parser.add_argument("--output", type=Path, default=Path("docs/settings.md"), help="the file")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where out of step")
    arguments = parser.parse_args()
    script = "render_settings.py"
    keep_in_step(arguments.output, rendered(), check=arguments.check, script=script)


if __name__ == "__main__":
    program.run(main)

"""Render dvc.yaml from params.yaml and the steps; with --check only say whether it is in step."""

import sys
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import write_text
from regression_unlearning.pipeline.stages import rendered
from regression_unlearning.settings.document import check
from regression_unlearning.settings.reading import read_yaml


def main() -> None:
    """Read the arguments, render, write or compare."""
    parser = program.parser(__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="the settings")
    parser.add_argument("--output", type=Path, default=Path("dvc.yaml"), help="file to write")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where out of step")
    arguments = parser.parse_args()
    params = read_yaml(arguments.params)
    text = rendered(check(params, str(arguments.params), arguments.params.parent), params)
    if not arguments.check:
        write_text(arguments.output, text)
    elif not arguments.output.is_file() or arguments.output.read_text(encoding="utf-8") != text:
        program.say(f"{arguments.output} is out of step: run python workflow_scripts/render_dvc.py")
        sys.exit(1)


if __name__ == "__main__":
    program.run(main)

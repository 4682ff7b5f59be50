"""Render dvc.yaml from params.yaml and the steps; with --check only say whether it is in step."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.pipeline.stages import rendered
from regression_unlearning.program.rendered import keep_in_step
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
    keep_in_step(arguments.output, text, check=arguments.check, script="render_dvc.py")


if __name__ == "__main__":
    program.run(main)

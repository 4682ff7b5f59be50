"""Take one measure of one method on one forget set, over all seeds; no network is run."""

from pathlib import Path

from regression_unlearning import program, registry
from regression_unlearning.evaluation import inputs
from regression_unlearning.settings.section import validated


def main() -> None:
    """Read the arguments, measure, write the values."""
    parser = program.parser(__doc__)
    parser.add_argument("--measure", required=True, help="name of the measure")
    parser.add_argument("--method", required=True, help="label of the method")
    for source in inputs.SOURCES:
        parser.add_argument(
            f"--{source.replace('_', '-')}",
            type=program.seeded_paths,
            nargs="*",
            default=[],
            help="SEED=PATH for each seed",
        )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help="JSON: the measure's settings",
    )
    parser.add_argument("--output", type=Path, required=True, help="the .csv to write")
    arguments = parser.parse_args()
    module = registry.load("measure", arguments.measure)
    files = {source: dict(getattr(arguments, source)) for source in inputs.SOURCES}
    settings = validated(module.Settings, arguments.settings, arguments.measure)
    inputs.write(arguments.output, module.measure(inputs.Inputs(arguments.method, files), settings))


if __name__ == "__main__":
    program.run(main)

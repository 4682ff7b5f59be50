"""Take one measure of one method on one forget set, over all seeds; no network is run."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.evaluation import inputs, values
from regression_unlearning.evaluation.measure import load
from regression_unlearning.settings.section import validated


def main() -> None:
    """Read the arguments, measure, write the values."""
    parser = program.parser(__doc__)
    parser.add_argument("--measure", required=True, help="name of the measure")
    parser.add_argument("--dataset", required=True, help="name of the dataset")
    parser.add_argument("--forget-set", required=True, help="name of the forget set")
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
    module = load(arguments.measure)
    files = {source: dict(getattr(arguments, source)) for source in inputs.SOURCES}
    gold = {source: files[f"gold_{source}"] for source in ("observations", "relearning", "records")}
    found = [one for path in set(files["gold_values"].values()) for one in values.read(path)]
    place = (arguments.dataset, arguments.forget_set, arguments.method)
    given = inputs.Inputs(
        *place, inputs.Sources(files), inputs.Sources(gold), inputs.by_seed(found)
    )
    settings = validated(module.Settings, arguments.settings, arguments.measure)
    values.write(arguments.output, module.measure(given, settings))


if __name__ == "__main__":
    program.run(main)

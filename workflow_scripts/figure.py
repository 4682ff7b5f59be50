"""Draw one figure from observations, or from measured values: PNG and PDF."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.reporting import figure
from regression_unlearning.reporting.absent import notice
from regression_unlearning.reporting.comparisons import Scores, against_nothing
from regression_unlearning.reporting.ranks import NOT_RANKED, rank
from regression_unlearning.reporting.results import layout_of, printed, read_measures, with_facts
from regression_unlearning.reporting.summary import summarise


def main() -> None:
    """Read the arguments, draw, write."""
    parser = program.parser(__doc__)
    parser.add_argument("--measures", type=Path, nargs="*", default=[], help="measured values")
    parser.add_argument(
        "--facts", type=Path, nargs="*", default=[], help="facts.json of the prepared data"
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help="JSON: the layout; "
        '"observations" is a list of [dataset, forget set, label, {seed: path}]',
    )
    parser.add_argument("--output", type=Path, required=True, help="path without its ending")
    arguments = parser.parse_args()
    settings = arguments.settings
    reasons = [one["absent"] for one in settings["datasets"] if one["absent"]]
    if reasons:
        notice(arguments.output, settings["title"], " ".join(reasons))
        return
    values = read_measures(arguments.measures)
    layout = layout_of(with_facts(settings, arguments.facts))
    scores = Scores(values, layout.quantities) if values else None
    given = figure.Given(
        layout,
        arguments.output,
        settings["datasets"][0]["unit"],
        summarise(values, printed(settings), layout.quantities) if values else {},
        {
            (dataset, forget_set, label): {int(seed): Path(path) for seed, path in files.items()}
            for dataset, forget_set, label, files in settings["observations"]
        },
        against_nothing(scores, layout) if scores else {},
        rank(scores, layout) if scores else NOT_RANKED,
    )
    figure.draw(settings["kind"], given)


if __name__ == "__main__":
    program.run(main)

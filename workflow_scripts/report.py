"""Put an experiment's tables, figures, claims and settings into one HTML file."""

from itertools import groupby
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.reporting import provenance
from regression_unlearning.reporting.claims import claims_of
from regression_unlearning.reporting.remarks import bars
from regression_unlearning.reporting.report import Picture, write_report
from regression_unlearning.reporting.results import with_facts
from regression_unlearning.reporting.tabling import Tabling


def main() -> None:
    """Read the arguments, gather, write."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--folder", type=Path, required=True, help="folder of the experiment's results"
    )
    parser.add_argument(
        "--facts", type=Path, nargs="*", default=[], help="facts.json of the prepared data"
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "title", "seeds", "embedding", "tables", "figures", "claims", "params"',
    )
    parser.add_argument("--output", type=Path, required=True, help="the .html to write")
    arguments = parser.parse_args()
    settings, folder = arguments.settings, arguments.folder
    claims = []
    measured, made_with = provenance.read(folder)
    shown = {key: with_facts(one, arguments.facts) for key, one in settings["tables"].items()}
    tables = [Tabling(measured, one) for one in shown.values()]
    for made in tables:
        layout = made.layout
        if layout.kind == "methods":
            claims.append((layout.title, bars(made.summaries, layout, made.compared)))
    judged = claims_of(measured, settings)
    claims += [(title, list(rows)) for title, rows in groupby(judged, lambda one: one.heading)]
    pictures = [
        Picture(figure["title"], folder / f"{name}.png", figure["caption"])
        for name, figure in settings["figures"].items()
    ]
    params = provenance.with_choices(settings["params"], made_with.get("precisions", {}))
    settings = {**settings, "tables": shown, "params": params}
    write_report(arguments.output, settings, made_with, tables, pictures, claims)


if __name__ == "__main__":
    program.run(main)

"""Make one table and its costs from measured values: CSV, Markdown, LaTeX."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.reporting.costs import write_costs
from regression_unlearning.reporting.methods_table import write_methods_table
from regression_unlearning.reporting.results import layout_of, printed, read_measures
from regression_unlearning.reporting.summary import summarise
from regression_unlearning.reporting.tables import write_table


def main() -> None:
    """Read the arguments, summarise, write."""
    parser = program.parser(__doc__)
    parser.add_argument("--measures", type=Path, nargs="+", required=True, help="measured values")
    parser.add_argument(
        "--settings", type=program.settings_argument, required=True, help="JSON: the layout"
    )
    parser.add_argument("--output", type=Path, required=True, help="path without its ending")
    arguments = parser.parse_args()
    layout = layout_of(arguments.settings)
    summaries = summarise(read_measures(arguments.measures), printed(arguments.settings))
    write = write_methods_table if layout.kind == "methods" else write_table
    write(summaries, layout, arguments.output)
    write_costs(summaries, layout, arguments.output)


if __name__ == "__main__":
    program.run(main)

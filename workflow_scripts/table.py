"""Make one table from measured values: with its costs, comparisons and ranks."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import write_text
from regression_unlearning.reporting.results import read_measures, with_facts
from regression_unlearning.reporting.tabling import Tabling


def main() -> None:
    """Read the arguments, summarise, compare, write."""
    parser = program.parser(__doc__)
    parser.add_argument("--measures", type=Path, nargs="+", required=True, help="measured values")
    parser.add_argument(
        "--facts", type=Path, nargs="*", default=[], help="facts.json of the prepared data"
    )
    parser.add_argument(
        "--settings", type=program.settings_argument, required=True, help="JSON: the layout"
    )
    parser.add_argument("--output", type=Path, required=True, help="path without its ending")
    arguments = parser.parse_args()
    settings = with_facts(arguments.settings, arguments.facts)
    made = Tabling(read_measures(arguments.measures), settings)
    for ending, text in made.files().items():
        write_text(f"{arguments.output}{ending}", text)


if __name__ == "__main__":
    program.run(main)

"""Gather an experiment's measured values in one file, and what they were made with in another."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.evaluation import values
from regression_unlearning.files import write_record, write_text
from regression_unlearning.reporting import provenance
from regression_unlearning.reporting.results import read_measures, with_facts


def main() -> None:
    """Read the arguments, gather, write."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--facts", type=Path, nargs="*", default=[], help="facts.json of the prepared data"
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: what the report is told, "measures" and "records" (files)',
    )
    parser.add_argument("--output", type=Path, required=True, help="folder to write into")
    arguments = parser.parse_args()
    settings = arguments.settings
    text = values.as_text(read_measures(map(Path, settings["measures"])))
    tables = {name: with_facts(one, arguments.facts) for name, one in settings["tables"].items()}
    made = provenance.gather({**settings, "tables": tables}, map(Path, settings["records"]), text)
    write_text(arguments.output / provenance.VALUES, text)
    write_record(arguments.output / provenance.PROVENANCE, made)


if __name__ == "__main__":
    program.run(main)

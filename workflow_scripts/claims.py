"""Judge the papers' claims by an experiment's measured values: CSV and Markdown."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import write_text
from regression_unlearning.reporting import claims_files, provenance
from regression_unlearning.reporting.claims import claims_of


def main() -> None:
    """Read the arguments, judge, write."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--folder", type=Path, required=True, help="folder of the experiment's values"
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "title" and "claims" (which table or figure is about what)',
    )
    parser.add_argument("--output", type=Path, required=True, help="path without its ending")
    arguments = parser.parse_args()
    values, _ = provenance.read(arguments.folder)
    judged = claims_of(values, arguments.settings)
    for ending, text in claims_files.files(judged, arguments.settings["title"]).items():
        write_text(f"{arguments.output}{ending}", text)


if __name__ == "__main__":
    program.run(main)

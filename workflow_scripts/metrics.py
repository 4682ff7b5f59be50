"""Put a few numbers of an experiment's tables where `dvc metrics` and `dvc plots` find them."""

import csv
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import whole, write_json
from regression_unlearning.reporting import provenance, summaries
from regression_unlearning.reporting.metrics import KEPT, distances, rows


def main() -> None:
    """Read the arguments, sum up, write."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--tables", type=Path, nargs="+", required=True, help="tables (.csv), beside the values"
    )
    parser.add_argument("--output", type=Path, required=True, help="the .json; a .csv beside it")
    arguments = parser.parse_args()
    measured, record = provenance.read(arguments.output.parent)
    for path in arguments.tables:
        provenance.check_table(path, measured, record)
    tables = {path.stem: distances(summaries.read(path)) for path in arguments.tables}
    with (
        whole(arguments.output.with_suffix(".csv")) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.DictWriter(file, ["table", "method", *KEPT], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(tables))
    write_json(arguments.output, tables)


if __name__ == "__main__":
    program.run(main)

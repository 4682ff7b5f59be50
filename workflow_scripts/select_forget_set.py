"""Divide a prepared dataset by one forget set, without the rows that deletion requests named."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.data.forget_sets import read_selector, select
from regression_unlearning.files import read_npz, write_npz
from regression_unlearning.requests.forgotten import left


def main() -> None:
    """Read the arguments, select, write the parts."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--prepared", type=Path, required=True, help="folder of the prepared dataset"
    )
    parser.add_argument("--name", required=True, help="name of the forget set")
    parser.add_argument(
        "--settings", type=program.settings_argument, required=True, help="JSON: the selector"
    )
    parser.add_argument("--after", type=Path, help="parts of the forget set before this one (.npz)")
    parser.add_argument("--output", type=Path, required=True, help="the .npz to write")
    arguments = parser.parse_args()
    selector = read_selector(arguments.settings)
    rows, earlier = (
        left(arguments.prepared, selector),
        arguments.after and read_npz(arguments.after),
    )
    listing = arguments.output.with_suffix(".ids.csv")
    listing.unlink(missing_ok=True)
    write_npz(arguments.output, select(rows, selector, arguments.name, earlier, listing))


if __name__ == "__main__":
    program.run(main)

"""Take a model that was trained elsewhere as a dataset's original model.

The file is read, never changed: its weights must be those of the dataset's network.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.training.session import Session, add_arguments


def main() -> None:
    """Read the arguments, check the file, write the checkpoint."""
    parser = program.parser(__doc__)
    add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, role")
    parser.add_argument("--given", type=Path, required=True, help="the model (.safetensors)")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "model", "loss", "reading"',
    )
    arguments = parser.parse_args()
    session = Session(arguments, arguments.identity, arguments.settings, [arguments.given])
    session.take(arguments.given)


if __name__ == "__main__":
    program.run(main)

"""Take models that were trained elsewhere as a dataset's original models.

The files are read, never changed: their weights must be those of the dataset's network.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import sha256
from regression_unlearning.settings.jobs import NetworkJob
from regression_unlearning.settings.section import validated
from regression_unlearning.training.session import Session, add_arguments


def main() -> None:
    """Read the arguments, check the files, write the checkpoints."""
    parser = program.parser(__doc__)
    add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, role")
    parser.add_argument(
        "--given", type=Path, nargs="+", required=True, help="a model's file for each seed"
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "family", "model", "loss", "reading"',
    )
    arguments = parser.parse_args()
    program.one_each(arguments.seed, {"--given": arguments.given})
    session = Session(arguments, validated(NetworkJob, arguments.settings, "--settings"))
    for given, (seed, output) in zip(arguments.given, session.outputs.items(), strict=True):
        run = session.run("take", output, arguments.identity, seed, {}, {"given": sha256(given)})
        if not run.finished:
            session.take(run, given)
    session.finish()


if __name__ == "__main__":
    program.run(main)

"""Observe the models that every method is held against: the original and the retrained one.

Each is observed on every split. If asked, the mini-batches are counted that the retrained model
needs to relearn the forget set.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.settings.jobs import ObservingJob
from regression_unlearning.settings.section import validated
from regression_unlearning.training.looking import Looking
from regression_unlearning.training.session import Session, add_arguments, one_each


def main() -> None:
    """Read the arguments, observe, relearn, write the arrays and the counts."""
    parser = program.parser(__doc__)
    add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, forget set")
    parser.add_argument(
        "--original", type=Path, nargs="+", required=True, help="the original for each seed"
    )
    for option, said in {
        "--retrained": "the retrained model for each seed",
        "--retrained-output": "the .npz to write of it, for each seed",
        "--relearning": "the .json of how fast it relearns, for each seed",
    }.items():
        parser.add_argument(option, type=Path, nargs="+", default=[], help=said)
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "family", "model", "loss", "reading", "observation", "relearning" (null where '
        "no table asks for it)",
    )
    given = parser.parse_args()
    if bool(given.retrained) != bool(given.retrained_output) or (
        given.relearning and not given.retrained
    ):
        raise UserError("--retrained needs --retrained-output, and --relearning needs both.")
    for option, paths in {
        "--original": given.original,
        "--retrained": given.retrained or given.seed,
        "--retrained-output": given.retrained_output or given.seed,
        "--relearning": given.relearning or given.seed,
    }.items():
        one_each(given.seed, paths, option)
    settings = validated(ObservingJob, given.settings, "--settings")
    session = Session(given, settings)
    for number, (seed, output) in enumerate(session.outputs.items()):
        look = Looking(session, given.original[number], given.identity[:2], seed, settings)
        original = look.observe(output)
        if given.retrained:
            look = Looking(session, given.retrained[number], given.identity[:2], seed, settings)
            look.observe(given.retrained_output[number])
        if given.relearning:
            look.relearn(given.relearning[number], original.result)
    session.finish()


if __name__ == "__main__":
    program.run(main)

"""Observe the models that every method is held against: the original and the retrained one.

Each is observed on every split. If asked, the mini-batches are counted that the retrained model
needs to relearn the forget set; and those that it needs as the model of another seed.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.settings.jobs import ObservingJob
from regression_unlearning.settings.section import validated
from regression_unlearning.training import at_once
from regression_unlearning.training.looking import Model, observe_model, relearn_model
from regression_unlearning.training.precision import settled
from regression_unlearning.training.session import Session, add_arguments


def main() -> None:
    """Read the arguments, observe, relearn, write the arrays and the counts."""
    parser = program.parser(__doc__)
    add_arguments(parser)
    at_once.add_arguments(parser)
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
        "--pair",
        nargs=4,
        action="append",
        default=[],
        metavar=("SEED", "OTHER", "ORIGINAL", "OUTPUT"),
        help="the retrained model of seed OTHER relearns to SEED's original, in SEED's batch "
        "orders; the .json to write",
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "family", "model", "loss", "reading", "observation", "relearning" (null where '
        "no table asks for it)",
    )
    given = parser.parse_args()
    if bool(given.retrained) != bool(given.retrained_output) or (
        (given.relearning or given.pair) and not given.retrained
    ):
        raise UserError(
            "--retrained needs --retrained-output, and --relearning and --pair need both."
        )
    for first, other, *_ in given.pair:
        if not first.isdigit() or other not in map(str, given.seed):
            raise UserError(
                f"--pair {first} {other}: it begins with two training seeds, the second one of "
                "--seed."
            )
    each = {
        "--original": given.original,
        "--retrained": given.retrained,
        "--output": given.output,
        "--retrained-output": given.retrained_output,
        "--relearning": given.relearning,
    }
    settings = validated(ObservingJob, given.settings, "--settings")
    outputs = [*given.output, *given.retrained_output, *given.relearning]
    if at_once.done_in_shares(given, each, [*outputs, *(Path(pair[3]) for pair in given.pair)]):
        return
    session, names = Session(given, settings), tuple(given.identity[:2])
    settings = settled(session, settings)
    for number, (seed, output) in enumerate(session.outputs.items()):
        original = observe_model(
            Model(session, given.original[number], names, seed), output, settings
        )
        if given.retrained:
            gold = Model(session, given.retrained[number], names, seed)
            observe_model(gold, given.retrained_output[number], settings)
        if given.relearning:
            relearn_model(gold, given.relearning[number], original.result, settings)
        for first, _, start, found in (one for one in given.pair if one[1] == str(seed)):
            other = Model(session, given.retrained[number], names, int(first))
            relearn_model(other, Path(found), Path(start), settings, other_seed=seed)
    at_once.finish(given, session.runs)


if __name__ == "__main__":
    program.run(main)

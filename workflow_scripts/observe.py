"""Observe one model on every split; if asked, count the mini-batches that it needs to relearn."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import write_json, write_npz
from regression_unlearning.settings.measuring import Observation as ObservationSettings
from regression_unlearning.settings.measuring import Relearning
from regression_unlearning.settings.section import validated
from regression_unlearning.training.observe import observe
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.session import Session, add_arguments


def main() -> None:
    """Read the arguments, observe, relearn, write the arrays and the counts."""
    parser = program.parser(__doc__)
    add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, forget set")
    parser.add_argument("--checkpoint", type=Path, required=True, help="the model to observe")
    parser.add_argument("--relearning", type=Path, help="the .json of counts to write")
    parser.add_argument("--original", type=Path, help="the original's observation, for relearning")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "model", "loss", "observation" and, for relearning, "relearning"',
    )
    arguments = parser.parse_args()
    if (arguments.relearning is None) != (arguments.original is None):
        raise UserError("--relearning and --original go together: give both, or neither.")
    given = arguments.settings
    files = [path for path in (arguments.checkpoint, arguments.original) if path is not None]
    session = Session(arguments, [*arguments.identity, "relearning"], given, files)
    observing = validated(ObservationSettings, given["observation"], "observation")
    relearning = validated(Relearning, given.get("relearning", {}), "relearning")
    model = session.load(arguments.checkpoint)
    arrays = observe(model, session.task, session.parts, observing)
    if arguments.relearning is not None:
        original = Observation.read(arguments.original).of("forget", "loss")
        wanted = float(original.mean(dtype="float64"))
        write_json(arguments.relearning, relearn(model, session.task, wanted, relearning))
    write_npz(arguments.output, arrays)
    session.finish()


if __name__ == "__main__":
    program.run(main)

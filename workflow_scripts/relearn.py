"""Count the mini-batches that one model needs to relearn the forget set."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import write_json
from regression_unlearning.settings.measuring import Relearning
from regression_unlearning.settings.section import validated
from regression_unlearning.training.relearn import relearn
from regression_unlearning.training.session import Session, add_arguments


def main() -> None:
    """Read the arguments, relearn, write the counts."""
    parser = program.parser(__doc__)
    add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, forget set")
    parser.add_argument("--checkpoint", type=Path, required=True, help="the model that relearns")
    parser.add_argument("--original", type=Path, required=True, help="the original's observation")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "model", "loss", "relearning"',
    )
    arguments = parser.parse_args()
    files = [arguments.checkpoint, arguments.original]
    session = Session(arguments, [*arguments.identity, "relearning"], arguments.settings, files)
    settings = validated(Relearning, arguments.settings["relearning"], "relearning")
    wanted = float(Observation.read(arguments.original).of("forget", "loss").mean(dtype="float64"))
    model = session.load(arguments.checkpoint)
    write_json(arguments.output, relearn(model, session.task, wanted, settings))
    session.finish()


if __name__ == "__main__":
    program.run(main)

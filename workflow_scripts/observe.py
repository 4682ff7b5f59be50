"""Observe one model on every split: predictions, losses, activations, gradients."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.files import write_npz
from regression_unlearning.settings.measuring import Observation
from regression_unlearning.settings.section import validated
from regression_unlearning.training.observe import observe
from regression_unlearning.training.session import Session, add_arguments


def main() -> None:
    """Read the arguments, observe, write the arrays."""
    parser = program.parser(__doc__)
    add_arguments(parser)
    parser.add_argument("--checkpoint", type=Path, required=True, help="the model to observe")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "model", "loss", "observation"',
    )
    arguments = parser.parse_args()
    session = Session(arguments, ["observed"], arguments.settings)
    settings = validated(Observation, arguments.settings["observation"], "observation")
    model = session.load(arguments.checkpoint)
    write_npz(arguments.output, observe(model, session.task, session.parts, settings))
    session.finish()


if __name__ == "__main__":
    program.run(main)

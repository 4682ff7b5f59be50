"""Train a model from scratch: the original, a retrained (gold) model, or a blindspot helper.

Without --parts the model is trained on the whole training set; with it, on the retain set.
"""

from regression_unlearning import program
from regression_unlearning.settings.section import validated
from regression_unlearning.settings.training import Training
from regression_unlearning.training.session import Session, add_arguments
from regression_unlearning.training.train import train

EXAMPLE = """\
python workflow_scripts/train.py --identity demo_pairs original --seed 0 \\
  --prepared data/prepared/demo_pairs --output my_models/original.safetensors \\
  --settings '{"family": "sentence_pairs", "loss": "mse", "reading": {},
    "model": {"name": "lstm", "hidden": 16, "dropout": 0.3, "head": [16, 16, 8]},
    "training": {"epochs": 40, "learning_rate": 0.01, "batch_size": 32,
      "schedule": {"name": "plateau", "factor": 0.1, "patience": 10}}}'
"""


def main() -> None:
    """Read the arguments, train, write the checkpoint."""
    parser = program.parser(__doc__, EXAMPLE)
    add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, forget set, role")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "model", "loss", "reading", "training" (see the example)',
    )
    arguments = parser.parse_args()
    session = Session(arguments, arguments.identity, arguments.settings)
    model = train(session.task, validated(Training, arguments.settings["training"], "training"))
    session.save(model)


if __name__ == "__main__":
    program.run(main)

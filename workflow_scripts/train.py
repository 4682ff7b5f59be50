"""Train models from scratch: originals, retrained (gold) models, or blindspot helpers.

Without --parts the models are trained on the whole training set; with it, on the retain set.
"""

from regression_unlearning import program
from regression_unlearning.settings.jobs import TrainingJob
from regression_unlearning.settings.section import validated
from regression_unlearning.training import at_once
from regression_unlearning.training.precision import settled
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
    """Read the arguments, train, write the checkpoints."""
    parser = program.parser(__doc__, EXAMPLE)
    add_arguments(parser)
    at_once.add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, forget set, role")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "family", "model", "loss", "reading", "training"',
    )
    arguments = parser.parse_args()
    settings = validated(TrainingJob, arguments.settings, "--settings")
    if at_once.done_in_shares(arguments, {"--output": arguments.output}, arguments.output):
        return
    session = Session(arguments, settings)
    settings = settled(session, settings)
    fit = {"training": settings.training.plain()}
    for seed, output in session.outputs.items():
        run = session.run("train", output, arguments.identity, seed, fit, {})
        if not run.finished:
            task = session.task(run)
            session.save(run, train(task, settings.training), task)
    at_once.finish(arguments, session.runs)


if __name__ == "__main__":
    program.run(main)

"""Run one unlearning method on a trained model."""

from pathlib import Path

from regression_unlearning import program, registry
from regression_unlearning.training.checkpoints import seconds_of
from regression_unlearning.training.session import Session, add_arguments
from regression_unlearning.training.unlearn import unlearn

EXAMPLE = """\
python workflow_scripts/unlearn.py --identity demo_pairs score_0_2 finetune --method finetune \\
  --prepared data/prepared/demo_pairs --parts data/prepared/demo_pairs/forget_sets/score_0_2.npz \\
  --original my_models/original.safetensors --seed 0 --output my_models/finetune.safetensors \\
  --settings '{"family": "sentence_pairs", "loss": "mse", "reading": {},
    "model": {"name": "lstm", "hidden": 16, "dropout": 0.3, "head": [16, 16, 8]},
    "options": {"epochs": 8, "learning_rate": 0.001, "batch_size": 32}}'
"""


def helper(text: str) -> tuple[str, Path]:
    """Read NAME=PATH."""
    name, _, path = text.partition("=")
    return name, Path(path)


def main() -> None:
    """Read the arguments, unlearn, write the checkpoint."""
    parser = program.parser(__doc__, EXAMPLE)
    add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, forget set, label")
    parser.add_argument("--method", required=True, help="name of the method")
    parser.add_argument("--original", type=Path, required=True, help="checkpoint to start from")
    parser.add_argument(
        "--helper",
        type=helper,
        action="append",
        default=[],
        help="NAME=PATH of a helper's checkpoint",
    )
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "model", "loss", "reading", "options" (see the example)',
    )
    arguments = parser.parse_args()
    paths = dict(arguments.helper)
    session = Session(
        arguments,
        arguments.identity,
        arguments.settings,
        [arguments.original, *paths.values()],
        [registry.load("method", arguments.method)],
    )
    helpers = {name: session.load(path) for name, path in paths.items()}
    session.task = session.task.having(helpers=helpers).now(session.parts)
    original = session.load(arguments.original)
    model = unlearn(original, session.task, arguments.method, **arguments.settings["options"])
    spent = {name: seconds_of(path) for name, path in paths.items()}
    session.save(model, method=arguments.method, helper_seconds=spent, facts=session.task.facts)


if __name__ == "__main__":
    program.run(main)

"""Run one unlearning method on a trained model; observe what it makes, and let it relearn."""

from pathlib import Path

from regression_unlearning import program, registry
from regression_unlearning.errors import UserError
from regression_unlearning.settings.jobs import UnlearningJob
from regression_unlearning.settings.section import validated
from regression_unlearning.training import at_once
from regression_unlearning.training.looking import Model, observe_model, relearn_model
from regression_unlearning.training.precision import settled
from regression_unlearning.training.session import Session, add_arguments
from regression_unlearning.training.unlearn import forget

EXAMPLE = """\
python workflow_scripts/unlearn.py --identity demo_pairs score_0_2 finetune --method finetune \\
  --prepared data/prepared/demo_pairs --parts data/prepared/demo_pairs/forget_sets/score_0_2.npz \\
  --original my_models/original.safetensors --seed 0 --output my_models/finetune.safetensors \\
  --settings '{"family": "sentence_pairs", "loss": "mse", "reading": {},
    "model": {"name": "lstm", "hidden": 16, "dropout": 0.3, "head": [16, 16, 8]},
    "options": {"epochs": 8, "learning_rate": 0.001, "batch_size": 32}}'
"""


def main() -> None:
    """Read the arguments, unlearn, write the checkpoints, and what is seen of them if asked."""
    parser = program.parser(__doc__, EXAMPLE)
    add_arguments(parser)
    at_once.add_arguments(parser)
    parser.add_argument("--identity", nargs="+", required=True, help="dataset, forget set, label")
    parser.add_argument("--method", required=True, help="name of the method")
    parser.add_argument(
        "--original", type=Path, nargs="+", required=True, help="checkpoint to start from, a seed"
    )
    parser.add_argument(
        "--helper",
        nargs="+",
        action="append",
        default=[],
        metavar=("NAME", "PATH"),
        help="a helper's name and its checkpoint for each seed",
    )
    for option, said in {
        "--observation": "the .npz of what is observed of it, for each seed",
        "--relearning": "the .json of how fast it relearns, for each seed",
        "--original-observation": "the original's observation, for --relearning",
    }.items():
        parser.add_argument(option, type=Path, nargs="+", default=[], help=said)
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "family", "model", "loss", "reading", "options" (see the '
        'example); "observation" and "relearning" if those are asked for',
    )
    given = parser.parse_args()
    helpers = {name: [Path(path) for path in paths] for name, *paths in given.helper}
    if bool(given.relearning) != bool(given.original_observation):
        raise UserError("--relearning and --original-observation go together: give both or none.")
    each = {
        "--original": given.original,
        **{f"--helper {name}": paths for name, paths in helpers.items()},
        "--output": given.output,
        "--observation": given.observation,
        "--relearning": given.relearning,
        "--original-observation": given.original_observation,
    }
    settings = validated(UnlearningJob, given.settings, "--settings")
    registry.load("method", given.method)
    if at_once.done_in_shares(given, each, given.output + given.observation + given.relearning):
        return
    session = Session(given, settings)
    settings = settled(session, settings)
    for number, (seed, output) in enumerate(session.outputs.items()):
        own = {name: paths[number] for name, paths in helpers.items()}
        start = given.original[number]
        run = forget(
            session, output, given.identity, seed, given.method, settings.options, start, own
        )
        model = Model(session, run.result, tuple(given.identity[:2]), seed)
        if given.observation:
            observe_model(model, given.observation[number], settings)
        if given.relearning:
            relearn_model(
                model, given.relearning[number], given.original_observation[number], settings
            )
    at_once.finish(given, session.runs)


if __name__ == "__main__":
    program.run(main)

"""Take all measures of all models on one forget set, over all seeds; no network is run."""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.evaluation import absent, measuring, values
from regression_unlearning.files import sha256


def main() -> None:
    """Read the arguments, measure what has not been measured before, write the values."""
    parser = program.parser(__doc__)
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON, or a file of it: "dataset", "forget_set", "models" (label to source to seed to '
        'path), "measures" (name to settings), "code" (name to a file that stands for its code); '
        'or "absent", why there is nothing to measure',
    )
    parser.add_argument("--cells", type=Path, help="folder of what was measured before")
    parser.add_argument(
        "--processes", type=program.whole_number(1), default=1, help="processes at once"
    )
    parser.add_argument("--output", type=Path, required=True, help="the .csv to write")
    arguments = parser.parse_args()
    settings = arguments.settings
    place = settings["dataset"], settings["forget_set"]
    if "absent" in settings:
        values.write(
            arguments.output, absent.values(*place, settings["models"], settings["absent"])
        )
        return
    models = {
        label: {
            source: {int(seed): Path(path) for seed, path in files.items()}
            for source, files in sources.items()
        }
        for label, sources in settings["models"].items()
    }
    code = {name: sha256(path) for name, path in settings.get("code", {}).items()}
    work = measuring.Work(*place, models, settings["measures"], code, arguments.cells)
    values.write(arguments.output, measuring.take(work, arguments.processes))


if __name__ == "__main__":
    program.run(main)

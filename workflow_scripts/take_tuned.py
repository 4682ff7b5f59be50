"""Write what searches have chosen, with their records, into params.yaml; all else there stays."""

import json
from pathlib import Path

from regression_unlearning import program
from regression_unlearning.tuning import entry


def main() -> None:
    """Read the arguments and write one entry after the other."""
    parser = program.parser(__doc__)
    parser.add_argument("searches", type=Path, nargs="+", help="files of tuning/")
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="the settings")
    arguments = parser.parse_args()
    for path in arguments.searches:
        found = json.loads(path.read_text(encoding="utf-8"))
        entry.write(arguments.params, found["dataset"], found["method"], found)
        program.say(f"{arguments.params}: {found['dataset']}.methods.{found['method']}")


if __name__ == "__main__":
    program.run(main)

"""Turn one dataset's raw files into arrays and a table of rows."""

from pathlib import Path

from regression_unlearning import program, registry
from regression_unlearning.data.prepared import prepare
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import validated


def main() -> None:
    """Read the arguments and prepare."""
    parser = program.parser(__doc__)
    parser.add_argument("--loader", required=True, help="the dataset's loader")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "source", "embedding"',
    )
    parser.add_argument("--raw", type=Path, required=True, help="folder of the raw files")
    parser.add_argument("--output", type=Path, required=True, help="folder to write into")
    parser.add_argument(
        "--processes", type=program.whole_number(1), default=1, help="how many may decode at once"
    )
    arguments = parser.parse_args()
    embedding = validated(Embedding | None, arguments.settings["embedding"], "embedding")
    settings = registry.load("source", arguments.loader).Settings
    source = validated(settings, arguments.settings["source"], "source")
    prepare(
        arguments.raw, arguments.output, arguments.loader, source, embedding, arguments.processes
    )


if __name__ == "__main__":
    program.run(main)

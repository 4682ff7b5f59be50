"""Fetch one dataset's raw files from the publisher, or from a folder that holds them."""

from pathlib import Path

from regression_unlearning import program, registry
from regression_unlearning.data.fetching.mirror import MIRROR, mirror_of
from regression_unlearning.data.source import fetch_raw
from regression_unlearning.settings.embedding import Embedding
from regression_unlearning.settings.section import validated


def main() -> None:
    """Read the arguments and fetch."""
    parser = program.parser(__doc__)
    parser.add_argument("--loader", required=True, help="the dataset's loader")
    parser.add_argument(
        "--settings",
        type=program.settings_argument,
        required=True,
        help='JSON: "source", "embedding"',
    )
    parser.add_argument(
        "--mirror",
        type=Path,
        help=f"folder that holds the files; the environment variable {MIRROR} goes before it",
    )
    parser.add_argument("--checksums", type=Path, required=True, help="JSON of known hashes")
    parser.add_argument("--output", type=Path, required=True, help="the manifest to write")
    arguments = parser.parse_args()
    settings = registry.load("source", arguments.loader).Settings
    fetch_raw(
        arguments.loader,
        arguments.output.parent,
        validated(settings, arguments.settings["source"], "source"),
        mirror=mirror_of(arguments.mirror),
        checksums=arguments.checksums,
        embedding=validated(Embedding | None, arguments.settings["embedding"], "embedding"),
    )


if __name__ == "__main__":
    program.run(main)

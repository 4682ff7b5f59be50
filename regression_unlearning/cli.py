"""The console command: to start on data of one's own, check results, answer a deletion request.

Nothing here imports a network library.
"""

from pathlib import Path

from regression_unlearning import program
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_text
from regression_unlearning.requests import commands as requests
from regression_unlearning.settings.section import name_of
from regression_unlearning.settings.starting import KINDS, entry_file


def init(name: str, kind: str, output: Path) -> None:
    """Write an entry file for a dataset of one's own.

    Raises
    ------
    UserError
        When the name cannot be one, or the file is there already.
    """
    name_of(name)
    if output.exists():
        raise UserError(f"{output} is there already; take it away, or name another with --output.")
    write_text(output, entry_file(name, kind))
    program.say(
        f"{output}: edit what stands behind EDIT, then\n"
        f"  snakemake -n --configfile {output} --config experiment={name}"
    )


def verify(folder: Path) -> None:
    """Say of each table, and of the claims, whether it holds what the values say.

    Raises
    ------
    UserError
        When one does not, or a file is missing.
    """
    from regression_unlearning.reporting import provenance

    found = provenance.verify(folder)
    for name, wrong in found.items():
        program.say(f"{folder / name}: {wrong or 'as the values say'}")
    if failed := [name for name, wrong in found.items() if wrong]:
        raise UserError(
            f"{folder}: {len(failed)} of {len(found)} files are not what values.csv says."
        )


def _main() -> None:
    """Read the arguments and run one command."""
    parser = program.parser(__doc__, "  regression-unlearning init my_faces --kind image_folder")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    one = commands.add_parser(
        "init", help="write a file of settings for a dataset of your own, to start from"
    )
    one.add_argument("name", help="name of the dataset: small letters, digits and _")
    one.add_argument("--kind", required=True, choices=list(KINDS), help="shape of its files")
    one.add_argument("--output", type=Path, help="file to write; NAME.yaml if not given")
    two = commands.add_parser(
        "verify",
        help="make an experiment's tables and claims anew from values.csv, and compare",
    )
    two.add_argument("folder", type=Path, help="such as results/stsb")
    requests.add(commands)
    given = parser.parse_args()
    if "run" in given:
        given.run(given)
    elif "folder" in given:
        verify(given.folder)
    else:
        init(given.name, given.kind, given.output or Path(f"{given.name}.yaml"))


def main() -> None:
    """Run the command: one line for a mistake of the user's."""
    program.run(_main)


if __name__ == "__main__":
    main()

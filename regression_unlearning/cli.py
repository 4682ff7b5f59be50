"""The console command: to start on data of one's own, check results, answer a deletion request.

Nothing here imports a network library.
"""

import json
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from regression_unlearning import program
from regression_unlearning.errors import UserError, command
from regression_unlearning.files import write_text
from regression_unlearning.requests import commands as requests
from regression_unlearning.settings.section import name_of
from regression_unlearning.settings.starting import LOADERS, entry_file
from regression_unlearning.settings.starting_images import inside
from regression_unlearning.settings.starting_source import NOTE


def init(
    file: Path, name: str | None, output: Path | None, *, as_json: bool = False, **asked: Any
) -> None:
    """Write an entry file for a file of data of one's own.

    Parameters
    ----------
    file : Path
        Rows, labels of images, sentence pairs, or a table of load; or the folder of such a file.
    name : str or None
        The dataset's name; by default after the file.
    output : Path or None
        The file to write; by default NAME.yaml.
    as_json : bool
        Whether to print JSON.
    **asked
        See `settings.starting.entry_file`.

    Raises
    ------
    UserError
        When the name is not valid, the entry file exists already, or the data are not readable.
    """
    from regression_unlearning.data.reading_text_table import read_text_table

    if file.is_dir():
        file, asked["images"] = inside(file, asked.get("images"))
    near = re.sub("[^a-z0-9]+", "_", file.stem.lower()).strip("_")
    name = name_of(name or near or "mine")
    output = output or Path(f"{name}.yaml")
    if output.exists():
        raise UserError(f"{output} exists already; delete it, or name another file with --output.")
    text = entry_file(read_text_table(file), name, output, **asked)
    write_text(output, text)
    notes = [line.partition(NOTE)[2] for line in text.splitlines() if NOTE in line]
    lines = [
        *(f"{NOTE}{note}" for note in notes),
        f"{output}: check the lines marked EDIT, then run",
        f"  {command(f'regression-unlearning check {output}')}",
        f"  {command(f'snakemake -n --configfile {output} --config experiment={name}')}",
    ]
    result = {"file": str(output), "name": name, "notes": notes}
    program.say(json.dumps(result) if as_json else "\n".join(lines))


def check(files: list[Path]) -> None:
    """Check files of settings, each read over params.yaml and those before it.

    Parameters
    ----------
    files : list of Path
        YAML files of settings.

    Raises
    ------
    UserError
        Naming file and line where one is no YAML, file and key where a value is wrong.
    """
    from regression_unlearning.settings.document import load_settings

    load_settings(None, *files)
    program.say(f"{', '.join(map(str, files))}: every key, name and range passes.")


def verify(folder: Path, *, as_json: bool = False) -> None:
    """Print whether each table, and the claims, match the committed values.

    Parameters
    ----------
    folder : Path
        Such as ``results/stsb``.
    as_json : bool
        Whether to print JSON.

    Raises
    ------
    UserError
        When one does not match, or a file is missing.
    """
    from regression_unlearning.reporting import provenance

    differences = provenance.verify(folder)
    if as_json:
        program.say(json.dumps({str(folder / name): wrong for name, wrong in differences.items()}))
    for name, wrong in () if as_json else differences.items():
        program.say(f"{folder / name}: {wrong or 'as the values say'}")
    if failed := [name for name, wrong in differences.items() if wrong]:
        raise UserError(
            f"{folder}: {len(failed)} of {len(differences)} files differ from what values.csv "
            f"gives, the first is {failed[0]}; make them again with Snakemake, or take all of them "
            "from one commit."
        )


def arguments() -> ArgumentParser:
    """The parser of all commands and their options."""
    parser = program.parser(__doc__, "  regression-unlearning init faces/labels.csv")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    init_parser = commands.add_parser(
        "init", help="look at a file of data, and write settings for it to start from"
    )
    init_parser.add_argument(
        "file", type=Path, help="rows, labels of images, pairs, a table of load, or a folder"
    )
    init_parser.add_argument("--name", help="name of the dataset: small letters, digits and _")
    init_parser.add_argument("--target", help="column to predict, if it is not found")
    init_parser.add_argument("--images", type=Path, help="folder, tar or zip of the images")
    init_parser.add_argument(
        "--loader", choices=LOADERS, help="what the file is, if not what it seems"
    )
    init_parser.add_argument("--output", type=Path, help="file to write; NAME.yaml if not given")
    check_parser = commands.add_parser(
        "check", help="check files of settings; a mistake is named by its line"
    )
    check_parser.add_argument(
        "files", type=Path, nargs="+", help="read over params.yaml, each over those before it"
    )
    check_parser.set_defaults(run=lambda given: check(given.files))
    verify_parser = commands.add_parser(
        "verify",
        help="make an experiment's tables and claims anew from values.csv, and compare",
    )
    verify_parser.add_argument("folder", type=Path, help="such as results/stsb")
    for parser_of_data in (init_parser, verify_parser):
        parser_of_data.add_argument(
            "--json", action="store_true", dest="as_json", help="print JSON"
        )
    requests.add(commands)
    return parser


def _main() -> None:
    """Read the arguments and run one command."""
    given = arguments().parse_args()
    if "run" in given:
        given.run(given)
    elif "folder" in given:
        verify(given.folder, as_json=given.as_json)
    else:
        init(**vars(given))


def main() -> None:
    """Run the command: one line for a mistake of the user's."""
    program.run(_main)


if __name__ == "__main__":
    main()

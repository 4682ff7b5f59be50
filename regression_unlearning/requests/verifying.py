"""Check the ledger and every file of every answer: any changed byte is found."""

from collections.abc import Sequence
from pathlib import Path

from regression_unlearning import seals
from regression_unlearning.errors import UserError
from regression_unlearning.requests import ledger
from regression_unlearning.requests.edits import edited
from regression_unlearning.requests.ledger import FOLDER, Line


def verify(folder: str | Path = FOLDER, head: str | None = None) -> list[str]:
    """A line for each thing that is not as it was written; none where all is well.

    Parameters
    ----------
    folder : path
        Where ledger and answers lie.
    head : str, optional
        The ledger's head as it was told when its last line was written: lines that were taken away
        from its end, or written anew, are then found too.
    """
    folder = Path(folder)
    try:
        lines = ledger.read(folder)
    except UserError as error:
        return [str(error)]
    taken = ledger.taken(folder)
    problems = [wrong for line in lines for wrong in _files(folder, lines, line, taken)]
    known = {line.id for line in lines}
    problems += [
        f"{one} is in no line of {folder / ledger.LEDGER}: its line was taken out, or its answer "
        "was cut off."
        for one in sorted(folder.glob("*/"))
        if one.suffix != ".unfinished" and one.name not in known and any(one.iterdir())
    ]
    if head is not None and head != ledger.head(folder):
        problems.append(
            f"{folder / ledger.LEDGER} does not end with the line whose hash is {head}."
        )
    return problems


def check_files(folder: Path, line: Line, *names: str) -> None:
    """Check that files of an answer are those that its line names.

    Parameters
    ----------
    folder : Path
        The folder of requests.
    line : Line
        The answer's line of the ledger.
    *names : str
        Which files; all of them if none is named.

    Raises
    ------
    UserError
        For the first that is not.
    """
    for name in names or line.files:
        try:
            seals.check_recorded(
                folder / line.id / name, line.files.get(name), folder / ledger.LEDGER
            )
        except UserError as error:
            what = str(error).partition(" Delete it")[0]
            raise UserError(f"{what} Put it back from a copy (git, a backup).") from None


def is_purged(line: Line, name: str, taken: set[str]) -> bool:
    """Whether a file of an answer is among what purges took; see `ledger.taken`."""
    return str(FOLDER / line.id / name) in taken


def _files(folder: Path, lines: Sequence[Line], line: Line, taken: set[str]) -> list[str]:
    problems = []
    for name in line.files:
        if is_purged(line, name, taken):
            if (folder / line.id / name).exists():
                problems.append(f"{folder / line.id / name} was purged, and is there again.")
            continue
        try:
            check_files(folder, line, name)
        except UserError as error:
            problems.append(str(error))
    problems += [
        f"{one} is no file of the answer: take it away."
        for one in sorted((folder / line.id).glob("*"))
        if one.name not in line.files
    ]
    try:
        ledger.key(folder)
        if ledger.key_sha256(folder) != line.key:
            problems.append(f"{folder / ledger.KEY} is not the key of request {line.id!r}.")
        elif not problems:
            problems += edited(folder, line)
    except UserError as error:
        problems.append(str(error))
    earlier = [one for one in lines if one.number < line.number]
    before = ledger.chain(earlier, line.dataset, line.seed)
    if before and before[-1].files[before[-1].weights] != line.start:
        problems.append(f"request {line.id!r} did not begin with the model of {before[-1].id!r}.")
    return problems

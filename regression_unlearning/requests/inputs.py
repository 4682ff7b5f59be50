"""What the workflow asks of a request's file: the request, and the model that it begins with."""

from pathlib import Path

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.pipeline import paths
from regression_unlearning.requests import edits, ledger
from regression_unlearning.requests.request import Request, read_request
from regression_unlearning.settings.document import Settings


def named(name: str, settings: Settings) -> Request:
    """Read the request that ``requests/{name}.yaml`` holds.

    Parameters
    ----------
    name, settings : str, Settings
        Its id, and the settings that hold its dataset.

    Raises
    ------
    UserError
        When the file is wrong, has another id than its name, or asks of an unknown dataset.
    """
    file = f"requests/{name}.yaml"
    request = read_request(file)
    if request.dataset not in settings.datasets:
        raise unknown("dataset", request.dataset, settings.datasets, f"{file}: dataset")
    if request.id != name:
        raise UserError(f"{file}: id is {request.id!r}; call the file requests/{request.id}.yaml.")
    return request


def original_of(name: str, settings: Settings) -> list[str]:
    """The original that a request needs: to be made where no answer stands for it yet.

    It stays an input of what is answered while it is there, so that a job's inputs do not change.

    Parameters
    ----------
    name, settings : str, Settings
        See `named`.

    Returns
    -------
    list of str
        Its path, or nothing.

    Raises
    ------
    UserError
        See `named`; also for a file that was edited after its answer, or a ledger that is wrong.
    """
    request = named(name, settings)
    if request.checkpoint:
        return []
    lines = ledger.read(ledger.FOLDER)
    answers = [line for line in lines if line.id == request.id]
    for line in answers:
        for wrong in edits.edited(ledger.FOLDER, line):
            raise UserError(wrong)
    original = paths.original(request.dataset, request.seed)
    begun = ledger.chain(lines, request.dataset, request.seed)
    return [original] if not (begun or answers) or Path(original).exists() else []
